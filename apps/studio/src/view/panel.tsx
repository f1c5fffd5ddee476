import { keepsColor, strength } from "../choices.js";
import { Gallery } from "./gallery.js";
import { Mixture } from "./mixture.js";
import { NewStyle } from "./new-style.js";
import { SavedStyle } from "./saved-style.js";

/** Everything about the style. */
export function Panel() {
  return (
    <aside class="panel" aria-label="Style">
      <NewStyle />
      <Gallery />
      <section class="adjust" aria-label="Adjust">
        <label class="slider">
          <span>Strength</span>
          <span class="value" aria-hidden="true">
            {Math.round(strength.value * 100)} %
          </span>
          <input
            type="range"
            min="0"
            max="1.5"
            step="0.05"
            value={strength.value}
            aria-valuetext={`${Math.round(strength.value * 100)} %`}
            style={{ "--fill": `${(100 * strength.value) / 1.5}%` }}
            onInput={({ currentTarget }) => (strength.value = currentTarget.valueAsNumber)}
          />
        </label>
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={keepsColor.value}
            aria-checked={keepsColor.value}
            onChange={({ currentTarget }) => (keepsColor.value = currentTarget.checked)}
          />
          <span>Keep the photo’s colours</span>
        </label>
        <Mixture />
        <SavedStyle />
      </section>
    </aside>
  );
}
