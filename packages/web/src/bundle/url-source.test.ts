import { describe, expect, it } from "vitest";
import { UrlSource } from "./url-source.js";

const answering = (make: (url: string) => Response) => {
  const asked: string[] = [];
  const fetch = async (url: unknown) => {
    asked.push(String(url));
    return make(String(url));
  };
  return { asked, fetch: fetch as typeof globalThis.fetch };
};

describe("UrlSource", () => {
  it("fetches beside the manifest, keeps a query, and tells the bytes that arrive", async () => {
    const { asked, fetch } = answering(() => new Response("12345", { headers: { "content-length": "5" } }));
    const progress: unknown[] = [];
    const source = UrlSource.ofFolder("https://a.example/b/?token=1", fetch);
    const bytes = await source.read("towers/text #1.onnx", { onProgress: (...told) => progress.push(told) });
    expect(asked).toEqual(["https://a.example/b/towers/text%20%231.onnx?token=1"]);
    expect([...bytes]).toEqual([49, 50, 51, 52, 53]);
    expect(progress).toEqual([[5, 5]]);
  });

  it("does not trust the length of a body that travelled compressed", async () => {
    const headers = { "content-length": "2", "content-encoding": "gzip" };
    const { fetch } = answering(() => new Response("12345", { headers }));
    const progress: unknown[] = [];
    const source = UrlSource.ofAddresses({ a: "https://a.example/a" }, fetch);
    await source.read("a", { onProgress: (...told) => progress.push(told) });
    expect(progress).toEqual([[5, undefined]]);
  });

  it.each([
    ["a status", () => new Response("", { status: 404 }), /status 404/],
    ["HTML by its type", () => new Response("x", { headers: { "content-type": "text/html" } }), /HTML page/],
    [
      "HTML by its bytes",
      () => new Response("\n<!DOCTYPE html><p>", { headers: { "content-type": "a/b" } }),
      /HTML page/,
    ],
    [
      "no answer",
      (): Response => {
        throw new TypeError("Failed to fetch");
      },
      /Access-Control-Allow-Origin/,
    ],
  ])("refuses %s", async (_name, make, message) => {
    const source = UrlSource.ofFolder("https://a.example/b/", answering(make).fetch);
    await expect(source.read("mmfs.json")).rejects.toMatchObject({
      code: "MODEL_DOWNLOAD",
      message: expect.stringMatching(message),
    });
  });

  it("does not know files that were not named", async () => {
    const source = UrlSource.ofAddresses({}, answering(() => new Response("x")).fetch);
    await expect(source.read("toString")).rejects.toMatchObject({ code: "MODEL_DOWNLOAD" });
  });

  it("rejects with the reason of an abort", async () => {
    const source = UrlSource.ofFolder("https://a.example/b/", answering(() => new Response("x")).fetch);
    await expect(source.read("a", { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
  });
});
