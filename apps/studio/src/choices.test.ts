import { StyleCode } from "@mmfs/web";
import { describe, expect, it } from "vitest";
import { type Choice, choices, extentOptions, groups, mixture } from "./choices.js";

const one = new StyleCode(new Float32Array(20), 10, 2, { type: "seed", seed: 1 });
const two = new StyleCode(new Float32Array(20), 10, 2, { type: "seed", seed: 2 });

describe("mixture", () => {
  it("shares out the layers that both govern, and gives the others to one", () => {
    expect(mixture(one, two, 0.25, { coarse: "first", middle: "second", fine: "both" })).toEqual([
      { style: { code: one }, weight: 1, layers: "coarse" },
      { style: { code: two }, weight: 1, layers: "middle" },
      { style: { code: one }, weight: 0.75, layers: "fine" },
      { style: { code: two }, weight: 0.25, layers: "fine" },
    ]);
  });

  it("leaves no layer without a style at either end of the slider", () => {
    for (const part of [0, 1]) {
      const layers = mixture(one, two, part, { coarse: "both", middle: "both", fine: "both" });
      expect(layers.map((layer) => layer.layers)).toEqual(["coarse", "middle", "fine"]);
    }
  });
});

describe("groups", () => {
  const choice = (name: string, kind: Choice["kind"], tags?: readonly string[]): Choice => ({
    ...{ id: name, name, kind, tags },
    code: one,
  });
  const hanging = () => groups.value.map(({ tag, items }) => [tag, ...items.map(({ name }) => name)]);

  it("hangs the presets by kind, behind what the visitor brought", () => {
    const presets = [choice("oil", "preset", ["painting"]), choice("pen", "preset", ["drawing", "ink"])];
    choices.value = presets;
    expect(hanging()).toEqual([
      ["painting", "oil"],
      ["drawing", "pen"],
    ]);
    choices.value = [choice("foggy", "words"), choice("No. 7", "seed"), ...presets];
    expect(hanging()[0]).toEqual(["yours", "foggy", "No. 7"]);
    choices.value = [];
  });
});

describe("extentOptions", () => {
  const photo = { isFaceless: false, isCutOut: false };

  it("asks for the whole picture, faces, or people", () => {
    expect(extentOptions("whole", photo)).toEqual({ surroundings: "painted" });
    expect(extentOptions("toned", photo)).toEqual({ surroundings: "toned" });
    expect(extentOptions("faces", photo)).toEqual({ surroundings: "photo" });
    expect(extentOptions("people", photo)).toEqual({ subject: "people", surroundings: "photo" });
    expect(extentOptions("people", { ...photo, isCutOut: true })).toMatchObject({ surroundings: "transparent" });
  });

  it("paints a picture without a face whole, where there are no faces to be painted alone", () => {
    for (const extent of ["whole", "toned", "faces"] as const) {
      expect(extentOptions(extent, { ...photo, isFaceless: true })).toEqual({ surroundings: "painted" });
    }
  });
});
