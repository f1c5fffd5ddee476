import { describe, expect, it } from "vitest";
import { fromOklab, LINEAR, toByte, toOklab } from "./oklab.js";
import { preserveColor } from "./preserve-color.js";

const picture = (...colors: number[][]) => ({
  width: colors.length,
  height: 1,
  data: Uint8ClampedArray.from(colors.flatMap((color) => [...color, 255])),
});

const oklab = ([red = 0, green = 0, blue = 0]: readonly number[]) => {
  const out = new Float64Array(3);
  toOklab(LINEAR[red]!, LINEAR[green]!, LINEAR[blue]!, out);
  return [...out] as [number, number, number];
};

describe("Oklab", () => {
  // From the CSS Color Module Level 4, sample conversions of the sRGB primaries.
  it.each([
    [
      [255, 0, 0],
      [0.62796, 0.22486, 0.12585],
    ],
    [
      [0, 255, 0],
      [0.86644, -0.23389, 0.1795],
    ],
    [
      [0, 0, 255],
      [0.45201, -0.03246, -0.31153],
    ],
    [
      [255, 255, 255],
      [1, 0, 0],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ])("of %j is %j", (rgb, expected) => {
    for (const [i, value] of oklab(rgb).entries()) expect(value).toBeCloseTo(expected[i]!, 4);
  });

  it("comes back to the same bytes", () => {
    const out = new Float64Array(3);
    for (let i = 0; i < 2000; i++) {
      const rgb = [(i * 37) % 256, (i * 101) % 256, (i * 211) % 256];
      fromOklab(...oklab(rgb), out);
      expect([...out].map(toByte)).toEqual(rgb);
    }
  });
});

describe("preserveColor", () => {
  it("takes lightness from the style and hue and chroma from the photo", () => {
    const [style, photo] = [
      [120, 90, 160],
      [130, 110, 70],
    ];
    const { data } = preserveColor(picture(style), picture(photo));
    const [lightness, a, b] = oklab([...data]);
    expect(lightness).toBeCloseTo(oklab(style)[0], 2);
    expect(a).toBeCloseTo(oklab(photo)[1], 2);
    expect(b).toBeCloseTo(oklab(photo)[2], 2);
  });

  it("keeps black and white black and white, whatever the photo's colour", () => {
    const { data } = preserveColor(picture([0, 0, 0], [255, 255, 255]), picture([220, 40, 40], [220, 40, 40]));
    expect(Math.max(...data.slice(0, 3))).toBeLessThanOrEqual(2);
    expect(Math.min(...data.slice(4, 7))).toBeGreaterThanOrEqual(253);
  });

  it("keeps the hue where sRGB has not the whole chroma", () => {
    const { data } = preserveColor(picture([235, 235, 235]), picture([220, 30, 30]));
    const hue = ([, a, b]: [number, number, number]) => Math.atan2(b, a);
    expect(hue(oklab([...data]))).toBeCloseTo(hue(oklab([220, 30, 30])), 1);
    expect(data[0]).toBeGreaterThan(data[1]! + 5);
  });

  it("leaves a picture as it is that is its own photo", () => {
    const same = picture([10, 200, 30], [250, 128, 3], [77, 77, 77]);
    expect(preserveColor(same, same).data).toEqual(same.data);
  });

  it("refuses pictures of different sizes", () => {
    expect(() => preserveColor(picture([1, 1, 1]), picture([1, 1, 1], [2, 2, 2]))).toThrow(/same size/);
  });
});
