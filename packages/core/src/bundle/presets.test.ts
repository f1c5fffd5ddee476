import { describe, expect, it } from "vitest";
import { StyleCode } from "../style/style-code.js";
import { parsePresets, serializePresets } from "./presets.js";

const photo = StyleCode.fromRow(Float32Array.of(0.5, -1), { type: "preset", name: "photo" });
const ink = new StyleCode(
  Float32Array.from({ length: 20 }, (_, i) => i),
  10,
  2,
  { type: "preset", name: "Ink" },
);
const presets = { photo, presets: [{ name: "Ink", description: "Black lines.", tags: ["drawing"], code: ink }] };

describe("presets.json", () => {
  it("comes back as it was", () => {
    expect(parsePresets(serializePresets(presets), { styleDim: 2 }, "here")).toEqual(presets);
  });

  it("holds a code of equal rows as one row", () => {
    // struct.pack("<2f", 0.5, -1) in base64, by Python.
    expect(JSON.parse(serializePresets(presets)).photo).toBe("AAAAPwAAgL8=");
  });

  it("may be without a photo code and descriptions", () => {
    const text = JSON.stringify({
      format: 1,
      styleLayers: 10,
      styleDim: 2,
      presets: [{ name: "plain", code: "AAAAPwAAgL8=" }],
    });
    const read = parsePresets(text, { styleDim: 2 }, "here");
    expect(read.photo).toBeUndefined();
    expect(read.presets[0]).toMatchObject({ name: "plain", tags: [] });
  });

  it.each([
    ["not JSON", "[", 2, /not JSON/],
    ["newer", '{"format": 9}', 2, /newer version/],
    ["incomplete", '{"format": 1}', 2, /styleLayers/],
    ["of another network", serializePresets(presets), 3, /2 numbers in a row.*reads 3/],
    ["damaged", serializePresets(presets).replace("AAAAPwAAgL8=", "AAAAPw=="), 2, /photo must be base64/],
  ])("is refused when it is %s", (_, text, styleDim, message) => {
    expect(() => parsePresets(text, { styleDim }, "here")).toThrow(
      expect.objectContaining({ code: "BUNDLE_INVALID", message: expect.stringMatching(message) }),
    );
  });
});
