import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { fetchPicture } from "./fetch-picture.js";

let server: Server | undefined;

/** A server on this machine, and options under which `photos.example` leads to it as if it were public. */
async function serve(listener: RequestListener) {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const asked: string[] = [];
  return {
    url: new URL(`http://photos.example:${port}/face.jpg`),
    port,
    asked,
    options: {
      lookup: async (hostname: string) => {
        asked.push(hostname);
        return [{ address: hostname === "photos.example" ? "127.0.0.1" : "10.0.0.7", family: 4 }];
      },
      isPublicAddress: (address: string) => address === "127.0.0.1",
    },
  };
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

describe("fetchPicture", () => {
  it("reads the bytes, and resolves the name once", async () => {
    const { url, options, asked } = await serve((_request, response) => response.end("pixels"));
    expect(Buffer.from(await fetchPicture(url, options)).toString()).toBe("pixels");
    expect(asked).toEqual(["photos.example"]);
  });

  it("strips trailing dots before it resolves", async () => {
    const { url, options, asked } = await serve((_request, response) => response.end("pixels"));
    url.hostname = "photos.example.";
    await fetchPicture(url, options);
    expect(asked).toEqual(["photos.example"]);
  });

  it.each([
    "http://127.0.0.1/",
    "http://localhost/",
    "http://localhost./",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://169.254.169.254/latest/meta-data",
  ])("refuses %s without connecting", async (address) => {
    await expect(fetchPicture(new URL(address))).rejects.toMatchObject({ code: "URL_NOT_ALLOWED" });
  });

  it("refuses a name of which one address is private", async () => {
    const lookup = async () => [
      { address: "1.1.1.1", family: 4 },
      { address: "192.168.0.1", family: 4 },
    ];
    await expect(fetchPicture(new URL("http://rebind.example/"), { lookup })).rejects.toMatchObject({
      code: "URL_NOT_ALLOWED",
    });
  });

  it.each(["ftp://photos.example/a.jpg", "data:image/png;base64,AAAA", "http://me:secret@photos.example/a.jpg"])(
    "refuses %s",
    async (address) => {
      await expect(fetchPicture(new URL(address))).rejects.toMatchObject({ code: "URL_NOT_ALLOWED" });
    },
  );

  it("follows a redirect to an allowed address", async () => {
    const { url, options } = await serve((request, response) => {
      if (request.url === "/face.jpg") response.writeHead(302, { location: "/other.jpg" }).end();
      else response.end("there");
    });
    expect(Buffer.from(await fetchPicture(url, options)).toString()).toBe("there");
  });

  it.each(["http://internal.example/", "http://10.0.0.1/", "file:///etc/passwd"])(
    "does not follow a redirect to %s",
    async (location) => {
      const { url, options } = await serve((_request, response) => response.writeHead(302, { location }).end());
      await expect(fetchPicture(url, options)).rejects.toMatchObject({ code: "URL_NOT_ALLOWED" });
    },
  );

  it("gives up on an endless redirect", async () => {
    let requests = 0;
    const { url, options } = await serve((_request, response) => {
      requests += 1;
      response.writeHead(302, { location: "/face.jpg" }).end();
    });
    await expect(fetchPicture(url, options)).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
    expect(requests).toBe(6);
  });

  it("counts the bytes although no length was announced", async () => {
    const { url, options } = await serve((_request, response) => {
      response.write(Buffer.alloc(600));
      response.end(Buffer.alloc(600));
    });
    await expect(fetchPicture(url, { ...options, maxBytes: 1000 })).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    expect(await fetchPicture(url, { ...options, maxBytes: 1200 })).toHaveLength(1200);
  });

  it("reports a body that ends early", async () => {
    const { url, options } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(Buffer.alloc(10));
      setTimeout(() => response.destroy(), 20);
    });
    await expect(fetchPicture(url, options)).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
  });

  it("gives up after the time limit, also while the body trickles", async () => {
    const { url, options } = await serve((_request, response) => {
      const timer = setInterval(() => response.write("."), 10);
      response.on("close", () => clearInterval(timer));
    });
    await expect(fetchPicture(url, { ...options, timeout: 150 })).rejects.toThrow(/longer than 0.15 s/);
  });

  it("reports another status", async () => {
    const { url, options } = await serve((_request, response) => response.writeHead(404).end());
    await expect(fetchPicture(url, options)).rejects.toThrow(/status 404/);
  });

  it("rejects with the reason of the signal", async () => {
    const controller = new AbortController();
    const { url, options } = await serve(() => controller.abort(new Error("changed my mind")));
    await expect(fetchPicture(url, { ...options, signal: controller.signal })).rejects.toThrow("changed my mind");
  });
});
