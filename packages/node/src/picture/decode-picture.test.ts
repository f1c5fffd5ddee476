import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodePicture } from "./decode-picture.js";

const require = createRequire(import.meta.url);
const maxPixels = 64e6;
const orange = { r: 200, g: 100, b: 50 };

function plain(width = 20, height = 10) {
  return sharp({ create: { width, height, channels: 3, background: orange } });
}

/** Left half dark, right half light, and a light edge above: no two orientations look alike. */
function arrow() {
  const width = 16;
  const height = 8;
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = x >= width / 2 || y < 2 ? 230 : 20;
      pixels.fill(value, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return { pixels, width, height };
}

describe("decodePicture", () => {
  it.each([
    ["JPEG", () => plain().jpeg({ quality: 100 }).toBuffer(), [200, 100, 50, 255], 3],
    ["PNG", () => plain().png().toBuffer(), [200, 100, 50, 255], 0],
    ["palette PNG", () => plain().png({ palette: true }).toBuffer(), [200, 100, 50, 255], 0],
    ["WebP", () => plain().webp({ lossless: true }).toBuffer(), [200, 100, 50, 255], 0],
    ["AVIF", () => plain().avif({ lossless: true }).toBuffer(), [200, 100, 50, 255], 3],
    ["16-bit PNG", () => plain().toColourspace("rgb16").png().toBuffer(), [200, 100, 50, 255], 1],
    ["grey PNG", () => plain().toColourspace("b-w").png().toBuffer(), [128, 128, 128, 255], 2],
    ["grey 16-bit PNG", () => plain().toColourspace("grey16").png().toBuffer(), [128, 128, 128, 255], 2],
    ["grey JPEG", () => plain().toColourspace("b-w").jpeg().toBuffer(), [128, 128, 128, 255], 2],
    // CMYK cannot express the colour exactly; what a colour-managed viewer shows is meant.
    ["CMYK JPEG", () => plain().toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer(), [200, 100, 50, 255], 40],
  ])("reads %s as 8-bit sRGB with alpha", async (_name, encode, expected, tolerance) => {
    const picture = await decodePicture(await encode(), { maxPixels });
    expect([picture.width, picture.height, picture.data.length]).toEqual([20, 10, 800]);
    expect(picture.warnings).toEqual([]);
    for (const [channel, value] of expected.entries()) {
      expect(Math.abs((picture.data[channel] ?? Number.NaN) - value)).toBeLessThanOrEqual(tolerance);
    }
  });

  it("keeps straight alpha", async () => {
    const background = { ...orange, alpha: 0.5 };
    const png = await sharp({ create: { width: 4, height: 4, channels: 4, background } })
      .png()
      .toBuffer();
    const { data } = await decodePicture(png, { maxPixels });
    expect([...data.subarray(0, 4)]).toEqual([200, 100, 50, 128]);
  });

  it("converts an embedded colour profile to sRGB", async () => {
    const p3 = await plain().withIccProfile("p3").png().toBuffer();
    const stored = await sharp(p3, { ignoreIcc: true }).raw().toBuffer();
    expect(stored[0]).toBeLessThan(195);
    const { data } = await decodePicture(p3, { maxPixels });
    for (const [channel, value] of [200, 100, 50].entries()) {
      expect(Math.abs((data[channel] ?? 0) - value)).toBeLessThanOrEqual(2);
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("shows EXIF orientation %i upright", async (orientation) => {
    const { pixels, width, height } = arrow();
    const swapped = orientation >= 5;
    const stored = { width: swapped ? height : width, height: swapped ? width : height };
    const sensor = Buffer.alloc(pixels.length);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const right = width - 1 - x;
        const bottom = height - 1 - y;
        // Where the viewer's (x, y) is stored, by the EXIF standard's meaning of row 0 and column 0.
        const [column = 0, row = 0] = {
          2: [right, y],
          3: [right, bottom],
          4: [x, bottom],
          5: [y, x],
          6: [y, right],
          7: [bottom, right],
          8: [bottom, x],
        }[orientation] ?? [x, y];
        pixels.copy(sensor, (row * stored.width + column) * 3, (y * width + x) * 3, (y * width + x) * 3 + 3);
      }
    }
    const file = await sharp(sensor, { raw: { ...stored, channels: 3 } })
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    const picture = await decodePicture(file, { maxPixels });
    expect([picture.width, picture.height]).toEqual([width, height]);
    const red = Buffer.from(picture.data).filter((_value, index) => index % 4 === 0);
    expect([...red]).toEqual([...pixels.filter((_value, index) => index % 3 === 0)]);
  });

  it.each([
    [1, 1],
    [1, 10000],
    [10000, 1],
  ])("reads %i × %i pixels", async (width, height) => {
    const picture = await decodePicture(await plain(width, height).png().toBuffer(), { maxPixels });
    expect([picture.width, picture.height]).toEqual([width, height]);
  });

  it("reads the first frame of an animation and says so", async () => {
    const frames = Buffer.concat([Buffer.alloc(600, 10), Buffer.alloc(600, 200)]);
    const webp = await sharp(frames, { raw: { width: 20, height: 20, channels: 3, pageHeight: 10 } })
      .webp({ lossless: true, delay: [100, 100] })
      .toBuffer();
    const picture = await decodePicture(webp, { maxPixels });
    expect([picture.height, picture.data[0]]).toEqual([10, 10]);
    expect(picture.warnings).toEqual([expect.stringContaining("first frame")]);
  });

  it("refuses a picture of too many pixels by its header alone", async () => {
    const png = Buffer.from(await plain().png().toBuffer());
    png.writeUInt32BE(50_000, 16);
    png.writeUInt32BE(50_000, 20);
    const before = performance.now();
    // libpng checks the header's checksum, so the bomb needs a right one.
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    await expect(decodePicture(png, { maxPixels })).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      message: expect.stringContaining("50000 × 50000"),
    });
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it("counts maxPixels exactly", async () => {
    const png = await plain(20, 10).png().toBuffer();
    await expect(decodePicture(png, { maxPixels: 199 })).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    await expect(decodePicture(png, { maxPixels: 200 })).resolves.toMatchObject({ width: 20 });
  });

  it.each([
    ["an empty file", () => Buffer.alloc(0), /empty/],
    ["zeros", () => Buffer.alloc(1000), /not those of a picture/],
    ["text", () => Buffer.from("Dear photo, how are you?"), /not those of a picture/],
    ["SVG", () => Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG/],
    ["HTML", () => Buffer.from("<!doctype html><title>404</title>"), /HTML/],
    ["PDF", () => Buffer.from("%PDF-1.7\n"), /PDF/],
    ["GIF", () => plain().gif().toBuffer(), /GIF/],
    ["TIFF", () => plain().tiff().toBuffer(), /TIFF/],
    ["BMP", () => Buffer.from("BM\0\0\0\0\0\0"), /BMP/],
    ["HEIC", () => Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"), /HEIC.*JPEG/],
    ["a video", () => Buffer.from("\0\0\0\x18ftypisom\0\0\0\0isommp42", "latin1"), /video/],
    ["a PNG signature alone", () => Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), /damaged/],
    ["a JPEG signature and noise", () => Buffer.from(`\xff\xd8\xff${"?".repeat(500)}`, "latin1"), /damaged/],
    ["SVG behind a JPEG signature", () => Buffer.from("\xff\xd8\xff<svg width='9' height='9'/>", "latin1"), /damaged/],
  ])("refuses %s", async (_name, bytes, message) => {
    await expect(decodePicture(await bytes(), { maxPixels })).rejects.toMatchObject({
      code: "UNSUPPORTED_IMAGE",
      message: expect.stringMatching(message),
    });
  });

  it("refuses a truncated JPEG", async () => {
    const photo = await readFile(require.resolve("@vladmandic/face-api/demo/sample1.jpg"));
    const half = photo.subarray(0, photo.length >> 1);
    await expect(decodePicture(half, { maxPixels })).rejects.toMatchObject({
      code: "UNSUPPORTED_IMAGE",
      message: expect.stringContaining("damaged"),
    });
  });

  it("rejects with the reason of the signal", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(decodePicture(await plain().png().toBuffer(), { maxPixels, signal })).rejects.toThrow("enough");
  });
});

/** CRC-32 of the PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
