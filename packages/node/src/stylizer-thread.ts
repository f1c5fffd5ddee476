import { parentPort } from "node:worker_threads";
import { stylizerFunctions } from "./stylizer/stylizer-functions.js";
import { serve } from "./worker/serve.js";

if (parentPort === null) throw new Error("This module is the entry of a worker thread.");
serve(parentPort, stylizerFunctions());
