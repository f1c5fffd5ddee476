// Serves the built studio on this machine, with the headers that threads of WebAssembly need.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import sirv from "sirv";

/**
 * @param {number} port 0 for one that is free.
 * @returns {Promise<{ origin: string, close(): Promise<void> }>}
 */
export async function serveStudio(port) {
  const files = sirv(fileURLToPath(new URL("../dist", import.meta.url)), {
    etag: true,
    setHeaders(response) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    },
  });
  const server = createServer((request, response) => files(request, response, () => response.writeHead(404).end()));
  await new Promise((resolve, reject) =>
    server.once("error", reject).listen(port, "127.0.0.1", () => resolve(undefined)),
  );
  const address = server.address();
  const used = typeof address === "object" && address ? address.port : port;
  return {
    origin: `http://localhost:${used}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await serveStudio(Number(process.env.PORT ?? 4173));
  console.log(`The studio is open at ${origin} (Ctrl-C closes it).`);
}
