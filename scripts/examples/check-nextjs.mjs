import assert from "node:assert/strict";
import { openChromium } from "./open-chromium.mjs";
import { assertSamePicture, expectedPixels, NO_FACE_PNG, PORTRAIT_PNG, pixelsOf } from "./pictures.mjs";
import { statusOfUpload } from "./status-of-upload.mjs";

const PHOTO = { name: "me.png", mimeType: "image/png", buffer: PORTRAIT_PNG };

export async function check(example) {
  await example.run("npm run build");
  for (const command of ["npm start", "npm run dev"]) {
    const site = await example.serve(command, { env: { PORT: "0" } });
    const browser = await openChromium();
    try {
      await drawsInTheBrowser(await browser.newPage(), site.url);
      await drawsOnTheServer(await browser.newPage(), site.url);
      await refuses(site.url);
    } catch (error) {
      throw new Error(`${command}\n${site.output}`, { cause: error });
    } finally {
      await browser.close();
      await site.stop();
    }
  }
}

async function drawsInTheBrowser(page, url) {
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(url);
  await page.locator("mmfs-stylizer input[type=file]").first().setInputFiles(PHOTO);
  const face = page.getByRole("img", { name: "Face 1" });
  await face.waitFor({ timeout: 60_000 });
  assert.equal(await face.evaluate((it) => it.decode().then(() => it.naturalWidth)), 512);
  const pixels = await page
    .locator("mmfs-stylizer")
    .evaluate((element) => Array.from(element.result.toImageData().data));
  assertSamePicture(Uint8Array.from(pixels), await expectedPixels({ style: "charcoal", surroundings: "toned" }), 2);
  assert.deepEqual(problems, []);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/nextjs.png`, fullPage: true });
}

async function drawsOnTheServer(page, url) {
  await page.goto(`${url}/on-the-server`);
  await page.getByLabel("Photo").setInputFiles(PHOTO);
  await page.getByLabel("Style").fill("ink etching");
  await page.getByRole("button", { name: "Draw" }).click();
  const picture = page.getByRole("img", { name: "The stylised one" });
  await picture.waitFor({ timeout: 60_000 });
  assert.equal(await picture.evaluate((it) => it.decode().then(() => it.naturalWidth)), 512);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/nextjs-server.png` });
}

async function refuses(url) {
  const post = (photo, style) => {
    const body = new FormData();
    if (photo) body.set("photo", new Blob([photo]));
    if (style) body.set("style", style);
    return fetch(`${url}/api/stylize`, { method: "POST", body });
  };
  const statusOf = async (...form) => (await post(...form)).status;
  assert.equal(await statusOf(NO_FACE_PNG), 422);
  assert.equal(await statusOf("no picture"), 415);
  assert.equal(await statusOf(PORTRAIT_PNG, "印象派"), 400);
  assert.equal(await statusOf(), 400);
  const large = { "content-type": "multipart/form-data; boundary=x", "content-length": 11 * 1024 * 1024 };
  assert.equal(await statusOfUpload(`${url}/api/stylize`, large), 413);
  const answer = await post(PORTRAIT_PNG, "ink etching");
  assert.equal(answer.headers.get("content-type"), "image/jpeg");
  const expected = await expectedPixels({ style: "ink etching" });
  // JPEG loses some; two of 255 on average is far less than another style is away
  const pixels = await pixelsOf(Buffer.from(await answer.arrayBuffer()));
  const mean = pixels.reduce((sum, sample, i) => sum + Math.abs(sample - expected[i]), 0) / expected.length;
  assert(mean < 2, `the picture is off by ${mean} of 255`);
}
