import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileInput } from "./picture-input.js";
import { readInput } from "./read-input.js";

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmfs-input-"));
  file = join(folder, "ein Foto.jpg");
  await writeFile(file, "pixels");
});
afterAll(() => rm(folder, { recursive: true }));

async function text(input: FileInput, options = {}) {
  return Buffer.from(await readInput(input, options)).toString();
}

describe("readInput", () => {
  it("reads a path, a file URL and every kind of bytes", async () => {
    const bytes = new TextEncoder().encode("pixels");
    expect(await text(file)).toBe("pixels");
    expect(await text(pathToFileURL(file))).toBe("pixels");
    expect(await text(bytes)).toBe("pixels");
    expect(await text(Buffer.from(bytes))).toBe("pixels");
    expect(await text(bytes.buffer)).toBe("pixels");
    expect(await text(new Blob([bytes]))).toBe("pixels");
  });

  it("reads only the part of a buffer that a view shows", async () => {
    expect(await text(Buffer.from("more pixels here").subarray(5, 11))).toBe("pixels");
  });

  it.each(["http://photos.example/a.jpg", "https://photos.example/a.jpg", "file:///a.jpg", "data:image/png;base64,AA"])(
    "refuses the string %s with advice",
    async (address) => {
      await expect(readInput(address)).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        message: expect.stringMatching(/Pass new URL|Decode the data/),
      });
    },
  );

  it("refuses remote addresses unless they are allowed", async () => {
    await expect(readInput(new URL("https://photos.example/a.jpg"))).rejects.toMatchObject({
      code: "URL_NOT_ALLOWED",
      message: expect.stringContaining("allowRemote"),
    });
  });

  it("refuses this machine even where remote addresses are allowed", async () => {
    const server = createServer((_request, response) => response.end("secret"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      await expect(readInput(new URL(`http://127.0.0.1:${port}/`), { allowRemote: true })).rejects.toMatchObject({
        code: "URL_NOT_ALLOWED",
      });
    } finally {
      server.close();
    }
  });

  it("says why a file cannot be read", async () => {
    await expect(readInput(join(folder, "none.jpg"))).rejects.toMatchObject({
      code: "FILE_NOT_READABLE",
      message: expect.stringContaining("does not exist"),
      cause: expect.objectContaining({ code: "ENOENT" }),
    });
    await expect(readInput(folder)).rejects.toMatchObject({
      code: "FILE_NOT_READABLE",
      message: expect.stringContaining("a folder"),
    });
  });

  it.each([undefined, null, 7, {}, ["a.jpg"]])("refuses %j", async (input) => {
    await expect(readInput(input as unknown as FileInput)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("rejects with the reason of the signal", async () => {
    await expect(readInput(file, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});
