import { groupByTag, type Preset } from "@mmfs/core";
import { STYLE } from "./element-style.js";

/** What the element consists of. */
export interface ElementParts {
  stage: HTMLElement;
  after: HTMLCanvasElement;
  before: HTMLCanvasElement;
  compare: HTMLInputElement;
  drop: HTMLElement;
  file: HTMLInputElement;
  camera: HTMLButtonElement;
  viewfinder: HTMLElement;
  video: HTMLVideoElement;
  shoot: HTMLButtonElement;
  closeCamera: HTMLButtonElement;
  controls: HTMLElement;
  styles: HTMLSelectElement;
  prompt: HTMLInputElement;
  reference: HTMLElement;
  referenceFile: HTMLInputElement;
  referencePicture: HTMLCanvasElement;
  referenceRemove: HTMLButtonElement;
  strength: HTMLInputElement;
  anyway: HTMLButtonElement;
  save: HTMLButtonElement;
  status: HTMLElement;
}

const PICTURES = "image/jpeg,image/png,image/webp,image/avif";

/** Draws the element; every control is a native one with a label, so that keyboard and screen reader work. */
export function drawElement(root: ShadowRoot): ElementParts {
  // A sheet that is constructed needs no 'unsafe-inline' in a Content-Security-Policy.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const after = make("canvas", { part: "canvas", role: "img", "aria-label": "The stylised photo" });
  const before = make("canvas", { part: "before", "aria-hidden": "true" });
  const compare = make("input", {
    ...{ part: "compare", type: "range", min: "0", max: "100", step: "1", value: "0", "data-whole": "" },
    "aria-label": "Before and after",
  });
  const stage = make("div", { part: "stage", hidden: "" }, after, before, compare);

  const file = make("input", { type: "file", accept: PICTURES });
  const camera = make("button", { part: "camera", type: "button" }, "Take a photo");
  const choose = make("label", { class: "choose" }, "Drop, paste or choose a photo", file);
  const drop = make("div", { part: "drop" }, choose, camera);

  const video = make("video", { part: "video", autoplay: "", playsinline: "", "aria-label": "What the camera sees" });
  video.muted = true;
  const shoot = make("button", { type: "button", class: "main" }, "Use this picture");
  const closeCamera = make("button", { type: "button" }, "Close the camera");
  const buttons = make("div", { class: "camera" }, shoot, closeCamera);
  const viewfinder = make("div", { part: "viewfinder", hidden: "" }, video, buttons);

  const styles = make("select", { part: "styles" });
  const prompt = make("input", {
    part: "prompt",
    type: "text",
    placeholder: "such as: charcoal on paper",
    maxlength: "1000",
  });
  const referenceFile = make("input", { type: "file", accept: PICTURES });
  const referencePicture = make("canvas", { hidden: "", "aria-hidden": "true" });
  const referenceRemove = make("button", { type: "button", hidden: "" }, "Remove");
  referenceRemove.setAttribute("aria-label", "Remove the reference picture");
  const referenceChoose = make("label", { class: "choose" }, "Drop or choose a picture in the style", referenceFile);
  const reference = make(
    "div",
    { part: "reference", role: "group", "aria-labelledby": "reference-name" },
    referencePicture,
    referenceChoose,
    referenceRemove,
  );
  const strength = make("input", { part: "strength", type: "range", min: "0", max: "1.5", step: "0.05", value: "1" });
  const promptLabel = make("label", { hidden: "" }, "Prompt ", prompt);
  const controls = make(
    "div",
    { part: "controls", hidden: "" },
    make("label", {}, "Style ", styles),
    promptLabel,
    make("div", { class: "field", hidden: "" }, make("span", { id: "reference-name" }, "Reference picture"), reference),
    make("label", {}, "Strength ", strength),
  );

  const status = make("output", { part: "status", role: "status", "aria-live": "polite" });
  const anyway = make("button", { part: "anyway", type: "button", hidden: "" }, "Paint it anyway");
  const save = make("button", { part: "save", type: "button", class: "main", hidden: "" }, "Save as PNG");
  root.replaceChildren(stage, viewfinder, drop, controls, make("div", { part: "footer" }, status, anyway, save));
  return {
    ...{
      stage,
      after,
      before,
      compare,
      drop,
      file,
      camera,
      viewfinder,
      video,
      shoot,
      closeCamera,
      controls,
      styles,
      prompt,
    },
    ...{ reference, referenceFile, referencePicture, referenceRemove, strength, anyway, save, status },
  };
}

/** The presets as options, under headings where they are of several kinds. */
export function drawPresets(presets: readonly Preset[]): HTMLElement[] {
  const groups = groupByTag(presets);
  return groups.flatMap(({ tag, items }) => {
    const options = items.map(({ name }) => new Option(name, name));
    if (tag === undefined || groups.length === 1) return options;
    return [make("optgroup", { label: tag.charAt(0).toUpperCase() + tag.slice(1) }, ...options)];
  });
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
