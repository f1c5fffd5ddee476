import assert from "node:assert/strict";
import { createServer } from "node:http";
import { openChromiumWithExtension } from "./open-chromium.mjs";
import { assertSamePicture, expectedPixels, PORTRAIT_PNG } from "./pictures.mjs";

export async function check(example) {
  await example.run("npm run build");
  // without Access-Control-Allow-Origin: a page could show it, and not read it
  const site = createServer((request, response) => {
    if (request.url === "/me.png") response.writeHead(200, { "content-type": "image/png" }).end(PORTRAIT_PNG);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${site.address().port}`;
  const browser = await openChromiumWithExtension(example.path("dist"), example.path("profile"));
  try {
    await drawsAPictureOfAnotherSite(browser, `${address}/me.png`);
    await saysWhatFailed(browser, `${address}/gone.png`);
  } finally {
    await browser.close();
    site.close();
  }
}

/** What a choice in the menu does. Menus are the system's own: no driver can click them. */
async function chooseInMenu(browser, srcUrl) {
  const [worker = await browser.waitForEvent("serviceworker")] = browser.serviceWorkers();
  const [page] = await Promise.all([
    browser.waitForEvent("page"),
    worker.evaluate((srcUrl) => chrome.contextMenus.onClicked.dispatch({ menuItemId: "draw-faces", srcUrl }), srcUrl),
  ]);
  return page;
}

async function drawsAPictureOfAnotherSite(browser, picture) {
  const page = await chooseInMenu(browser, picture);
  const element = page.locator("mmfs-stylizer");
  await element.getByText("1 face").waitFor({ timeout: 60_000 });
  const { pixels, warnings } = await element.evaluate(({ result }) => ({
    pixels: Array.from(result.toImageData().data),
    warnings: result.warnings,
  }));
  assertSamePicture(Uint8Array.from(pixels), await expectedPixels({ surroundings: "toned" }), 2);
  assert(!warnings.some((warning) => warning.includes("isolat")), warnings.join("\n"));
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/browser-extension.png` });
}

async function saysWhatFailed(browser, picture) {
  const page = await chooseInMenu(browser, picture);
  await page.getByText("The picture could not be fetched: its server answers 404.").waitFor();
}
