import { describe, expect, it } from "vitest";
import { parseStyleArguments } from "./style-arguments.js";

describe("parseStyleArguments", () => {
  it("takes one style, one reference, or nothing", async () => {
    expect(await parseStyleArguments({})).toBeUndefined();
    expect(await parseStyleArguments({ style: "charcoal" })).toBe("charcoal");
    expect(await parseStyleArguments({ style: "seed:7" })).toEqual({ seed: 7 });
    expect(await parseStyleArguments({ reference: "a.jpg" })).toEqual({ image: "a.jpg" });
  });

  it.each([
    ["ink", { style: "ink" }],
    ["charcoal:0.6", { style: "charcoal", weight: 0.6 }],
    ["watercolor:.4@fine", { style: "watercolor", weight: 0.4, layers: ["fine"] }],
    ["a photo:-0.5", { style: "a photo", weight: -0.5 }],
    ["ink@0-3,9", { style: "ink", layers: [0, 1, 2, 3, 9] }],
    ["ink@Coarse,5", { style: "ink", layers: ["coarse", 5] }],
    ["seed:7", { style: { seed: 7 } }],
    ["seed:7:2@middle", { style: { seed: 7 }, weight: 2, layers: ["middle"] }],
    ["reference:C:\\art\\a.jpg:0.5", { style: { image: "C:\\art\\a.jpg" }, weight: 0.5 }],
    ["style: ink, colour", { style: "style: ink, colour" }],
  ])("reads --mix %s", async (mix, expected) => {
    expect(await parseStyleArguments({ mix: [mix] })).toEqual([expected]);
  });

  it.each([
    [{ style: "ink", reference: "a.jpg" }, /a style and --reference/],
    [{ style: "ink", mix: ["oil"] }, /--mix takes several/],
    [{ mix: ["ink@rough"] }, /"rough"/],
    [{ mix: ["ink@3-1"] }, /"3-1"/],
    [{ mix: ["ink@0,,1"] }, /""/],
    [{ mix: ["ink:0.5@"] }, /""/],
  ])("refuses %j", async (given, message) => {
    await expect(parseStyleArguments(given)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(message),
    });
  });
});
