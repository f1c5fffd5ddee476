import { device, download, isKept } from "../engine.js";
import { formatBytes } from "../format-bytes.js";
import { isPainting, painting } from "../painting.js";
import { closePhoto, faces, photo } from "../photo.js";
import "./status-line.css";

const DEVICES: Record<string, string> = { webgpu: "your graphics card (WebGPU)", wasm: "your processor (WebAssembly)" };

/** Where it computes, how long it took, and what was fetched. */
export function StatusLine() {
  const { loaded, total } = download.value;
  const painted = painting.value;
  const isFirst = painted === undefined || painted.of !== photo.value;
  const isWaiting = isFirst && (faces.value === undefined || isPainting.value);
  let text = isWaiting ? "Getting ready…" : "";
  if (isWaiting && loaded < total) text = `Fetching the painter, ${formatBytes(loaded)} of ${formatBytes(total)}`;
  else if (isWaiting && isPainting.value) text = "Painting…";
  else if (!isFirst && painted) {
    const { timings, warnings } = painted.result;
    const kept = isKept.value ? "kept, works offline" : "fetched";
    const where = DEVICES[device.value ?? ""] ?? device.value;
    const slow = warnings.some((warning) => warning.includes("one thread")) ? ", one thread" : "";
    text = `${(timings.total / 1000).toFixed(2)} s on ${where}${slow} · ${formatBytes(loaded)} ${kept}`;
  }
  return (
    <span class="status" role="status" title={painted?.result.warnings.join("\n")}>
      {text}
      {isWaiting && (
        <>
          <button type="button" class="link" onClick={closePhoto}>
            Cancel
          </button>
          {loaded < total && <progress max={total} value={loaded} aria-label="Download of the painter" />}
        </>
      )}
    </span>
  );
}
