import { MMFSError } from "../errors/mmfs-error.js";
import type { PaintedTile, ProgressEvent } from "../stylizer/options.js";
import type { Reply, Request } from "./messages.js";
import { serializeError } from "./serialize-error.js";

/** What a function of the worker gets beside its argument. */
export interface ServedCall {
  signal: AbortSignal;
  onProgress(event: ProgressEvent): void;
  /** Its picture is given away. */
  onTile(tile: PaintedTile): void;
}

/** A function that the caller's thread may call. Buffers in `transfer` of its answer move instead of being copied. */
export type ServedFunction = (
  argument: never,
  call: ServedCall,
) => Promise<{ value: unknown; transfer?: ArrayBuffer[] }>;

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
  let queue: Promise<void> = Promise.resolve();
  const post = (reply: Reply, transfer: ArrayBuffer[] = []) => send(reply, transfer);

  const answer = async ({ id, method, argument }: Extract<Request, { type: "call" }>, signal: AbortSignal) => {
    try {
      signal.throwIfAborted();
      const served = Object.hasOwn(functions, method) ? functions[method] : undefined;
      if (served === undefined) throw new MMFSError("INVALID_ARGUMENT", `There is no function ${method}.`);
      const { value, transfer } = await served(argument as never, {
        signal,
        onProgress: (event) => post({ type: "progress", id, event }),
        onTile: (tile) => post({ type: "tile", id, tile }, [tile.picture.data.buffer as ArrayBuffer]),
      });
      post({ type: "result", id, value }, transfer);
    } catch (error) {
      post({ type: "error", id, error: serializeError(error) });
    } finally {
      controllers.delete(id);
    }
  };

  return (request) => {
    if (request.type === "abort") {
      controllers.get(request.id)?.abort();
      return;
    }
    const controller = new AbortController();
    controllers.set(request.id, controller);
    queue = queue.then(() => answer(request, controller.signal));
  };
}
