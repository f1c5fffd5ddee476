import type { PictureFormat } from "@mmfs/core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { encodePicture } from "./encode-picture.js";

function plain(width: number, height: number, rgba: number[]) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < data.length; i += 1) data[i] = rgba[i % 4] ?? 0;
  return { width, height, data };
}

describe("encodePicture", () => {
  it.each(["jpeg", "png", "webp", "avif"] as const)("writes %s, tagged as sRGB", async (format) => {
    const file = await encodePicture(plain(32, 16, [200, 100, 50, 255]), format);
    const header = await sharp(file).metadata();
    expect([header.format, header.width, header.height]).toEqual([format === "avif" ? "heif" : format, 32, 16]);
    expect(header.icc?.toString("latin1").replaceAll("\0", "")).toContain("sRGB");
    const pixels = await sharp(file).removeAlpha().raw().toBuffer();
    for (const [channel, value] of [200, 100, 50].entries()) {
      expect(Math.abs((pixels[channel] ?? 0) - value)).toBeLessThanOrEqual(4);
    }
  });

  it("keeps every byte in a PNG", async () => {
    const data = Uint8ClampedArray.from({ length: 64 * 64 * 4 }, (_value, index) => (index * 2654435761) >>> 24);
    const file = await encodePicture({ width: 64, height: 64, data }, "png");
    expect(Buffer.from(data).equals(await sharp(file).raw().toBuffer())).toBe(true);
  });

  it("lays transparency on white in a JPEG", async () => {
    const file = await encodePicture(plain(16, 16, [0, 0, 0, 0]), "jpeg");
    expect((await sharp(file).raw().toBuffer())[0]).toBe(255);
  });

  it("makes smaller files for lower quality", async () => {
    const data = Uint8ClampedArray.from({ length: 64 * 64 * 4 }, (_value, index) => (index * 2654435761) >>> 24);
    const sizes = await Promise.all(
      [30, 95].map(
        async (quality) => (await encodePicture({ width: 64, height: 64, data }, "webp", { quality })).length,
      ),
    );
    expect(sizes[0]).toBeLessThan(sizes[1] ?? 0);
  });

  it("refuses unknown formats, qualities out of range and sides that a format cannot hold", async () => {
    const picture = plain(20_000, 1, [1, 2, 3, 255]);
    await expect(encodePicture(picture, "gif" as PictureFormat)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(encodePicture(picture, "jpeg", { quality: 0 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(encodePicture(picture, "jpeg", { quality: 1.5 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(encodePicture(picture, "webp")).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    await expect(encodePicture(picture, "png")).resolves.toBeInstanceOf(Buffer);
  });
});
