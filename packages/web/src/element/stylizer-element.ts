import type { MMFSError, ProgressEvent } from "@mmfs/core";
import type { PictureInput } from "../picture/picture-input.js";
import type { StylizerOptions } from "../stylizer/options.js";
import type { StylizeResult } from "../stylizer/result.js";
import type { ElementSettings } from "./element-settings.js";

/**
 * `<mmfs-stylizer>`: drop, paste, choose or take a photo; pick a preset, write a prompt or give a reference picture where the bundle
 * understands them (both together are mixed); set the strength; wipe between before and after; save. The painting is shown as it comes,
 * and while the strength moves it is sketched.
 *
 * Attributes, which are properties too: `bundle` and `runtime-url` (`runtimeUrl`) as the options of `createStylizer`; `preset`, `prompt`,
 * `strength`, `subject`, `surroundings`, `faces` and `resolution` as those of `stylize`.
 * Events, which bubble: `mmfs-result` (`detail` is the `StylizeResult`), `mmfs-error` (`detail` is the error) and `mmfs-progress`.
 * CSS parts: `stage`, `canvas`, `before`, `compare`, `viewfinder`, `video`, `drop`, `camera`, `controls`, `styles`, `prompt`, `reference`,
 * `strength`, `footer`, `status`, `anyway`, `save`.
 * CSS variables: `--mmfs-accent`, `--mmfs-surface`, `--mmfs-line`, `--mmfs-radius`.
 */
export interface StylizerElement extends HTMLElement, ElementSettings {
  /** Options of its stylizer beyond the attributes; set them before the first photo. */
  options: StylizerOptions;
  /** The photo; setting it is {@link open}. */
  photo: PictureInput | undefined;
  /** A picture in the style that is wanted. */
  reference: PictureInput | undefined;
  /** The last result. */
  readonly result: StylizeResult | undefined;
  /** Stylizes a photo, as if it had been dropped. Resolves also where it failed: the event `mmfs-error` says why. */
  open(photo: PictureInput): Promise<void>;
  addEventListener<Type extends keyof StylizerElementEventMap>(
    type: Type,
    listener: (this: StylizerElement, event: StylizerElementEventMap[Type]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** The events of the page's elements, and those of `<mmfs-stylizer>`. */
export interface StylizerElementEventMap extends HTMLElementEventMap {
  "mmfs-result": CustomEvent<StylizeResult>;
  "mmfs-error": CustomEvent<MMFSError>;
  "mmfs-progress": CustomEvent<ProgressEvent>;
}

declare global {
  interface HTMLElementTagNameMap {
    "mmfs-stylizer": StylizerElement;
  }
}
