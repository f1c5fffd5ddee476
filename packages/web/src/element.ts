export { defineStylizerElement, type StylizerElement } from "./element/define-stylizer-element.js";
