import type { Connect } from "@mmfs/core/internal";
import { ALIVE, whenReleased } from "./life-lock.js";
import { workerFailure } from "./worker-failure.js";

/** Starts the module worker. */
export const connectWorker: Connect = ({ onReply, onFailure }) => {
  let worker: Worker;
  const name = `mmfs-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const watching = new AbortController();
  const fail = (reason: string) => onFailure(workerFailure(reason));
  try {
    // Bundlers find the worker by exactly this expression; built, it stands beside this module.
    worker = new Worker(new URL("./stylizer-worker.js", import.meta.url), { type: "module", name });
  } catch (cause) {
    throw workerFailure("it may not be started here", cause);
  }
  worker.addEventListener("message", ({ data }) => {
    if (data === ALIVE) whenReleased(name, watching.signal, () => fail("it was ended"));
    else onReply(data);
  });
  worker.addEventListener("messageerror", () => fail("an answer could not be read"));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.message || "its script could not be loaded");
  });
  return {
    send: (request, transfer) => worker.postMessage(request, transfer as Transferable[]),
    end() {
      watching.abort();
      worker.terminate();
    },
  };
};
