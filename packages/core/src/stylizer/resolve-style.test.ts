import { describe, expect, it } from "vitest";
import { MMFSError } from "../errors/mmfs-error.js";
import { createPicture } from "../picture/picture.js";
import { StyleCode } from "../style/style-code.js";
import { resolveStyle, type StyleSources } from "./resolve-style.js";

const code = (value: number, name: string, dim = 2) =>
  StyleCode.fromRow(new Float32Array(dim).fill(value), { type: "preset", name });

const names = ["Charcoal", "Watercolor", "Pop art"];

function sources(changes: Partial<StyleSources> = {}): StyleSources {
  return {
    presets: {
      photo: code(-1, "photo"),
      presets: names.map((name, i) => ({ name, tags: [], code: code(i, name) })),
    },
    styleDim: 2,
    fromSeed: async (seed) => StyleCode.fromRow(new Float32Array(2).fill(seed), { type: "seed", seed }),
    styleEncoder: undefined,
    ...changes,
  };
}

const styleEncoder = {
  fromText: async (prompt: string) => StyleCode.fromRow(Float32Array.of(7, 7), { type: "text", prompt }),
  fromImage: async () => StyleCode.fromRow(Float32Array.of(8, 8), { type: "image" }),
};

const first = async (...args: Parameters<typeof resolveStyle>) => (await resolveStyle(...args)).values[0];

describe("resolveStyle", () => {
  it("takes the first preset when nothing is said", async () => {
    expect(await first(undefined, sources())).toBe(0);
  });

  it("finds presets without regard to case and spaces around, before it asks the text encoder", async () => {
    expect(await first(" waterCOLOR ", sources({ styleEncoder }))).toBe(1);
  });

  it("sends other words to the text encoder and pictures to the image encoder", async () => {
    const prompt = await resolveStyle("a stained glass window", sources({ styleEncoder }));
    expect(prompt.origin).toEqual({ type: "text", prompt: "a stained glass window" });
    expect(await first({ image: createPicture(1, 1) }, sources({ styleEncoder }))).toBe(8);
  });

  it("passes seeds to the mapping and takes codes as they are", async () => {
    expect(await first({ seed: 5 }, sources())).toBe(5);
    expect(await first({ code: code(3, "mine") }, sources())).toBe(3);
  });

  it("averages a list by its weights", async () => {
    const style = [{ style: "pop art", weight: 3 }, { style: { seed: 6 } }];
    expect(await first(style, sources())).toBe((3 * 2 + 6) / 4);
  });

  it("lets each style of a list govern its rows, and the photo code the rest", async () => {
    const style = [
      { style: "pop art", layers: [0, 1] },
      { style: { seed: 6 }, layers: [1, 2] },
    ];
    const { values } = await resolveStyle(style, sources());
    expect([...values.slice(0, 8)]).toEqual([2, 2, 4, 4, 6, 6, -1, -1]);
  });

  it("suggests the nearest presets and lists all", async () => {
    await expect(resolveStyle("water colour", sources())).rejects.toMatchObject({
      code: "STYLE_UNKNOWN",
      message: expect.stringMatching(/Did you mean "Watercolor".*Its presets are: Charcoal, Watercolor, Pop art/),
    });
  });

  it("does not suggest what is not alike", async () => {
    await expect(resolveStyle("zzz", sources())).rejects.toThrow(/^(?!.*Did you mean)/);
  });

  it("names what is less wanted by a negative weight, counted from the photo code or else from the mean of the presets", async () => {
    const style = [{ style: "pop art" }, { style: { seed: 6 }, weight: -0.5 }];
    expect(await first(style, sources())).toBe(-1 + (2 - -1) - 0.5 * (6 - -1));
    const { presets } = sources().presets;
    const withoutPhoto = sources({ presets: { photo: undefined, presets } });
    expect(await first(style, withoutPhoto)).toBe(1 + (2 - 1) - 0.5 * (6 - 1));
  });

  it("says what a bundle lacks that its style encoder needs", async () => {
    const missing = new MMFSError("BUNDLE_PART_MISSING", "no tower", { data: { part: "textTower" } });
    const refuse = () => Promise.reject(missing);
    const without = sources({ styleEncoder: { fromText: refuse, fromImage: refuse } });
    await expect(resolveStyle("water colour", without)).rejects.toMatchObject({
      code: "STYLE_UNKNOWN",
      message: expect.stringMatching(/Did you mean "Watercolor".*textTower/),
      cause: missing,
      data: { near: ["Watercolor"] },
    });
    await expect(resolveStyle({ image: createPicture(1, 1) }, without)).rejects.toMatchObject({
      code: "STYLE_UNKNOWN",
      message: expect.stringContaining("imageTower"),
      cause: missing,
    });
  });

  it("says that reference pictures are not understood", async () => {
    await expect(resolveStyle({ image: createPicture(1, 1) }, sources())).rejects.toMatchObject({
      code: "STYLE_UNKNOWN",
    });
  });

  it("refuses a code of another network", async () => {
    await expect(resolveStyle({ code: code(1, "other", 3) }, sources())).rejects.toMatchObject({
      code: "STYLE_INVALID",
      message: expect.stringMatching(/3 numbers in a row.*reads 2/),
    });
  });

  it("says what to do without presets", async () => {
    const none = sources({ presets: { photo: undefined, presets: [] } });
    await expect(resolveStyle(undefined, none)).rejects.toThrow(/seed: 1/);
    await expect(resolveStyle("ink", none)).rejects.toThrow(/no presets/);
  });
});
