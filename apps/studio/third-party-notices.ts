import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { NOTICES, noticesOf } from "../../scripts/third-party-notices.js";

const require = createRequire(import.meta.url);
const requireOfPwa = createRequire(require.resolve("vite-plugin-pwa"));
const requireOfWorkbox = createRequire(requireOfPwa.resolve("workbox-build"));

/** What vite-plugin-pwa puts into the service worker, which is no part of Vite's graph of modules. */
const SERVICE_WORKER = ["core", "expiration", "precaching", "routing", "strategies"].map((part) =>
  requireOfWorkbox.resolve(`workbox-${part}`),
);

/** Writes what the page, its workers and its service worker contain of others, as `THIRD_PARTY_NOTICES.txt`. */
export function thirdPartyNotices(): { page: Plugin; worker: Plugin } {
  const files = new Set(SERVICE_WORKER);
  const note: Pick<Plugin, "name" | "moduleParsed"> = {
    name: "third-party-notices",
    // fonts and weights are modules too, whose content is their address
    moduleParsed: ({ id }) => void files.add(id.replace(/[?#].*$/, "").replace(/^\0/, "")),
  };
  return {
    worker: note,
    page: {
      ...note,
      generateBundle() {
        this.emitFile({ type: "asset", fileName: NOTICES, source: noticesOf(files) ?? "" });
      },
    },
  };
}
