import type { Signal } from "@preact/signals";
import { cutsOut, type Extent, extent, keepsColor, strength } from "../choices.js";
import { knowsPeople } from "../engine.js";
import { isFaceless } from "../photo.js";
import { Gallery } from "./gallery.js";
import { Mixture } from "./mixture.js";
import { NewStyle } from "./new-style.js";
import { SavedStyle } from "./saved-style.js";
import "./panel.css";
import "./slider.css";

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
        <ExtentChoice />
        <Switch of={keepsColor}>Keep the photo’s colours</Switch>
        <Mixture />
        <SavedStyle />
      </section>
    </aside>
  );
}

const EXTENTS: Record<Extent, string> = {
  whole: "The whole picture",
  people: "People",
  toned: "Faces, the rest toned",
  faces: "Faces only",
};

/** What of the photo is painted. */
function ExtentChoice() {
  const offered = (Object.keys(EXTENTS) as Extent[]).filter((each) => {
    if (each === "people") return knowsPeople.value;
    return each === "whole" || !isFaceless.value;
  });
  const shown = offered.includes(extent.value) ? extent.value : "whole";
  return (
    <>
      <label class="choice">
        <span>What is painted</span>
        <select value={shown} onChange={({ currentTarget }) => (extent.value = currentTarget.value as Extent)}>
          {offered.map((each) => (
            <option key={each} value={each}>
              {EXTENTS[each]}
            </option>
          ))}
        </select>
      </label>
      {shown === "people" && <Switch of={cutsOut}>Cut out, transparent</Switch>}
    </>
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
