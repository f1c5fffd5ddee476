import { MMFSError } from "@mmfs/core";

/**
 * Fetches a picture file.
 *
 * @param url absolute; `http:`, `https:`, `blob:` or `data:`.
 * @throws {MMFSError} `DOWNLOAD_FAILED`, with what may be wrong with CORS.
 */
export async function fetchPhoto(
  url: string,
  options: { signal?: AbortSignal | undefined; fetch?: typeof globalThis.fetch | undefined } = {},
): Promise<Blob> {
  const { signal, fetch = globalThis.fetch } = options;
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
    if (response.ok) return await response.blob();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new MMFSError(
      "DOWNLOAD_FAILED",
      `${shorten(url)} could not be fetched. Either there is no network, or the site does not allow other pages to read it: ` +
        "it must send Access-Control-Allow-Origin, and a Content-Security-Policy must list it in connect-src.",
      { cause, data: { url } },
    );
  }
  throw new MMFSError("DOWNLOAD_FAILED", `${shorten(url)} answered with status ${response.status}.`, {
    data: { url, status: response.status },
  });
}

function shorten(url: string): string {
  return url.length > 200 ? `${url.slice(0, 197)}...` : url;
}
