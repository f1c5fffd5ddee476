/** What the element consists of. */
export interface ElementParts {
  drop: HTMLElement;
  file: HTMLInputElement;
  canvas: HTMLCanvasElement;
  styles: HTMLSelectElement;
  prompt: HTMLInputElement;
  strength: HTMLInputElement;
  compare: HTMLInputElement;
  status: HTMLElement;
}

const STYLE = `
:host { display: block; font: inherit; color: inherit; }
[hidden] { display: none !important; }
[part="drop"] { display: block; border: 2px dashed currentColor; border-radius: 8px; padding: 1rem; text-align: center; cursor: pointer; }
[part="drop"]:focus-within { outline: 2px solid Highlight; outline-offset: 2px; }
[part="canvas"] { display: block; max-width: 100%; margin: 1rem auto; }
[part="controls"] { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin-top: 1rem; }
`;

/** Draws the element; every control is a native one with a label, so that keyboard and screen reader work. */
export function drawElement(root: ShadowRoot): ElementParts {
  // A sheet that is constructed needs no 'unsafe-inline' in a Content-Security-Policy.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const file = make("input", { type: "file", accept: "image/jpeg,image/png,image/webp,image/avif" });
  const drop = make("label", { part: "drop" }, "Drop, paste or choose a photo ", file);
  const canvas = make("canvas", { part: "canvas", role: "img", hidden: "" });
  const styles = make("select", { part: "styles" });
  const prompt = make("input", { part: "prompt", type: "text" });
  const strength = make("input", { part: "strength", type: "range", min: "0", max: "1.5", step: "0.05", value: "1" });
  const compare = make("input", { part: "compare", type: "checkbox" });
  const status = make("output", { part: "status", role: "status", "aria-live": "polite" });
  const promptLabel = make("label", { hidden: "" }, "Prompt ", prompt);
  const controls = make(
    "div",
    { part: "controls" },
    make("label", {}, "Style ", styles),
    promptLabel,
    make("label", {}, "Strength ", strength),
    make("label", {}, compare, " Show the photo"),
  );
  root.replaceChildren(drop, canvas, controls, status);
  return { drop, file, canvas, styles, prompt, strength, compare, status };
}

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
