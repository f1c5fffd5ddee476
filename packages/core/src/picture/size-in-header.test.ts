import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { sizeInHeader } from "./size-in-header.js";

const picture = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 40, g: 90, b: 160, alpha: 0.5 } } });

describe("sizeInHeader", () => {
  it.each([
    ["PNG", picture(300, 70).png()],
    ["JPEG", picture(300, 70).jpeg()],
    [
      "progressive JPEG with EXIF and a profile",
      picture(300, 70).withMetadata({ orientation: 6 }).jpeg({ progressive: true }),
    ],
    ["lossy WebP", picture(300, 70).webp()],
    ["lossless WebP", picture(300, 70).webp({ lossless: true })],
    ["WebP with transparency", picture(300, 70, 4).webp()],
    ["AVIF", picture(300, 70).avif({ effort: 0 })],
  ])("reads it of a %s as sharp wrote it", async (_name, written) => {
    const bytes = await written.toBuffer();
    expect(sizeInHeader(bytes)).toEqual({ width: 300, height: 70 });
  });

  it("knows the largest sizes that formats can have", async () => {
    const webp = await picture(16383, 1).webp({ lossless: true, effort: 0 }).toBuffer();
    expect(sizeInHeader(webp)).toEqual({ width: 16383, height: 1 });
    const jpeg = await picture(1, 65500).jpeg().toBuffer();
    expect(sizeInHeader(jpeg)).toEqual({ width: 1, height: 65500 });
  });

  it("says nothing of half a header, of a loop, and of what is no picture", async () => {
    const jpeg = await picture(300, 70).jpeg().toBuffer();
    expect(sizeInHeader(jpeg.subarray(0, 30))).toBeUndefined();
    expect(sizeInHeader(Uint8Array.of(0xff, 0xd8, 0xff, 0xff, 0xff))).toBeUndefined();
    expect(sizeInHeader(new Uint8Array())).toBeUndefined();
    expect(sizeInHeader(new TextEncoder().encode("<svg width='9' height='9'/>"))).toBeUndefined();
    expect(sizeInHeader((await picture(300, 70).png().toBuffer()).subarray(0, 20))).toBeUndefined();
  });
});
