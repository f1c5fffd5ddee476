import { MMFSError } from "../errors/mmfs-error.js";
import { leaveOnAbort } from "../queue/follow-signals.js";
import { LruCache } from "../stylizer/lru-cache.js";
import type { PaintedTile, ProgressEvent } from "../stylizer/options.js";
import type { Reply, Request } from "./messages.js";
import { serializeError } from "./serialize-error.js";

/** What a function of the worker gets beside its argument. */
export interface ServedCall {
  signal: AbortSignal;
  onProgress(event: ProgressEvent): void;
  /** Its picture is given away. */
  onTile(tile: PaintedTile): void;
  /** What the argument names by its SHA-256. It travels here once, and is then held for later calls. */
  bytes(sha256: string): Promise<Uint8Array>;
}

/** A function that the caller's thread may call. Buffers in `transfer` of its answer move instead of being copied. */
export type ServedFunction = (
  argument: never,
  call: ServedCall,
) => Promise<{ value: unknown; transfer?: ArrayBuffer[] }>;

/** Bytes that are held by their SHA-256: the decoders of two packs of the published size. */
const BYTES_HELD = 128 * 1024 * 1024;

/**
 * Answers calls, one after the other: what computes cannot compute two things at a time.
 *
 * @param send posts a reply to the caller's thread, and moves the buffers of `transfer` there.
 * @returns what is to be told of every message from the caller's thread.
 */
export function serve(
  send: (reply: Reply, transfer: ArrayBuffer[]) => void,
  functions: Record<string, ServedFunction>,
): (request: Request) => void {
  const controllers = new Map<number, AbortController>();
  const arrivals = new Map<number, (bytes: Uint8Array | undefined) => void>();
  const held = new LruCache<Uint8Array>(BYTES_HELD, ({ byteLength }) => byteLength);
  let queue: Promise<void> = Promise.resolve();
  const post = (reply: Reply, transfer: ArrayBuffer[] = []) => send(reply, transfer);

  const fetchBytes = async (id: number, sha256: string, signal: AbortSignal): Promise<Uint8Array> => {
    const known = held.get(sha256);
    if (known !== undefined) return known;
    const arrival = new Promise<Uint8Array | undefined>((resolve) => arrivals.set(id, resolve));
    post({ type: "want", id, sha256 });
    const bytes = await leaveOnAbort(arrival, signal).finally(() => arrivals.delete(id));
    if (bytes === undefined) throw new MMFSError("INVALID_ARGUMENT", `The call names ${sha256} and does not have it.`);
    held.set(sha256, bytes);
    return bytes;
  };

  const answer = async ({ id, method, argument }: Extract<Request, { type: "call" }>, signal: AbortSignal) => {
    try {
      signal.throwIfAborted();
      const served = Object.hasOwn(functions, method) ? functions[method] : undefined;
      if (served === undefined) throw new MMFSError("INVALID_ARGUMENT", `There is no function ${method}.`);
      const { value, transfer } = await served(argument as never, {
        signal,
        onProgress: (event) => post({ type: "progress", id, event }),
        onTile: (tile) => post({ type: "tile", id, tile }, [tile.picture.data.buffer as ArrayBuffer]),
        bytes: (sha256) => fetchBytes(id, sha256, signal),
      });
      post({ type: "result", id, value }, transfer);
    } catch (error) {
      post({ type: "error", id, error: serializeError(error) });
    } finally {
      controllers.delete(id);
    }
  };

  return (request) => {
    const { id, type } = request;
    if (type === "abort") controllers.get(id)?.abort();
    else if (type === "bytes") arrivals.get(id)?.(request.bytes);
    else {
      const controller = new AbortController();
      controllers.set(id, controller);
      queue = queue.then(() => answer(request, controller.signal));
    }
  };
}
