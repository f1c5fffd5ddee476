import { type Request, serve } from "@mmfs/core";
import { servedFunctions } from "./worker/served-functions.js";

interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const handle = serve((reply, transfer) => scope.postMessage(reply, transfer), servedFunctions());
scope.addEventListener("message", ({ data }) => handle(data));
