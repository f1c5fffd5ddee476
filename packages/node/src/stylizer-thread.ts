import { parentPort, workerData } from "node:worker_threads";
import { type Picture, serve, stylizerFunctions } from "@mmfs/core";
import { openStylizer } from "./stylizer/open-stylizer.js";
import type { StylizerReference } from "./stylizer/thread-functions.js";
import { NativeGate } from "./worker/native-gate.js";
import type { ThreadData } from "./worker/thread-client.js";

if (parentPort === null) throw new Error("This module is the entry of a worker thread.");
const port = parentPort;
const gate = new NativeGate((workerData as ThreadData).gate);
const functions = stylizerFunctions<StylizerReference, Picture>({
  open: (reference) => openStylizer(reference, gate),
  // sharp has decoded it before it was sent here.
  decode: async (picture) => picture,
});
port.on(
  "message",
  serve((reply, transfer) => port.postMessage(reply, transfer), functions),
);
