import { describe, expect, it } from "vitest";
import { loadBundle } from "../bundle/load-bundle.js";
import { sha256 } from "../bundle/sha256.js";
import { checkPack } from "../pack/check-pack.js";
import type { StylePack } from "../pack/style-pack.js";
import { createPicture } from "../picture/picture.js";
import { StyleCode } from "../style/style-code.js";
import { cpuRuntime } from "./__fixtures__/cpu-runtime.js";
import { fakeFace, fakeFinder } from "./__fixtures__/fake-faces.js";
import { FakeRuntime } from "./__fixtures__/fake-runtime.js";
import { readTinyFile, tinyBundle } from "./__fixtures__/tiny-bundle.js";
import { Stylizer } from "./stylizer.js";

const photo = createPicture(40, 40);
photo.data.fill(90);
const code = StyleCode.fromRow(Float32Array.of(1, -2, 0.5, 0), { type: "pack", name: "rose" });
const NETWORK = { baseWidth: 1, styleDim: 4, styleLayers: 10, detail: false } as const;
const { parts } = JSON.parse(new TextDecoder().decode(await readTinyFile("mmfs.json")));

async function makePack(change: Partial<StylePack> = {}): Promise<StylePack> {
  const decoder = change.decoder ?? (await readTinyFile("decoder.onnx"));
  return {
    name: "rose",
    base: { bundle: "tiny", encoder: parts.encoder.sha256 },
    network: { ...NETWORK, fixedSize: 32 },
    code,
    decoder,
    decoderSha256: await sha256(decoder),
    ...change,
  };
}

/** The faces alone, so that each graph runs once. */
const surroundings = "photo";

async function setUp(runtime = new FakeRuntime()) {
  const faceFinder = fakeFinder(fakeFace({ x: 20, y: 20 }, 30));
  return { runtime, stylizer: await Stylizer.create({ runtime, bundle: tinyBundle(), faceFinder }) };
}

describe("a style pack", () => {
  it("draws with its own decoder and code, from the photo code at strength 0", async () => {
    const faceFinder = fakeFinder(fakeFace({ x: 20, y: 20 }, 30));
    // without the graph in its bundle, only the pack's can have drawn
    const bundle = tinyBundle((manifest) => {
      delete manifest.parts.decoder;
    });
    const packed = await Stylizer.create({ runtime: cpuRuntime(), bundle, faceFinder });
    const plain = await Stylizer.create({ runtime: cpuRuntime(), bundle: tinyBundle(), faceFinder });
    const pack = await makePack();
    for (const strength of [1, 0.5]) {
      const result = await packed.stylize(photo, { style: { pack }, strength, surroundings });
      const same = await plain.stylize(photo, { style: { code }, strength, surroundings });
      expect(result.data).toEqual(same.data);
      expect(result.style.code.origin).toEqual({ type: "pack", name: "rose" });
    }
    await packed.dispose();
    await plain.dispose();
  });

  it("keeps the encoder's features, and one decoder beside the bundle's", async () => {
    const { runtime, stylizer } = await setUp();
    const rose = await makePack();
    const other = await makePack({ decoder: Uint8Array.of(...rose.decoder, 0) });
    for (const style of [{ pack: rose }, { pack: structuredClone(rose) }, { code }, { pack: rose }, { pack: other }]) {
      await stylizer.stylize(photo, { style, surroundings });
    }
    expect(runtime.log.filter((event) => !event.startsWith("run decoder"))).toEqual([
      "create encoder on cpu",
      "create decoder on cpu",
      "run encoder",
      "create decoder on cpu",
      "dispose decoder",
      "create decoder on cpu",
    ]);
  });

  it.each<[string, Partial<StylePack>, string]>([
    ["of another network", { network: { ...NETWORK, baseWidth: 2 } }, "PACK_MISMATCH"],
    ["of another size", { network: { ...NETWORK, fixedSize: 64 } }, "PACK_MISMATCH"],
    ["with a detail path that the bundle has not", { network: { ...NETWORK, detail: true } }, "PACK_MISMATCH"],
    ["of another encoder", { base: { bundle: "else", encoder: "0".repeat(64) } }, "PACK_MISMATCH"],
    ["that was not read", { decoder: "rose.mmfspack" as never, decoderSha256: "" }, "INVALID_ARGUMENT"],
  ])("is refused if it is one %s", async (_, change, code) => {
    const { stylizer } = await setUp();
    const pack = { ...(await makePack()), ...change };
    await expect(stylizer.stylize(photo, { style: { pack } })).rejects.toMatchObject({ code });
  });

  it("is for pictures of any size, or for those of its bundle alone", async () => {
    const fixed = await loadBundle(tinyBundle());
    const free = await loadBundle(tinyBundle(undefined, "any-size/bundle"));
    const base = { bundle: "tiny-any-size", encoder: free.manifest.parts.encoder?.sha256 ?? "" };
    const detailed = { ...NETWORK, detail: true };
    checkPack(await makePack({ network: NETWORK }), fixed.manifest);
    checkPack(await makePack({ network: detailed, base }), free.manifest);
    const old = await makePack({ network: { ...detailed, fixedSize: 144 }, base });
    expect(() => checkPack(old, free.manifest)).toThrow(/144 pixels alone.*those of any size.*make it anew/);
  });

  it("cannot be part of a mixture", async () => {
    const { stylizer } = await setUp();
    const style = [{ style: { pack: await makePack() } }] as never;
    await expect(stylizer.stylize(photo, { style })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
