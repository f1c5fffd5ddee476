import { type BundleSource, MMFSError, type ReadOptions } from "@mmfs/core";

/** A bundle whose files are fetched. */
export class UrlSource implements BundleSource {
  readonly location: string;
  readonly #addressOf: (path: string) => string | undefined;
  readonly #fetch: typeof fetch;

  private constructor(
    location: string,
    addressOf: (path: string) => string | undefined,
    fetch: typeof globalThis.fetch = globalThis.fetch,
  ) {
    this.location = location;
    this.#addressOf = addressOf;
    this.#fetch = fetch;
  }

  /** @param url absolute, with a slash at its end; a query of it is given to every file. @param fetch @default the browser's */
  static ofFolder(url: string, fetch?: typeof globalThis.fetch): UrlSource {
    const { search } = new URL(url);
    const addressOf = (path: string) => {
      const file = new URL(path.split("/").map(encodeURIComponent).join("/"), url);
      file.search = search;
      return file.href;
    };
    return new UrlSource(url, addressOf, fetch);
  }

  /** @param urls the absolute address of every file, by its path. */
  static ofAddresses(urls: Readonly<Record<string, string>>, fetch?: typeof globalThis.fetch): UrlSource {
    const addressOf = (path: string) => (Object.hasOwn(urls, path) ? urls[path] : undefined);
    return new UrlSource(urls["mmfs.json"] ?? "its addresses", addressOf, fetch);
  }

  /** The address of a file. @throws {MMFSError} `MODEL_DOWNLOAD` where none is known. */
  address(path: string): string {
    const address = this.#addressOf(path);
    if (address !== undefined) return address;
    throw new MMFSError("MODEL_DOWNLOAD", `No address was given for ${path} of the bundle at ${this.location}.`, {
      data: { url: this.location },
    });
  }

  /** @throws {MMFSError} `MODEL_DOWNLOAD`, with what the server did wrong. */
  async read(path: string, { signal, onProgress }: ReadOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const address = this.address(path);
    const fetch = this.#fetch;
    try {
      const response = await fetch(address, signal ? { signal } : {});
      if (!response.ok) {
        throw new MMFSError("MODEL_DOWNLOAD", `${address} answered with status ${response.status}. ${CHECK}`, {
          data: { url: address, status: response.status },
        });
      }
      const bytes = await readAll(response, onProgress);
      if (/^text\/html/i.test(response.headers.get("content-type") ?? "") || isHtml(bytes)) {
        throw new MMFSError(
          "MODEL_DOWNLOAD",
          `${address} answered with an HTML page instead of the file, as servers of apps do for files that they do not have. ${CHECK}`,
          { data: { url: address, status: response.status } },
        );
      }
      return bytes;
    } catch (cause) {
      signal?.throwIfAborted();
      if (MMFSError.isInstance(cause)) throw cause;
      throw new MMFSError(
        "MODEL_DOWNLOAD",
        `${address} could not be fetched: there is no network, the download broke off, or the site does not let other pages read it ` +
          "(it must send Access-Control-Allow-Origin).",
        { cause, data: { url: address } },
      );
    }
  }
}

const CHECK = "Check that the files of the bundle are where the option bundle says.";

function isHtml(bytes: Uint8Array): boolean {
  return /^(\u00ef\u00bb\u00bf)?\s*<(!doctype html|html)/i.test(String.fromCharCode(...bytes.subarray(0, 64)));
}

async function readAll(response: Response, onProgress: ReadOptions["onProgress"]): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array(await response.arrayBuffer());
  const total = lengthOf(response);
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    loaded += next.value.byteLength;
    onProgress?.(loaded, total);
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** Of a body that travels compressed, the header tells another length than arrives. */
function lengthOf({ headers }: Response): number | undefined {
  const length = headers.get("content-encoding") === null ? Number(headers.get("content-length")) : 0;
  return length > 0 ? length : undefined;
}
