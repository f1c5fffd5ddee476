import { createHash } from "node:crypto";
import { loadBundle } from "@mmfs/core";
import { beforeEach, describe, expect, it } from "vitest";
import { CachedSource } from "./cached-source.js";
import { UrlSource } from "./url-source.js";

/** Cache Storage as far as it is used. */
class FakeCaches {
  readonly entries = new Map<string, Uint8Array>();
  full = false;

  async open() {
    return {
      match: async (key: string) => {
        const bytes = this.entries.get(key);
        return bytes && new Response(bytes.slice());
      },
      put: async (key: string, response: Response) => {
        if (this.full) throw new DOMException("Quota exceeded.", "QuotaExceededError");
        this.entries.set(key, new Uint8Array(await response.arrayBuffer()));
      },
      delete: async (key: string) => this.entries.delete(key),
    };
  }
}

let caches: FakeCaches;
let files: Record<string, string>;
let asked: string[];
let online: boolean;

function publish(encoder: string) {
  const part = {
    path: "encoder.onnx",
    bytes: encoder.length,
    sha256: createHash("sha256").update(encoder).digest("hex"),
  };
  const network = { size: 32, baseWidth: 1, styleDim: 4, styleLayers: 10 };
  files = {
    "mmfs.json": JSON.stringify({ format: 1, name: "test", license: "CC0-1.0", network, parts: { encoder: part } }),
    "encoder.onnx": encoder,
  };
}

async function readEncoder() {
  asked = [];
  const fetch = async (url: unknown) => {
    if (!online) throw new TypeError("Failed to fetch");
    const path = String(url).split("/").at(-1) ?? "";
    asked.push(path);
    return new Response(files[path]);
  };
  const source = new CachedSource(
    UrlSource.ofFolder("https://a.example/", fetch as typeof globalThis.fetch),
    caches as unknown as CacheStorage,
  );
  const bundle = await loadBundle(source);
  return { text: new TextDecoder().decode(await bundle.part("encoder")), warnings: source.warnings };
}

beforeEach(() => {
  caches = new FakeCaches();
  online = true;
  publish("the first");
});

describe("CachedSource", () => {
  it("fetches a file once, and nothing at all without a network", async () => {
    await readEncoder();
    expect(asked).toEqual(["mmfs.json", "encoder.onnx"]);
    expect(await readEncoder()).toEqual({ text: "the first", warnings: [] });
    expect(asked).toEqual(["mmfs.json"]);
    online = false;
    expect((await readEncoder()).text).toBe("the first");
  });

  it("fetches a damaged copy again", async () => {
    await readEncoder();
    for (const key of caches.entries.keys()) {
      if (key.includes("sha256")) caches.entries.set(key, new TextEncoder().encode("the fur5t"));
    }
    expect((await readEncoder()).text).toBe("the first");
    expect(asked).toEqual(["mmfs.json", "encoder.onnx"]);
    await readEncoder();
    expect(asked).toEqual(["mmfs.json"]);
  });

  it("fetches what a new manifest names, and forgets what it no longer names", async () => {
    await readEncoder();
    publish("the second");
    expect((await readEncoder()).text).toBe("the second");
    const kept = [...caches.entries.values()].map((bytes) => new TextDecoder().decode(bytes));
    expect(kept).toContain("the second");
    expect(kept).not.toContain("the first");
  });

  it("works without room, and says so", async () => {
    caches.full = true;
    const { text, warnings } = await readEncoder();
    expect(text).toBe("the first");
    expect(warnings).toEqual([expect.stringContaining("Quota exceeded")]);
  });

  it("never takes a server that answers nonsense for being offline", async () => {
    await readEncoder();
    files["mmfs.json"] = "{}";
    await expect(readEncoder()).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
  });
});
