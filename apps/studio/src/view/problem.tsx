import { problem } from "../photo.js";
import { Icon } from "./icon.js";
import "./problem.css";

/** What went wrong, in plain words. */
export function Problem() {
  return (
    <div role="alert" class="problem" hidden={problem.value === ""}>
      <p>{problem.value}</p>
      <button type="button" class="quiet" aria-label="Dismiss" onClick={() => (problem.value = "")}>
        <Icon name="close" />
      </button>
    </div>
  );
}
