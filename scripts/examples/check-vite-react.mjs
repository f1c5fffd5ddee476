import assert from "node:assert/strict";
import { openChromium } from "./open-chromium.mjs";
import { assertSamePicture, expectedPixels, IN_BROWSER, NO_FACE_PNG, PORTRAIT_PNG } from "./pictures.mjs";

export async function check(example) {
  await example.run("npm run build");
  for (const command of ["npm run preview", "npm run dev"]) {
    const site = await example.serve(command);
    const browser = await openChromium();
    try {
      await draws(await browser.newPage(), site.url);
    } catch (error) {
      throw new Error(`${command}\n${site.output}`, { cause: error });
    } finally {
      await browser.close();
      await site.stop();
    }
  }
}

async function draws(page, url) {
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(url);

  const choose = (buffer) =>
    page.getByLabel("Photo", { exact: true }).setInputFiles({ name: "me.png", mimeType: "image/png", buffer });
  const canvas = page.getByRole("img", { name: "The photo in the chosen style" });
  await choose(PORTRAIT_PNG);
  await page.getByRole("button", { name: "charcoal", exact: true }).click();
  await assertDrawn(page, canvas, { style: "charcoal" });

  await page.getByLabel("Strength").fill("0.5");
  await assertDrawn(page, canvas, { style: "charcoal", strength: 0.5 });
  if (process.env.SCREENSHOTS)
    await page.screenshot({ path: `${process.env.SCREENSHOTS}/vite-react.png`, fullPage: true });

  await choose(NO_FACE_PNG);
  await page
    .getByRole("status")
    .getByText(/face/i)
    .and(page.getByText(/No face/i))
    .waitFor();
  assert.deepEqual(problems, []);
}

/** Waits for the picture, which comes after others when one was being drawn already. */
async function assertDrawn(page, canvas, options) {
  const expected = await expectedPixels({ ...IN_BROWSER, ...options });
  await canvas.waitFor();
  const deadline = Date.now() + 90_000;
  for (;;) {
    const pixels = await canvas.evaluate((it) =>
      Array.from(it.getContext("2d").getImageData(0, 0, it.width, it.height).data),
    );
    try {
      return assertSamePicture(Uint8Array.from(pixels), expected, 2);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await page.waitForTimeout(250);
    }
  }
}
