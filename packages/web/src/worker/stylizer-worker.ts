import { type Request, serve } from "@mmfs/core";
import { ALIVE, holdLock } from "./life-lock.js";
import { servedFunctions } from "./served-functions.js";

export { serve, servedFunctions };

interface WorkerScope {
  document?: unknown;
  name: string;
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
}

// A page that computes by itself imports the same file, so that what computes is built and fetched once.
const scope = globalThis as unknown as WorkerScope;
if (scope.document === undefined) {
  const handle = serve((reply, transfer) => scope.postMessage(reply, transfer), servedFunctions());
  scope.addEventListener("message", ({ data }) => handle(data));
  holdLock(scope.name, () => scope.postMessage(ALIVE));
}
