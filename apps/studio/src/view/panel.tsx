import type { Signal } from "@preact/signals";
import { keepsColor, strength, tonesPhoto } from "../choices.js";
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
        <Switch of={tonesPhoto}>Tone the whole photo</Switch>
        <Switch of={keepsColor}>Keep the photo’s colours</Switch>
        <Mixture />
        <SavedStyle />
      </section>
    </aside>
  );
}

function Switch({ of, children }: { of: Signal<boolean>; children: string }) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={of.value}
        aria-checked={of.value}
        onChange={({ currentTarget }) => (of.value = currentTarget.checked)}
      />
      <span>{children}</span>
    </label>
  );
}
