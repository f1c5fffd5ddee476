import { MMFSError } from "@mmfs/core";
import { ALIVE, whenReleased } from "./life-lock.js";
import type { Connect } from "./worker-client.js";

/** Starts the module worker. */
export const connectWorker: Connect = ({ onReply, onFailure }) => {
  let worker: Worker;
  const name = `mmfs-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const watching = new AbortController();
  try {
    // Bundlers find the worker by exactly this expression; built, it stands beside this module.
    worker = new Worker(new URL("./stylizer-worker.js", import.meta.url), { type: "module", name });
  } catch (cause) {
    throw new MMFSError(
      "UNSUPPORTED_PLATFORM",
      "The worker that computes may not be started here. Serve the files of @mmfs/web from the page's own site and let a " +
        "Content-Security-Policy allow worker-src 'self', or compute in the page with worker: false.",
      { cause },
    );
  }
  worker.addEventListener("message", ({ data }) => {
    if (data === ALIVE) whenReleased(name, watching.signal, () => onFailure("it was ended"));
    else onReply(data);
  });
  worker.addEventListener("messageerror", () => onFailure("an answer could not be read"));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    onFailure(event.message || "its script could not be loaded");
  });
  return {
    send: (request, transfer) => worker.postMessage(request, transfer),
    end() {
      watching.abort();
      worker.terminate();
    },
  };
};
