import type { Connect, Request } from "@mmfs/core/internal";
import { workerFailure } from "./worker-failure.js";

/** Computes in the page itself, behind a message port, so that nothing else differs from a worker. */
export const connectPage: Connect = ({ onReply, onFailure }) => {
  const { port1: here, port2: there } = new MessageChannel();
  here.onmessage = ({ data }) => onReply(data);
  const waiting: Request[] = [];
  let handle = (request: Request) => {
    waiting.push(request);
  };
  there.onmessage = ({ data }) => handle(data);
  // A page that leaves it to a worker need not fetch this part.
  import("./stylizer-worker.js").then(
    ({ serve, servedFunctions }) => {
      handle = serve((reply, transfer) => there.postMessage(reply, transfer), servedFunctions());
      for (const request of waiting.splice(0)) handle(request);
    },
    (error) => onFailure(workerFailure(String(error), error)),
  );
  return {
    send: (request, transfer) => here.postMessage(request, transfer as Transferable[]),
    end() {
      here.close();
      there.close();
    },
  };
};
