export { defineStylizerElement } from "./element/define-stylizer-element.js";
export type { StylizerElement, StylizerElementEventMap } from "./element/stylizer-element.js";
