import { fileURLToPath } from "node:url";
import { chromiumPath, launchChromium } from "@mmfs/testing/chromium";
import { type App, STRICT_POLICY, serveApp } from "@mmfs/testing/serve-app";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SMALL_PHOTO } from "./node-picture.js";

/** Each shows the element, a button for its photo, one for its strength, one that takes it away, and how many pictures it made. */
const APPS = {
  "React 19": `
    import { createElement as h, useState } from "react";
    import { createRoot } from "react-dom/client";
    function Page() {
      const [photo, setPhoto] = useState();
      const [strength, setStrength] = useState(1);
      const [shown, setShown] = useState(true);
      const [count, setCount] = useState(0);
      const choose = async () => setPhoto(await (await fetch("/me.png")).blob());
      const options = { bundle: "/bundle/", runtimeUrl: "/ort/", photo, strength };
      return h("main", null,
        h("button", { onClick: choose }, "Photo"),
        h("button", { onClick: () => setStrength(0) }, "Weaker"),
        h("button", { onClick: () => setShown(false) }, "Away"),
        shown && h("mmfs-stylizer", { ...options, "onmmfs-result": () => setCount((n) => n + 1) }),
        h("p", { id: "count" }, count));
    }
    createRoot(document.body).render(h(Page));`,
  "Vue 3": `
    import { createApp, h, ref, shallowRef } from "vue";
    createApp({
      setup() {
        const [photo, strength, shown, count] = [shallowRef(), ref(1), ref(true), ref(0)];
        const choose = async () => { photo.value = await (await fetch("/me.png")).blob(); };
        return () => h("main", [
          h("button", { onClick: choose }, "Photo"),
          h("button", { onClick: () => { strength.value = 0; } }, "Weaker"),
          h("button", { onClick: () => { shown.value = false; } }, "Away"),
          shown.value && h("mmfs-stylizer", {
            bundle: "/bundle/", runtimeUrl: "/ort/", ".photo": photo.value, strength: strength.value,
            onMmfsResult: () => { count.value += 1; },
          }),
          h("p", { id: "count" }, count.value),
        ]);
      },
    }).mount(document.body);`,
};

let app: App;
let browser: Browser;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  app = await serveApp(import.meta.url);
  app.files.set("/me.png", SMALL_PHOTO);
  app.headers = { "content-security-policy": STRICT_POLICY };
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

describe.skipIf(chromiumPath === undefined)("<mmfs-stylizer> in frameworks", () => {
  it.each(Object.entries(APPS))(
    "%s sets properties, hears events and takes it away",
    async (_name, contents) => {
      const bundled = await build({
        stdin: { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)) },
        bundle: true,
        write: false,
        format: "esm",
        define: { "process.env.NODE_ENV": '"production"' },
        logLevel: "silent",
      });
      app.files.set("/framework.js", bundled.outputFiles[0]?.contents ?? expect.fail());
      const page = await (await browser.newContext()).newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      await page.goto(app.origin);
      await page.waitForFunction(() => window.element !== undefined);
      await page.evaluate(() => window.element.defineStylizerElement());
      await page.addScriptTag({ url: "/framework.js", type: "module" });

      const made = (count: number) => page.locator("#count", { hasText: String(count) }).waitFor();
      await made(0);
      await page.getByRole("button", { name: "Photo", exact: true }).click();
      await made(1);
      await page.getByRole("button", { name: "Weaker" }).click();
      await made(2);
      const pictures = await page.locator("mmfs-stylizer").evaluate((element) => {
        const { strength, result, shadowRoot } = element as HTMLElementTagNameMap["mmfs-stylizer"];
        const before = shadowRoot?.querySelector<HTMLCanvasElement>("[part=before]")?.getContext("2d");
        const { data } = before?.getImageData(0, 0, result?.width ?? 1, result?.height ?? 1) ?? {};
        return { strength, isPhoto: String(data) === String(result?.data) };
      });
      expect(pictures).toEqual({ strength: 0, isPhoto: true });

      expect(page.workers()).toHaveLength(1);
      await page.getByRole("button", { name: "Away" }).click();
      await expect.poll(() => page.workers().length).toBe(0);
      expect(problems).toEqual([]);
      await page.context().close();
    },
    120_000,
  );
});
