import { describe, expect, it } from "vitest";
import { StyleCode } from "./style-code.js";
import { parseStyleCode, serializeStyleCode } from "./style-code-file.js";

const code = new StyleCode(
  Float32Array.from({ length: 30 }, (_, i) => Math.fround(i / 7 - 2)),
  10,
  3,
  {
    type: "mixture",
    of: [
      { type: "seed", seed: 4 },
      { type: "preset", name: "ink" },
    ],
  },
);

// struct.pack("<10f", *([1.5] * 10)) in base64, by Python.
const WRITTEN_BY_PYTHON = `{"format": "mmfs-style", "version": 1, "layers": 10, "dim": 1, "values": "${"AADAPwAAwD8AAMA/AADAPwAAwD8AAMA/AADAPwAAwD8AAMA/AADAPw=="}"}`;

function damaged(change: (file: Record<string, unknown>) => void): string {
  const file = JSON.parse(serializeStyleCode(code));
  change(file);
  return JSON.stringify(file);
}

describe("style code files", () => {
  it("come back bit for bit, with their origin", () => {
    const loaded = parseStyleCode(serializeStyleCode(code));
    expect(loaded).toEqual(code);
    expect(loaded).toBeInstanceOf(StyleCode);
  });

  it("can be written by other tools, as little-endian float32", () => {
    expect(parseStyleCode(WRITTEN_BY_PYTHON)).toEqual(
      new StyleCode(new Float32Array(10).fill(1.5), 10, 1, { type: "file" }),
    );
  });

  it("are a few kilobytes at the published size", () => {
    const large = new StyleCode(new Float32Array(5120).fill(1 / 3), 10, 512, { type: "file" });
    expect(serializeStyleCode(large).length).toBeLessThan(28_000);
  });

  it.each([
    ["text that is not JSON", "w+", /not JSON/],
    ["another file", '{"a": 1}', /format/],
    ["too few numbers", damaged((file) => (file.values = "AAAAAA==")), /30 finite/],
    ["text that is not base64", damaged((file) => (file.values = "?")), /base64/],
    ["NaN", damaged((file) => (file.values = "AADAfwAAwH8AAMB/".repeat(10))), /finite/],
    ["another number of rows", damaged((file) => (file.layers = 18)), /layers/],
    ["a newer version", damaged((file) => (file.version = 2)), /newer version.*Update/],
    ["an unknown origin", damaged((file) => (file.origin = { type: "theft" })), /origin/],
  ])("refuse %s", (_, text, message) => {
    expect(() => parseStyleCode(text)).toThrow(
      expect.objectContaining({ code: "STYLE_INVALID", message: expect.stringMatching(message) }),
    );
  });

  it("refuse to be written with the wrong number of values", () => {
    expect(() => serializeStyleCode(new StyleCode(new Float32Array(29), 10, 3, { type: "file" }))).toThrow(
      /30|holds 29/,
    );
  });
});
