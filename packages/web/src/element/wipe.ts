import type { ElementParts } from "./draw-element.js";

/** Lets the slider over the picture uncover the photo beneath it. */
export function followWipe({ compare, stage }: Pick<ElementParts, "compare" | "stage">): void {
  const wipe = () => {
    const share = Number(compare.value) / 100;
    // The middle of the handle, which is 28 pixels wide and stays inside; at both ends nothing is left over.
    const middle = `calc(14px + ${share} * (100% - 28px))`;
    stage.style.setProperty("--split", share === 0 ? "0%" : share === 1 ? "100%" : middle);
    compare.toggleAttribute("data-whole", share === 0 || share === 1);
    compare.setAttribute("aria-valuetext", `${compare.value} % of the photo as it was`);
  };
  compare.addEventListener("input", wipe);
  wipe();
}
