import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { MMFSError } from "../errors/mmfs-error.js";
import type { BundleSource, ReadOptions } from "./bundle-source.js";
import { loadBundle } from "./load-bundle.js";

const encoder = new TextEncoder().encode("the encoder");
const half = new TextEncoder().encode("half");

const entry = (path: string, bytes: Uint8Array) => ({
  path,
  bytes: bytes.byteLength,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

const manifest = {
  format: 2,
  name: "test",
  license: "CC0-1.0",
  network: { baseWidth: 4, styleDim: 8, styleLayers: 10, resolution: { default: 512, live: 256 } },
  parts: { encoder: { ...entry("graphs/encoder.onnx", encoder), variants: { fp16: entry("half.onnx", half) } } },
};

type Files = Record<string, Uint8Array | string>;

function source(files: Files, read?: (path: string, options: ReadOptions) => Promise<Uint8Array>): BundleSource {
  return {
    location: "memory",
    read:
      read ??
      (async (path) => {
        const file = files[path];
        if (file === undefined) throw new MMFSError("FILE_NOT_READABLE", path);
        return typeof file === "string" ? new TextEncoder().encode(file) : file;
      }),
  };
}

const files = (changes: Files = {}): Files => ({
  "mmfs.json": JSON.stringify(manifest),
  "graphs/encoder.onnx": encoder,
  "half.onnx": half,
  ...changes,
});

describe("loadBundle", () => {
  it("reads the manifest and nothing else", async () => {
    const read = vi.fn(source(files()).read);
    const bundle = await loadBundle({ location: "memory", read });
    expect(bundle.manifest.network).toEqual({ ...manifest.network, detail: false });
    expect(bundle.has("encoder")).toBe(true);
    expect(bundle.has("decoder")).toBe(false);
    expect(read.mock.calls.map(([path]) => path)).toEqual(["mmfs.json"]);
  });

  it.each([
    ["is not JSON", "{", /not JSON/],
    ["is newer", JSON.stringify({ ...manifest, format: 3 }), /newer version.*formats 1 to 2.*Update/],
    ["has no format", JSON.stringify({ ...manifest, format: undefined }), /format/],
    [
      "has an odd size",
      JSON.stringify({ ...manifest, format: 1, network: { ...manifest.network, size: 30 } }),
      /network\.size/,
    ],
    ...[0, 120, 112, 1040, 256.5].map((live): [string, string, RegExp] => [
      `has a resolution of ${live}`,
      JSON.stringify({ ...manifest, network: { ...manifest.network, resolution: { default: 512, live } } }),
      /network\.resolution\.live/,
    ]),
    ["lacks a field", JSON.stringify({ ...manifest, name: undefined }), /name/],
    [
      "leads out of the folder",
      JSON.stringify({ ...manifest, parts: { encoder: { ...manifest.parts.encoder, path: "../x" } } }),
      /parts\.encoder\.path.*inside the bundle/,
    ],
    [
      "has a wrong digest",
      JSON.stringify({ ...manifest, parts: { encoder: { ...manifest.parts.encoder, sha256: "A" } } }),
      /parts\.encoder\.sha256/,
    ],
  ])("says what is wrong when the manifest %s", async (_, text, message) => {
    await expect(loadBundle(source({ "mmfs.json": text }))).rejects.toMatchObject({
      code: "BUNDLE_INVALID",
      message: expect.stringMatching(message),
    });
  });

  it("gives the network of format 1 the same shape, with its one size", async () => {
    const { resolution: _, ...network } = manifest.network;
    const old = JSON.stringify({ ...manifest, format: 1, network: { ...network, size: 32 } });
    const bundle = await loadBundle(source(files({ "mmfs.json": old })));
    expect(bundle.manifest.network).toEqual({
      ...network,
      detail: false,
      resolution: { default: 32, live: 32 },
      fixedSize: 32,
    });
  });

  it("knows of a detail path", async () => {
    const detailed = JSON.stringify({ ...manifest, network: { ...manifest.network, detail: true } });
    const bundle = await loadBundle(source(files({ "mmfs.json": detailed })));
    expect(bundle.manifest.network.detail).toBe(true);
    expect(bundle.manifest.network).not.toHaveProperty("fixedSize");
    // a manifest of format 2 may be written as it is
    const again = await loadBundle(source(files({ "mmfs.json": JSON.stringify(bundle.manifest) })));
    expect(again.manifest).toEqual(bundle.manifest);
  });

  it("rejects with the reason of the signal", async () => {
    const reason = new Error("enough");
    await expect(loadBundle(source(files()), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("Bundle.part", () => {
  it("gives the bytes of the part and of its variant", async () => {
    const bundle = await loadBundle(source(files()));
    expect(await bundle.part("encoder")).toEqual(encoder);
    expect(await bundle.part("encoder", { dtype: "fp16" })).toEqual(half);
    expect(bundle.dtypeOf("encoder", "fp16")).toBe("fp16");
    expect(bundle.dtypeOf("decoder", "fp16")).toBe("fp32");
  });

  it("gives the int8 variant of a part that has one, and the part's own file of others", async () => {
    const tower = { ...entry("graphs/encoder.onnx", encoder), variants: { int8: entry("half.onnx", half) } };
    const parts = { textTower: tower, encoder: manifest.parts.encoder };
    const bundle = await loadBundle(source(files({ "mmfs.json": JSON.stringify({ ...manifest, parts }) })));
    expect(await bundle.part("textTower", { dtype: "int8" })).toEqual(half);
    expect(await bundle.part("textTower", { dtype: "fp16" })).toEqual(encoder);
    expect(await bundle.part("encoder", { dtype: "int8" })).toEqual(encoder);
    expect(["textTower", "encoder"].map((part) => bundle.dtypeOf(part as never, "int8"))).toEqual(["int8", "fp32"]);
  });

  it("says what is missing, what is there, and what to do", async () => {
    const bundle = await loadBundle(source(files()));
    await expect(bundle.part("mapping")).rejects.toMatchObject({
      code: "BUNDLE_PART_MISSING",
      message: expect.stringMatching(/no mapping.*encoder.*preset/),
    });
  });

  it.each([
    ["a byte short", encoder.subarray(1), /11/],
    ["changed", Uint8Array.from(encoder, (byte) => byte ^ 1), /SHA-256/],
  ])("refuses a file that is %s", async (_, bytes, message) => {
    const bundle = await loadBundle(source(files({ "graphs/encoder.onnx": bytes })));
    await expect(bundle.part("encoder")).rejects.toMatchObject({
      code: "MODEL_INTEGRITY",
      message: expect.stringMatching(message),
    });
  });

  it("discards a damaged copy and reads once more", async () => {
    const kept = files({ "graphs/encoder.onnx": "damaged" });
    const discard = vi.fn(async (path: string) => {
      kept[path] = encoder;
    });
    const bundle = await loadBundle({ ...source(kept), discard });
    expect(await bundle.part("encoder")).toEqual(encoder);
    expect(discard).toHaveBeenCalledExactlyOnceWith("graphs/encoder.onnx");
  });

  it("is tried anew after a failure", async () => {
    let attempts = 0;
    const bundle = await loadBundle(
      source({}, async (path) => {
        if (path === "mmfs.json") return new TextEncoder().encode(JSON.stringify(manifest));
        attempts += 1;
        if (attempts === 1) throw new MMFSError("MODEL_DOWNLOAD", "offline", { data: { url: path } });
        return encoder;
      }),
    );
    await expect(bundle.part("encoder")).rejects.toMatchObject({ code: "MODEL_DOWNLOAD" });
    expect(await bundle.part("encoder")).toEqual(encoder);
  });

  describe("read by several callers at once", () => {
    async function slowBundle() {
      const reads: { options: ReadOptions; finish: (bytes: Uint8Array) => void }[] = [];
      const bundle = await loadBundle(
        source({}, (path, options) => {
          if (path === "mmfs.json") return Promise.resolve(new TextEncoder().encode(JSON.stringify(manifest)));
          return new Promise((finish, reject) => {
            reads.push({ options, finish });
            options.signal?.addEventListener("abort", () => reject(options.signal?.reason));
          });
        }),
      );
      return { bundle, reads };
    }

    it("is read once, and all are told of the progress", async () => {
      const { bundle, reads } = await slowBundle();
      const progress = [vi.fn(), vi.fn()];
      const both = Promise.all(progress.map((onProgress) => bundle.part("encoder", { onProgress })));
      reads[0]?.options.onProgress?.(5, 11);
      reads[0]?.finish(encoder);
      expect(await both).toEqual([encoder, encoder]);
      expect(reads).toHaveLength(1);
      for (const onProgress of progress) expect(onProgress).toHaveBeenCalledWith(5, 11);
    });

    it("goes on when one of them leaves", async () => {
      const { bundle, reads } = await slowBundle();
      const leaving = new AbortController();
      const left = bundle.part("encoder", { signal: leaving.signal });
      const staying = bundle.part("encoder");
      leaving.abort(new Error("left"));
      await expect(left).rejects.toThrow("left");
      reads[0]?.finish(encoder);
      expect(await staying).toEqual(encoder);
    });

    it("is aborted when the last leaves, and begun anew by the next", async () => {
      const { bundle, reads } = await slowBundle();
      const leaving = new AbortController();
      const left = bundle.part("encoder", { signal: leaving.signal });
      leaving.abort(new Error("left"));
      await expect(left).rejects.toThrow("left");
      expect(reads[0]?.options.signal?.aborted).toBe(true);
      const next = bundle.part("encoder");
      reads[1]?.finish(encoder);
      expect(await next).toEqual(encoder);
    });
  });
});
