import { expect, it } from "vitest";
import { mapImages } from "./map-images.js";

const upper = async (image: string) => image.toUpperCase();

it("replaces the pictures of a style and of a mixture, and nothing else", async () => {
  expect(await mapImages<string, string>("ink", upper)).toBe("ink");
  expect(await mapImages<string, string>({ image: "a" }, upper)).toEqual({ image: "A" });
  expect(await mapImages<string, string>({ seed: 1 }, upper)).toEqual({ seed: 1 });
  const mixture = [{ style: "ink" }, { style: { image: "a" }, weight: -1, layers: "fine" as const }];
  expect(await mapImages<string, string>(mixture, upper)).toEqual([
    { style: "ink" },
    { style: { image: "A" }, weight: -1, layers: "fine" },
  ]);
});

it.each([null, 7, [null], [7], ["ink"], [{}]])("leaves %j to the core", async (style) => {
  expect(await mapImages(style as never, upper)).toEqual(style);
});
