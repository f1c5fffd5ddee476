import type { WrittenFormat } from "@mmfs/web";
import { useSignal } from "@preact/signals";
import { explainError } from "../explain-error.js";
import { fullPicture } from "../full-picture.js";
import { isPainting, painting } from "../painting.js";
import { isFaceless, photo, problem } from "../photo.js";
import { saveFile } from "../save-file.js";
import { Icon } from "./icon.js";
import "./save-bar.css";

const canShare =
  typeof navigator.share === "function" &&
  navigator.canShare?.({ files: [new File([], "picture.png", { type: "image/png" })] }) === true;

export function SaveBar() {
  const format = useSignal<WrittenFormat>("png");
  const part = useSignal<"photo" | "face">("photo");
  const isBusy = useSignal(false);
  const isReady = painting.value !== undefined && painting.value.of === photo.value && !isPainting.value;

  const use = async (what: (file: File) => void | Promise<void>) => {
    isBusy.value = true;
    try {
      await what(await fullPicture(format.value, isFaceless.value ? "photo" : part.value));
    } catch (error) {
      // Who closes the list of apps has changed their mind, and nothing is wrong.
      if (!(error instanceof DOMException && error.name === "AbortError")) problem.value = explainError(error);
    } finally {
      isBusy.value = false;
    }
  };

  return (
    <div class="save-bar">
      {!isFaceless.value && (
        <label class="format">
          <span class="visually-hidden">What to save</span>
          <select
            value={part.value}
            onChange={({ currentTarget }) => (part.value = currentTarget.value as "photo" | "face")}
          >
            <option value="photo">Picture</option>
            <option value="face">Face</option>
          </select>
        </label>
      )}
      <label class="format">
        <span class="visually-hidden">File format</span>
        <select
          value={format.value}
          onChange={({ currentTarget }) => (format.value = currentTarget.value as WrittenFormat)}
        >
          <option value="png">PNG</option>
          <option value="jpeg">JPEG</option>
          <option value="webp">WebP</option>
        </select>
      </label>
      <button
        type="button"
        class="primary"
        disabled={!isReady || isBusy.value}
        onClick={() => void use((file) => saveFile(file, file.name))}
      >
        <Icon name="save" /> {isBusy.value ? "Saving…" : "Download"}
      </button>
      {canShare && (
        <button
          type="button"
          class="secondary"
          disabled={!isReady || isBusy.value}
          onClick={() => void use((file) => navigator.share({ files: [file] }))}
        >
          <Icon name="share" /> Share
        </button>
      )}
    </div>
  );
}
