import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, extname, join, normalize } from "node:path";
import { build } from "esbuild";
import { PORTRAIT } from "./photos.js";

const types: Record<string, string> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".jpg": "image/jpeg",
  ".png": "image/png",
};

/** Answers a request in the place of the files; false leaves it to them. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface App {
  origin: string;
  /** Sent with everything. */
  headers: Record<string, string>;
  /** Files of a test, by their path on the server. */
  files: Map<string, Uint8Array>;
  answer: Answer;
  /** The paths that were asked for. */
  log: string[];
  close(): Promise<void>;
}

/** What a strict Content-Security-Policy leaves: no eval, no inline script, no other site. */
export const STRICT_POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob:";

/**
 * Serves a page that has the built package as `window.mmfs`, as an app's bundler would: `/app/` is the app, `/ort/` onnxruntime-web's
 * dist, `/bundle/` the default bundle, `/docs/` the pictures of the documentation.
 *
 * @param from the address of a module whose package may import `@mmfs/web`
 */
export async function serveApp(from: string): Promise<App> {
  const root = dirname(createRequire(from).resolve("@mmfs/web/package.json"));
  const requireAsWeb = createRequire(join(root, "package.json"));
  const { outputFiles } = await build({
    stdin: {
      contents: `import * as mmfs from "./dist/index.js"; import * as element from "./dist/element.js"; Object.assign(window, { mmfs, element });`,
      resolveDir: root,
    },
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    outdir: "/app",
    entryNames: "page",
    external: ["onnxruntime-web"],
    logLevel: "silent",
  });
  const runtime = dirname(requireAsWeb.resolve("onnxruntime-web/wasm"));
  const folders = {
    "/app/": join(root, "dist"),
    "/ort/": runtime,
    "/bundle/": join(dirname(requireAsWeb.resolve("@mmfs/model-mini/package.json")), "bundle"),
    "/docs/": dirname(PORTRAIT),
  };
  const app: Omit<App, "origin" | "close"> = { headers: {}, files: new Map(), answer: () => false, log: [] };
  for (const { path, contents } of outputFiles) app.files.set(path, contents);
  const page = `<!doctype html><html lang="en"><title>mmfs</title><body><script type="module" src="/app/page.js"></script>`;

  async function content(path: string): Promise<[type: string, body: Uint8Array | string] | undefined> {
    if (path === "/") return ["text/html", page];
    const type = types[extname(path)] ?? "application/octet-stream";
    const own = app.files.get(path);
    if (own) return [type, own];
    const folder = Object.entries(folders).find(([prefix]) => path.startsWith(prefix));
    if (folder === undefined) return undefined;
    return readFile(join(folder[1], normalize(path.slice(folder[0].length)))).then(
      (bytes) => [type, bytes],
      () => undefined,
    );
  }

  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    app.log.push(path);
    for (const [name, value] of Object.entries(app.headers)) response.setHeader(name, value);
    if (await app.answer(request, response)) return;
    const found = await content(path);
    if (found === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": found[0], "content-length": Buffer.byteLength(found[1]) }).end(found[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(app, {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}
