import type { FacesOption } from "@mmfs/core";
import type { StylizeOptions } from "../stylizer/options.js";

/** What an element is told by attributes, which are properties too. */
export interface ElementSettings {
  /** The address of a bundle. @default the bundle of `@mmfs/model-mini` */
  bundle: string | null;
  /** Address of the folder with the files of onnxruntime-web's `dist`, for pages without a bundler. */
  runtimeUrl: string | null;
  /** The name of a preset. @default the first of the bundle */
  preset: string | null;
  /** A style in words, which goes before the preset. */
  prompt: string | null;
  /** From 0 to 1.5. @default 1 */
  strength: number;
  /** What is painted where the surroundings are not, as the option of `stylize`. @default "faces", and "people" where they are cut out */
  subject: "faces" | "people";
  /** What is around it, as the option of `stylize`. @default "painted", and "photo" for people */
  surroundings: NonNullable<StylizeOptions["surroundings"]>;
  /** Which faces; in the attribute numbers stand apart by spaces. @default "all" */
  faces: FacesOption;
  /** The side in pixels that a face's square has for the network, or `"live"`. @default what the bundle names */
  resolution: number | "live" | null;
}

/** Those of which a change asks for a new picture. */
export const SETTINGS = ["preset", "prompt", "strength", "subject", "surroundings", "faces", "resolution"] as const;

/** The properties, for what frameworks set before an element is defined. */
export const SETTING_PROPERTIES = ["bundle", "runtimeUrl", ...SETTINGS] as const;

const SURROUNDINGS = ["painted", "toned", "photo", "transparent"] as const;

/** Servers have no elements, and must be able to import what browsers make of them. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** An element that has its settings in attributes. */
export class SettingsElement extends Base implements ElementSettings {
  get bundle() {
    return this.getAttribute("bundle");
  }
  set bundle(value) {
    this.#reflect("bundle", value);
  }
  get runtimeUrl() {
    return this.getAttribute("runtime-url");
  }
  set runtimeUrl(value) {
    this.#reflect("runtime-url", value);
  }
  get preset() {
    return this.getAttribute("preset");
  }
  set preset(value) {
    this.#reflect("preset", value);
  }
  get prompt() {
    return this.getAttribute("prompt");
  }
  set prompt(value) {
    this.#reflect("prompt", value);
  }
  get strength() {
    return Number(this.getAttribute("strength") ?? 1);
  }
  set strength(value) {
    this.#reflect("strength", value);
  }
  get subject() {
    const isPeople = this.getAttribute("subject") === "people" || this.surroundings === "transparent";
    return isPeople ? "people" : "faces";
  }
  set subject(value) {
    this.#reflect("subject", value);
  }
  get surroundings() {
    const usual = this.getAttribute("subject") === "people" ? "photo" : "painted";
    return SURROUNDINGS.find((each) => each === this.getAttribute("surroundings")) ?? usual;
  }
  set surroundings(value) {
    this.#reflect("surroundings", value);
  }
  get faces(): FacesOption {
    const value = this.getAttribute("faces")?.trim() || "all";
    if (value === "all" || value === "largest" || value === "none") return value;
    return value.split(/[\s,]+/).map(Number);
  }
  set faces(value) {
    this.#reflect("faces", Array.isArray(value) ? value.join(" ") : value);
  }
  get resolution() {
    const value = this.getAttribute("resolution");
    return value === null || value === "live" ? value : Number(value);
  }
  set resolution(value) {
    this.#reflect("resolution", value);
  }

  #reflect(name: string, value: unknown): void {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, String(value));
  }
}
