/** Bytes copied before the event loop has its turn again: about 1 ms. */
const COPY_STEP = 2 * 1024 * 1024;

/**
 * Pixels in a buffer that can be transferred to a thread. What libvips allocated cannot: it would be cloned in one
 * piece, which blocks the event loop for a large photo.
 */
export async function ownCopy(source: Uint8Array | Uint8ClampedArray): Promise<Uint8ClampedArray<ArrayBuffer>> {
  const copy = new Uint8ClampedArray(source.byteLength);
  for (let start = 0; start < source.byteLength; start += COPY_STEP) {
    if (start > 0) await new Promise<void>((resolve) => setImmediate(resolve));
    copy.set(source.subarray(start, start + COPY_STEP), start);
  }
  return copy;
}
