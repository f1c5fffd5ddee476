import { promises as dns, type LookupAddress } from "node:dns";
import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { MMFSError } from "@mmfs/core";
import { leaveOnAbort } from "@mmfs/core/internal";
import { isPublicAddress as isPublicAddressByDefault } from "./public-address.js";

export interface FetchPictureOptions {
  signal?: AbortSignal | undefined;
  /** @default 64 MiB */
  maxBytes?: number | undefined;
  /** For the whole download, redirects included, in milliseconds. @default 30000 */
  timeout?: number | undefined;
  /** Resolves a host name to all of its addresses. @default `dns.lookup` */
  lookup?: ((hostname: string) => Promise<LookupAddress[]>) | undefined;
  /** Which addresses may be connected to. @default {@link isPublicAddressByDefault} */
  isPublicAddress?: ((address: string) => boolean) | undefined;
}

const MAX_REDIRECTS = 5;

/**
 * Downloads a picture from the public internet.
 *
 * A name is resolved once, all of its addresses must be public, and the connection goes to one of those: what the name
 * server says later changes nothing. Redirects are judged like the first address. The size is counted as bytes arrive.
 *
 * @throws {MMFSError} `URL_NOT_ALLOWED`, `DOWNLOAD_FAILED`, `IMAGE_TOO_LARGE`
 */
export async function fetchPicture(url: URL, options: FetchPictureOptions = {}): Promise<Uint8Array> {
  const { timeout = 30_000, maxBytes = 64 * 1024 * 1024 } = options;
  options.signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(timeout);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  try {
    const response = await followRedirects(url, options, signal);
    return await readLimited(response, maxBytes);
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (MMFSError.isInstance(cause)) throw cause;
    const why = deadline.aborted ? `it took longer than ${timeout / 1000} s` : (cause as Error).message;
    throw new MMFSError("DOWNLOAD_FAILED", `${url.origin} could not be read: ${why}.`, {
      cause,
      data: { url: url.origin },
    });
  }
}

async function followRedirects(
  start: URL,
  options: FetchPictureOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let url = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await request(url, options, signal);
    const status = response.statusCode ?? 0;
    if (status === 200) return response;
    response.destroy();
    if (status < 300 || status >= 400 || response.headers.location === undefined) {
      throw new MMFSError("DOWNLOAD_FAILED", `${url.origin} answered with status ${status}.`, {
        data: { url: url.origin, status },
      });
    }
    if (!URL.canParse(response.headers.location, url.href)) {
      throw new MMFSError("DOWNLOAD_FAILED", `${url.origin} redirects to something that is no address.`, {
        data: { url: url.origin },
      });
    }
    url = new URL(response.headers.location, url);
  }
  throw new MMFSError("DOWNLOAD_FAILED", `${start.origin} redirects more than ${MAX_REDIRECTS} times.`, {
    data: { url: start.origin },
  });
}

async function request(url: URL, options: FetchPictureOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const address = await judge(url, options, signal);
  const pinned: LookupFunction = (_hostname, { all }, callback) => {
    if (all) callback(null, [address]);
    else callback(null, address.address, address.family);
  };
  const get = url.protocol === "https:" ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    const headers = { accept: "image/jpeg,image/png,image/webp,image/avif", "accept-encoding": "identity" };
    get(url, { lookup: pinned, signal, headers, agent: false }, resolve).on("error", reject);
  });
}

/** The address to connect to, when scheme, host and every address of the host are allowed. */
async function judge(url: URL, options: FetchPictureOptions, signal: AbortSignal): Promise<LookupAddress> {
  const { isPublicAddress = isPublicAddressByDefault, lookup = lookupAll } = options;
  const data = { url: `${url.protocol}//${url.host}` };
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new MMFSError("URL_NOT_ALLOWED", `Photos are fetched over http: and https:, not over ${url.protocol}`, {
      data,
    });
  }
  if (url.username || url.password) {
    throw new MMFSError("URL_NOT_ALLOWED", "An address with a user name or password is not fetched.", { data });
  }
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.+$/, "");
  const family = isIP(host);
  const addresses = family ? [{ address: host, family }] : await leaveOnAbort(lookup(host), signal);
  const first = addresses[0];
  if (first === undefined) throw new MMFSError("DOWNLOAD_FAILED", `${host} has no address.`, { data });
  if (!addresses.every(({ address }) => isPublicAddress(address))) {
    throw new MMFSError("URL_NOT_ALLOWED", `${host} leads to an address that is not of the public internet.`, { data });
  }
  return first;
}

function lookupAll(hostname: string): Promise<LookupAddress[]> {
  return dns.lookup(hostname, { all: true });
}

async function readLimited(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      response.destroy();
      throw new MMFSError("IMAGE_TOO_LARGE", `The download has more than ${maxBytes} bytes.`, { data: { maxBytes } });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
