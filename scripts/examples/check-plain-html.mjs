import assert from "node:assert/strict";
import { openChromium } from "./open-chromium.mjs";
import { assertSamePicture, expectedPixels, IN_BROWSER, PORTRAIT_PNG } from "./pictures.mjs";

export async function check(example) {
  const site = await example.serve("npm start", { env: { PORT: "0" } });
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(site.url);
    await page.getByLabel("Photo").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: PORTRAIT_PNG });
    await page.getByLabel("Style").fill("charcoal");
    await page.locator("#presets option").first().waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Draw" }).click();
    await page.locator("canvas:visible").waitFor();
    assert.match(
      await page
        .locator("output")
        .inputValue()
        .catch(() => page.locator("output").textContent()),
      /^1 of 1 faces/,
    );
    const data = await page.locator("canvas").evaluate((canvas) => {
      const { width, height } = canvas;
      return Array.from(canvas.getContext("2d").getImageData(0, 0, width, height).data);
    });
    assertSamePicture(Uint8Array.from(data), await expectedPixels({ ...IN_BROWSER, style: "charcoal" }), 2);
    assert.deepEqual(problems, []);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/plain-html.png` });
  } finally {
    await browser.close();
    await site.stop();
  }
}
