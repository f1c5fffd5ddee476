export {
  defineStylizerElement,
  type StylizerElement,
  type StylizerElementEventMap,
} from "./element/define-stylizer-element.js";
