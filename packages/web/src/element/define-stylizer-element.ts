import { PhotoElement } from "./photo-element.js";

/**
 * Makes the element known to the page; calling it again does nothing. Importing the module alone defines nothing, so that it may be
 * imported on a server.
 *
 * @param name @default "mmfs-stylizer"
 */
export function defineStylizerElement(name = "mmfs-stylizer"): void {
  // A class of its own for each name, as the page knows a class by one name only.
  if (!customElements.get(name)) customElements.define(name, class extends PhotoElement {});
}
