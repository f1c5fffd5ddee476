import { chosen, style, styleName } from "../choices.js";
import { explainError } from "../explain-error.js";
import { fromFile, styleProblem } from "../new-style.js";
import { exportStyle, forgetStyle, keepStyle } from "../saved-styles.js";
import { Icon } from "./icon.js";
import { PhotoButton } from "./photo-button.js";
import "./saved-style.css";

/** Keep the style for later visits, write it as a file, or open one. */
export function SavedStyle() {
  const use = async (what: () => Promise<unknown>) => {
    try {
      await what();
    } catch (error) {
      styleProblem.value = explainError(error);
    }
  };
  const current = chosen.value;
  return (
    <div class="saved-style">
      {current?.id.startsWith("saved:") ? (
        <button type="button" class="quiet" onClick={() => void use(() => forgetStyle(current))}>
          <Icon name="star" /> Forget
        </button>
      ) : (
        <button
          type="button"
          class="quiet"
          disabled={style.value === undefined}
          onClick={() => void use(async () => style.value && keepStyle(styleName.value, style.value))}
        >
          <Icon name="star" /> Keep style
        </button>
      )}
      <button
        type="button"
        class="quiet"
        disabled={style.value === undefined}
        onClick={() => void use(async () => style.value && exportStyle(styleName.value, style.value))}
      >
        <Icon name="save" /> Export
      </button>
      <PhotoButton class="quiet" accept=".style,.json" onFile={(file) => void fromFile(file)}>
        <Icon name="share" /> Import
      </PhotoButton>
    </div>
  );
}
