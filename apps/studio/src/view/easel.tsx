import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { cutsOut, extent, styleName } from "../choices.js";
import { isPainting, painting, paintOn, seen } from "../painting.js";
import { faces, isFaceless, photo, selectedFaces, toggleFace } from "../photo.js";
import { SaveBar } from "./save-bar.js";
import { StatusLine } from "./status-line.js";
import "./easel.css";

/** The photo under its painting, with a wipe between both and an outline around every face. */
export function Easel() {
  const before = useRef<HTMLCanvasElement>(null);
  const after = useRef<HTMLCanvasElement>(null);
  /** Percent of the picture, from the left, that shows the photo. */
  const wipe = useSignal(0);
  const current = photo.value;
  const isSeen = seen.value === current;

  useEffect(() => {
    if (current === undefined) return;
    // The photo lies under the tiles that come, too.
    for (const canvas of [before.current, after.current]) {
      canvas?.getContext("2d")?.putImageData(current.preview, 0, 0);
    }
    const painted = painting.peek();
    if (painted?.of === current) after.current?.getContext("2d")?.drawImage(painted.result.bitmap, 0, 0);
    paintOn(after.current);
    return () => paintOn(null);
  }, [current]);

  if (current === undefined) return null;
  const { width, height } = current.preview;
  const isWorking = isPainting.value || faces.value === undefined;
  return (
    <>
      <figure class="easel">
        <div
          class="picture"
          aria-busy={isWorking}
          style={{ "--ratio": width / height, "--wipe": `${isSeen ? wipe.value : 0}%` }}
        >
          <canvas ref={before} width={width} height={height} role="img" aria-label="The photo as it was" />
          <canvas
            ref={after}
            class={`after ${extent.value === "people" && cutsOut.value ? "is-cut-out" : ""}`}
            width={width}
            height={height}
            role="img"
            aria-label={`The photo as ${styleName.value}`}
          />
          {isSeen && (
            <>
              <input
                class="wipe"
                type="range"
                min="0"
                max="100"
                value={wipe.value}
                aria-label="Before and after"
                aria-valuetext={`${wipe.value} % photo`}
                onInput={({ currentTarget }) => (wipe.value = currentTarget.valueAsNumber)}
              />
              <span class={`wipe-handle ${placeOf(wipe.value)}`} aria-hidden="true" />
            </>
          )}
          {(extent.value === "toned" || extent.value === "faces") && <FaceOutlines width={width} height={height} />}
        </div>
        <figcaption>
          <i>{isSeen ? styleName.value : "Looking at the photo…"}</i>
          <StatusLine />
          {isFaceless.value && <FacelessHint />}
        </figcaption>
      </figure>
      <SaveBar />
    </>
  );
}

/** A landscape is as good to paint as a portrait; who expected a face should know why none was treated as one. */
function FacelessHint() {
  const painted = extent.value === "people" ? "what looks like people" : "the whole picture";
  return <p class="hint">No face was found: {painted} is painted.</p>;
}

/** At its ends the handle stays within the picture, and there is no line beside it. */
function placeOf(percent: number): string {
  const whole = percent === 0 || percent === 100 ? "is-whole" : "";
  if (percent < 5) return `at-start ${whole}`;
  return percent > 95 ? `at-end ${whole}` : "";
}

function FaceOutlines({ width, height }: { width: number; height: number }) {
  const found = faces.value ?? [];
  return (
    <fieldset class={`faces ${found.length > 1 ? "several" : ""}`} aria-label="Faces that are painted">
      {found.map(({ box }, index) => (
        <button
          key={`${box.x}-${box.y}`}
          type="button"
          class="face"
          aria-pressed={selectedFaces.value.has(index)}
          aria-label={`Face ${index + 1}`}
          title={selectedFaces.value.has(index) ? "Painted; tap to leave as it is" : "Left as it is; tap to paint"}
          style={{
            left: `${(100 * box.x) / width}%`,
            top: `${(100 * box.y) / height}%`,
            width: `${(100 * box.width) / width}%`,
            height: `${(100 * box.height) / height}%`,
          }}
          onClick={() => toggleFace(index)}
        />
      ))}
    </fieldset>
  );
}
