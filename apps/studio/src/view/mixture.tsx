import { chosen, type Governor, GROUPS, governors, picksSecond, second, secondId, share } from "../choices.js";
import { Icon } from "./icon.js";
import "./mixture.css";
import "./slider.css";

/** A second style beside the chosen one: how much of it, and in which layers. */
export function Mixture() {
  const other = second.value;
  if (other === undefined) {
    return (
      <button
        type="button"
        class="secondary wide"
        aria-pressed={picksSecond.value}
        onClick={() => (picksSecond.value = !picksSecond.value)}
      >
        {picksSecond.value ? "Now tap the second style…" : "Mix with a second style"}
      </button>
    );
  }
  const percent = Math.round(share.value * 100);
  return (
    <fieldset class="mixture">
      <legend>Mixture</legend>
      <button type="button" class="quiet end" aria-label="End the mixture" onClick={() => (secondId.value = undefined)}>
        <Icon name="close" />
      </button>
      <label class="slider">
        <span class="visually-hidden">Share of {other.name}</span>
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={share.value}
          aria-valuetext={`${percent} % ${other.name}`}
          style={{ "--fill": `${percent}%` }}
          onInput={({ currentTarget }) => (share.value = currentTarget.valueAsNumber)}
        />
      </label>
      <div class="ends" aria-hidden="true">
        <i>{chosen.value?.name}</i>
        <i>{other.name}</i>
      </div>
      {GROUPS.map(({ group, name }) => (
        <div class="layer" key={group} role="radiogroup" aria-label={`${name} from`}>
          <span>{name}</span>
          {GOVERNORS.map(({ who, label }) => (
            <label key={who}>
              <input
                type="radio"
                name={group}
                checked={governors.value[group] === who}
                onChange={() => (governors.value = { ...governors.value, [group]: who })}
              />
              <span>{label}</span>
            </label>
          ))}
        </div>
      ))}
    </fieldset>
  );
}

const GOVERNORS: readonly { who: Governor; label: string }[] = [
  { who: "first", label: "First" },
  { who: "both", label: "Both" },
  { who: "second", label: "Second" },
];
