import { type Request, type ServedFunction, serve, stylizerFunctions } from "@mmfs/core/internal";
import { decodePhoto } from "../picture/decode-photo.js";
import type { TravellingPhoto } from "../picture/travelling-photo.js";
import { openStylizer } from "../stylizer/open-stylizer.js";
import type { StylizerReference } from "../stylizer/stylizer-reference.js";
import { ALIVE, holdLock } from "./life-lock.js";

export { serve };

interface WorkerScope {
  document?: unknown;
  name: string;
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
}

/** What the worker does. */
export function servedFunctions(): Record<string, ServedFunction> {
  return stylizerFunctions<StylizerReference, TravellingPhoto>({
    open: openStylizer,
    // Pixels are copied before they travel, and files are decoded here.
    ownsPhotos: true,
    async decode(photo, { maxPixels }, { signal, onProgress }) {
      onProgress({ type: "stage", stage: "decode", progress: 0 });
      return decodePhoto(photo, { maxPixels, signal });
    },
  });
}

// A page that computes by itself imports the same file, so that what computes is built and fetched once.
const scope = globalThis as unknown as WorkerScope;
if (scope.document === undefined) {
  const handle = serve((reply, transfer) => scope.postMessage(reply, transfer), servedFunctions());
  scope.addEventListener("message", ({ data }) => handle(data));
  holdLock(scope.name, () => scope.postMessage(ALIVE));
}
