import { parentPort, workerData } from "node:worker_threads";
import { stylizerFunctions } from "./stylizer/stylizer-functions.js";
import { NativeGate } from "./worker/native-gate.js";
import { serve } from "./worker/serve.js";
import type { ThreadData } from "./worker/thread-client.js";

if (parentPort === null) throw new Error("This module is the entry of a worker thread.");
const { gate } = workerData as ThreadData;
serve(parentPort, stylizerFunctions(new NativeGate(gate)));
