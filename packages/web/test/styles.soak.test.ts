import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { loadBundle, type Manifest, readPack, StyleCode, writePack } from "@mmfs/core";
import { bundleUrl } from "@mmfs/model-mini";
import { FolderSource } from "@mmfs/node";
import { chromiumPath, launchChromium } from "@mmfs/testing/chromium";
import { type App, serveApp } from "@mmfs/testing/serve-app";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largestDifference, TELL, type Told } from "./in-page.js";
import { nodePicture, PHOTO } from "./node-picture.js";

/** A picture of waves in two colours, which the style of a reference picture is taken from. */
const REFERENCE = new Uint8Array(
  await sharp(
    Buffer.from(
      Uint8ClampedArray.from({ length: 96 * 96 * 3 }, (_value, i) => {
        const [x, y] = [Math.floor(i / 3) % 96, Math.floor(i / 288)];
        return 128 + 100 * Math.sin(x / 6 + Math.sin(y / 9) * 3 + (i % 3));
      }),
    ),
    { raw: { width: 96, height: 96, channels: 3 } },
  )
    .png()
    .toBuffer(),
);
const PROMPT = "graphite drawing of a sailor";
const TOWERS = ["text-tower", "image-tower", "tokenizer"];

let app: App;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  app = await serveApp(import.meta.url);
  app.files.set("/photo.png", PHOTO);
  app.files.set("/reference.png", REFERENCE);
  app.files.set("/own.mmfspack", await makePack());
  browser = await launchChromium();
  page = await browser.newPage();
  await page.goto(app.origin);
  await page.waitForFunction("window.mmfs");
  await page.evaluate(TELL);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

/** A pack whose decoder is that of the default bundle: it draws what the bundle draws of the same code. */
async function makePack(): Promise<Uint8Array> {
  const bundle = await loadBundle(new FolderSource(fileURLToPath(bundleUrl)));
  const { manifest } = bundle;
  const decoder = await bundle.part("decoder");
  const preset = (await bundle.presets()).presets.at(-1) ?? expect.fail("The bundle has no presets.");
  return writePack({
    name: "own",
    base: { bundle: manifest.name, encoder: manifest.parts.encoder?.sha256 ?? "" },
    network: manifest.network,
    code: preset.code,
    decoder,
  });
}

/** @param style as the page writes it. */
function draw(style: string): Promise<Told> {
  return page.evaluate<Told>(`(async () => {
    globalThis.stylizer ??= await mmfs.createStylizer({ bundle: "/bundle/", runtimeUrl: "/ort/", device: "wasm" });
    const pack = async (url) => mmfs.readPack(new Uint8Array(await (await fetch(url)).arrayBuffer()));
    return tell(await stylizer.stylize("/photo.png", { style: ${style}, output: "crop", resolution: "live" }));
  })()`);
}

describe.skipIf(chromiumPath === undefined)("styles in the browser, against Node's picture", () => {
  it("fetches towers only when a style first needs them", async () => {
    app.log.length = 0;
    const towers = () => TOWERS.filter((name) => app.log.some((path) => path.startsWith(`/bundle/${name}`)));
    await draw(`"charcoal"`);
    expect(towers()).toEqual([]);
    await page.evaluate("stylizer.preload({ prompts: true })");
    expect(towers()).toEqual(["text-tower", "tokenizer"]);
    app.log.length = 0;
    await draw(JSON.stringify(PROMPT));
    expect(app.log.filter((path) => path.startsWith("/bundle/"))).toEqual([]);
    await draw(`{ image: "/reference.png" }`);
    expect(towers()).toEqual(["image-tower"]);
  }, 120_000);

  const reference = { image: REFERENCE };
  it.each([
    ["a preset, whose name goes before a prompt", `" Charcoal "`, "charcoal"],
    ["a prompt", JSON.stringify(PROMPT), PROMPT],
    ["a reference picture", `{ image: "/reference.png" }`, reference],
    [
      "a mixture by weight",
      `[{ style: ${JSON.stringify(PROMPT)}, weight: 2 }, { style: { image: "/reference.png" } }, { style: { seed: 3 }, weight: -0.5 }]`,
      [{ style: PROMPT, weight: 2 }, { style: reference }, { style: { seed: 3 }, weight: -0.5 }],
    ],
    [
      "a mixture by layers",
      `[{ style: "charcoal", layers: "coarse" }, { style: { image: "/reference.png" }, layers: ["middle", 9] }]`,
      [
        { style: "charcoal", layers: "coarse" as const },
        { style: reference, layers: ["middle" as const, 9] },
      ],
    ],
  ])(
    "takes %s",
    async (_name, inPage, style) => {
      const told = await draw(inPage);
      expect(
        largestDifference(told, await nodePicture({ style, output: "crop", resolution: "live" })),
      ).toBeLessThanOrEqual(2);
    },
    120_000,
  );

  it("takes a pack, and a code that was saved", async () => {
    const { code } = await readPack(app.files.get("/own.mmfspack") ?? expect.fail());
    const expected = await nodePicture({ style: { code }, output: "crop", resolution: "live" });
    expect(largestDifference(await draw(`{ pack: await pack("/own.mmfspack") }`), expected)).toBeLessThanOrEqual(2);
    const saved = await draw(
      `{ code: mmfs.parseStyleCode(mmfs.serializeStyleCode((await pack("/own.mmfspack")).code)) }`,
    );
    expect(largestDifference(saved, expected)).toBeLessThanOrEqual(2);
    expect(code).toBeInstanceOf(StyleCode);
  }, 120_000);

  it("refuses what Node refuses, and goes on", async () => {
    const codes = await page.evaluate(`(async () => {
      const codes = [];
      for (const style of ["水墨画", " ", { image: new Blob(["no picture"]) }, [], { pack: {} }]) {
        codes.push(await failure(stylizer.stylize("/photo.png", { style, output: "crop" })));
      }
      return [...codes, await failure(stylizer.stylize("/photo.png", { output: "crop" }))];
    })()`);
    const refused = ["PROMPT_NOT_UNDERSTOOD", "INVALID_ARGUMENT", "UNSUPPORTED_IMAGE", "INVALID_ARGUMENT"];
    expect(codes).toEqual([...refused, "INVALID_ARGUMENT", "none"]);
  }, 120_000);

  it("says what a bundle without towers lacks", async () => {
    const manifest: Manifest = JSON.parse(await readFile(new URL("mmfs.json", bundleUrl), "utf8"));
    for (const part of ["textTower", "imageTower", "tokenizer", "mapper"] as const) delete manifest.parts[part];
    app.answer = (request, response) => {
      if (request.url !== "/bundle/mmfs.json") return false;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(manifest));
      return true;
    };
    const codes = await page.evaluate(`(async () => {
      const plain = await mmfs.createStylizer({ bundle: "/bundle/", runtimeUrl: "/ort/", device: "wasm", cache: false });
      const codes = [];
      for (const style of ["graphite drawing of a sailor", { image: "/reference.png" }, "charcoal"]) {
        codes.push(await failure(plain.stylize("/photo.png", { style, output: "crop" })));
      }
      codes.push(await failure(plain.preload({ references: true })));
      await plain.dispose();
      return codes;
    })()`);
    app.answer = () => false;
    expect(codes).toEqual(["STYLE_UNKNOWN", "STYLE_UNKNOWN", "none", "BUNDLE_PART_MISSING"]);
  }, 120_000);
});
