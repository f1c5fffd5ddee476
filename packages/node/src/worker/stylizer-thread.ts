import { parentPort, workerData } from "node:worker_threads";
import type { Picture } from "@mmfs/core";
import { serve, stylizerFunctions } from "@mmfs/core/internal";
import { openStylizer } from "../stylizer/open-stylizer.js";
import type { StylizerReference } from "../stylizer/stylizer-reference.js";
import type { ThreadData } from "./connect-thread.js";
import { NativeGate } from "./native-gate.js";

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
