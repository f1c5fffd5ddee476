import type { MessagePort, Transferable } from "node:worker_threads";
import { MMFSError, type ProgressEvent } from "@mmfs/core";
import type { Reply, Request } from "./messages.js";
import { serializeError } from "./serialize-error.js";

/** What a function of the worker gets beside its argument. */
export interface ServedCall {
  signal: AbortSignal;
  onProgress(event: ProgressEvent): void;
}

/** A function that the caller's thread may call. Buffers in `transfer` of its answer move instead of being copied. */
export type ServedFunction = (
  argument: never,
  call: ServedCall,
) => Promise<{ value: unknown; transfer?: readonly Transferable[] }>;

/** Answers calls on a port, one after the other: what computes cannot compute two things at a time. */
export function serve(port: MessagePort, functions: Record<string, ServedFunction>): void {
  const controllers = new Map<number, AbortController>();
  let queue: Promise<void> = Promise.resolve();
  const post = (reply: Reply, transfer: readonly Transferable[] = []) => port.postMessage(reply, transfer);

  const answer = async ({ id, method, argument }: Extract<Request, { type: "call" }>, signal: AbortSignal) => {
    try {
      signal.throwIfAborted();
      const served = Object.hasOwn(functions, method) ? functions[method] : undefined;
      if (served === undefined) throw new MMFSError("INVALID_ARGUMENT", `There is no function ${method}.`);
      const { value, transfer } = await served(argument as never, {
        signal,
        onProgress: (event) => post({ type: "progress", id, event }),
      });
      post({ type: "result", id, value }, transfer);
    } catch (error) {
      post({ type: "error", id, error: serializeError(error) });
    } finally {
      controllers.delete(id);
    }
  };

  port.on("message", (request: Request) => {
    if (request.type === "abort") {
      controllers.get(request.id)?.abort();
      return;
    }
    const controller = new AbortController();
    controllers.set(request.id, controller);
    queue = queue.then(() => answer(request, controller.signal));
  });
}
