import { useSignal } from "@preact/signals";
import { understandsPictures, understandsWords } from "../engine.js";
import { fromChance, fromPicture, fromWords, isResolving, styleProblem } from "../new-style.js";
import { Icon } from "./icon.js";
import { PhotoButton } from "./photo-button.js";
import "./new-style.css";

/** Name a style, show one, or leave it to chance. */
export function NewStyle() {
  const words = useSignal("");
  const isOver = useSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const sentence = words.value.trim();
    if (sentence) await fromWords(sentence);
    if (styleProblem.value === "") words.value = "";
  };
  const drop = (event: DragEvent) => {
    const file = event.dataTransfer?.files[0];
    isOver.value = false;
    document.documentElement.classList.remove("is-dragging");
    if (file === undefined) return;
    event.preventDefault();
    // Else the page would take it for the next photo.
    event.stopPropagation();
    void fromPicture(file);
  };
  return (
    <section class="new-style" aria-label="New style">
      <form onSubmit={(event) => void submit(event)} aria-busy={isResolving.value}>
        <label class="visually-hidden" for="words">
          Describe a style
        </label>
        <input
          id="words"
          type="text"
          maxLength={400}
          autoComplete="off"
          placeholder="Describe a style: graphite drawing"
          disabled={!understandsWords.value}
          value={words.value}
          onInput={({ currentTarget }) => (words.value = currentTarget.value)}
        />
        <button
          type="submit"
          class="round"
          aria-label="Paint this style"
          disabled={isResolving.value || !words.value.trim()}
        >
          <Icon name="arrow" />
        </button>
      </form>
      <div class="ways">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button within does the same. */}
        <div
          class={`reference ${isOver.value ? "is-over" : ""}`}
          onDragOver={() => (isOver.value = true)}
          onDragLeave={() => (isOver.value = false)}
          onDrop={drop}
        >
          <PhotoButton class="quiet" disabled={!understandsPictures.value} onFile={(file) => void fromPicture(file)}>
            <Icon name="photo" /> Show a painting
          </PhotoButton>
        </div>
        <button type="button" class="quiet" disabled={isResolving.value} onClick={() => void fromChance()}>
          <Icon name="dice" /> Surprise me
        </button>
      </div>
      <p class="style-problem" role="alert" hidden={styleProblem.value === ""}>
        {styleProblem.value}
      </p>
    </section>
  );
}
