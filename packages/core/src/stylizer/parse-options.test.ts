import { describe, expect, it } from "vitest";
import type { StylizeOptions } from "./options.js";
import {
  parseLoadOptions,
  parseOptions,
  parsePlatformOptions,
  parsePreloadOptions,
  parseStylizerOptions,
} from "./parse-options.js";

describe("parseOptions", () => {
  it("fills in the defaults", () => {
    expect(parseOptions({})).toEqual({
      style: undefined,
      strength: 1,
      seed: 0,
      faces: "all",
      output: "photo",
      resolution: undefined,
      subject: "faces",
      surroundings: "painted",
      size: "photo",
      megapixels: undefined,
      preserveColor: false,
      onTile: undefined,
    });
    expect(parseOptions({ subject: "people" }).surroundings).toBe("photo");
  });

  it("takes what the types allow", () => {
    const options: StylizeOptions = {
      style: [
        { style: "ink", weight: 2 },
        { style: { seed: 4 }, layers: [0, 9] },
      ],
      strength: 1.5,
      seed: 4294967295,
      faces: [2, 0],
      output: "crop",
      resolution: 1024,
      subject: "people",
      surroundings: "transparent",
      size: "painting",
      megapixels: 0.5,
      preserveColor: true,
      onTile: () => {},
      signal: new AbortController().signal,
      onProgress: () => {},
    };
    const { signal: _signal, onProgress: _onProgress, ...plain } = options;
    expect(parseOptions(options)).toEqual(plain);
  });

  it.each([
    [{ strength: 2 }, "strength must be a number from 0 to 1.5; 2 was given."],
    [{ strength: "1" }, 'strength must be a number from 0 to 1.5; "1" was given.'],
    [{ strength: Number.NaN }, "strength must be a number from 0 to 1.5; NaN was given."],
    [{ seed: -1 }, "seed must be a whole number from 0 to 4294967295; -1 was given."],
    [{ seed: 0.5 }, /^seed must be a whole number/],
    [{ style: "" }, /^style must be the name of a preset or a prompt/],
    [{ style: { seed: "7" } }, /^style.*must be .*; /],
    [{ style: { text: "ink" } }, /^style must be the name of a preset.*\{"text":"ink"\} was given/],
    [{ style: { seed: -3 } }, /^style\.seed must be a whole number/],
    [{ style: [] }, /^style must be a list of at least one/],
    [
      { style: [{ style: "a", weight: Number.POSITIVE_INFINITY }] },
      "style.0.weight must be a finite number; Infinity was given.",
    ],
    [
      { style: [{ style: "a", layers: [10] }] },
      /^style\.0\.layers must be "coarse".*rows from 0 to 9.*\[10\] was given/,
    ],
    [{ style: [{ style: "a", layers: ["fine", "rough"] }] }, /^style\.0\.layers must be "coarse"/],
    [{ style: [{ style: "a", layers: [] }] }, /^style\.0\.layers must be "coarse"/],
    [{ style: [{ style: "a", wieght: 1 }] }, /^style\.0.*\{ style, weight, layers \}/],
    [{ faces: "first" }, /^faces must be "all", "largest", "none" or a list of numbers.*"first" was given/],
    [{ faces: [] }, /^faces must be/],
    [{ faces: [-1] }, /^faces.* must be/],
    [{ output: "square" }, 'output must be "photo" or "crop"; "square" was given.'],
    [{ surroundings: "grey" }, 'surroundings must be "painted", "toned", "photo" or "transparent"; "grey" was given.'],
    [{ resolution: 500 }, 'resolution must be "live" or a multiple of 16 from 128 to 1024; 500 was given.'],
    [{ resolution: 64 }, /^resolution must be "live" or/],
    [{ megapixels: 0 }, "megapixels must be a number from 0.01 to 100; 0 was given."],
    [{ size: "small" }, 'size must be "photo" or "painting"; "small" was given.'],
    [{ subject: "pets" }, 'subject must be "faces" or "people"; "pets" was given.'],
    [{ onTile: true }, "onTile must be a function; true was given."],
    [{ faces: "none", output: "crop" }, /^faces may not be "none" with output "crop"/],
    [{ faces: "none", surroundings: "toned" }, /nothing would be painted/],
    [{ surroundings: "transparent" }, /with subject "people" only/],
    [{ subject: "people", surroundings: "painted" }, /then everything is painted/],
    [{ preserveColor: 1 }, "preserveColor must be true or false; 1 was given."],
    [{ signal: {} }, "signal must be an AbortSignal; {} was given."],
    [{ onProgress: 1 }, "onProgress must be a function; 1 was given."],
    [{ strenght: 1 }, /^There is no option "strenght"\. Did you mean "strength"\? The options are style, strength, /],
    [{ zzz: true }, /^There is no option "zzz"\. The options are style, strength, /],
    [{ style: { image: null } }, /^style must be the name of a preset/],
    [{ style: { pack: {} } }, /^style\.pack must be what readPack gives/],
    [null, "The options must be an object; null was given."],
  ])("refuses %j", (options, message) => {
    const expected = typeof message === "string" ? message : expect.stringMatching(message);
    expect(() => parseOptions(options as never)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: expected }),
    );
  });
});

describe("parseStylizerOptions", () => {
  it("takes devices and precisions, and nothing else", () => {
    expect(parseStylizerOptions({})).toEqual({ device: "auto", dtype: "fp32" });
    expect(parseStylizerOptions({ device: "webgpu", dtype: "fp16" })).toEqual({ device: "webgpu", dtype: "fp16" });
    expect(() => parseStylizerOptions({ device: "gpu" as never })).toThrow(
      'device must be one of auto, cpu, wasm, webgpu, cuda, coreml, dml; "gpu" was given.',
    );
    expect(() => parseStylizerOptions({ dtype: "int4" as never })).toThrow(/^dtype must be "fp32", "fp16" or "int8"/);
  });

  it("refuses what is misspelt, beside the parts that a stylizer is made of", () => {
    expect(parseStylizerOptions({ runtime: 1, bundle: 2 } as never)).toEqual({ device: "auto", dtype: "fp32" });
    expect(() => parseStylizerOptions({ devcie: "cpu" } as never)).toThrow(
      /no option "devcie"\. Did you mean "device"\?/,
    );
  });
});

describe("parsePlatformOptions", () => {
  const platform = { devices: ["cpu", "cuda"], flags: { allowRemote: false }, others: ["bundle"] } as const;
  const parse = (options: object) => parsePlatformOptions(options, platform);

  it("fills in the defaults", () => {
    const usual = { device: "auto", dtype: "fp32", maxPixels: 64_000_000, allowRemote: false };
    expect(parse({ bundle: 1 })).toEqual({ ...usual, threads: undefined, onProgress: undefined });
    expect(parse({ device: "cuda", threads: 2, allowRemote: true })).toMatchObject({ threads: 2, allowRemote: true });
  });

  it.each([
    [{ device: "wasm" }, 'device must be one of auto, cpu, cuda; "wasm" was given.'],
    [{ threads: 0 }, "threads must be a whole number of at least 1; 0 was given."],
    [{ maxPixels: 1.5 }, "maxPixels must be a whole number of at least 1; 1.5 was given."],
    [{ allowRemote: "yes" }, 'allowRemote must be true or false; "yes" was given.'],
    [{ maxPixel: 3 }, /no option "maxPixel"\. Did you mean "maxPixels"\?/],
    [{ onProgress: 3 }, "onProgress must be a function; 3 was given."],
  ])("refuses %j", (options, message) => {
    expect(() => parse(options)).toThrow(message);
  });
});

it("refuses misspelt options of the other calls", () => {
  expect(() => parseLoadOptions({ singal: 1 } as never)).toThrow(/Did you mean "signal"\?/);
  expect(() => parsePreloadOptions({ prompt: true } as never)).toThrow(/Did you mean "prompts"\?/);
  expect(parsePreloadOptions({ prompts: true })).toEqual({ prompts: true, references: false });
});
