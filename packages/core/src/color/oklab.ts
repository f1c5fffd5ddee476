/** Linear light of an sRGB byte, 0 to 1. */
export const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** Fine enough that neighbouring entries differ by a fifth of a byte at most. */
const STEPS = 16384;

const BYTES = Uint8ClampedArray.from({ length: STEPS + 1 }, (_, i) => {
  const value = i / STEPS;
  return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
});

/** The sRGB byte of linear light, clamped to 0 and 1. */
export function toByte(linear: number): number {
  return BYTES[Math.round(Math.min(Math.max(linear, 0), 1) * STEPS)]!;
}

/**
 * The Oklab colour of linear sRGB, written to `out`: lightness 0 to 1, and a and b, which are 0 for greys.
 *
 * @see Björn Ottosson 2020, "A perceptual color space for image processing"
 */
export function toOklab(red: number, green: number, blue: number, out: Float64Array): void {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  out[0] = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  out[1] = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  out[2] = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
}

/** The linear sRGB of an Oklab colour, written to `out`; outside 0 to 1 where sRGB does not have the colour. */
export function fromOklab(lightness: number, a: number, b: number, out: Float64Array): void {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  out[0] = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
  out[1] = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
  out[2] = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
}
