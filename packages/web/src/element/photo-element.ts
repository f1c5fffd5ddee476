import { SketchLoop } from "@mmfs/core";
import type { PictureInput } from "../picture/picture-input.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import type { StylizeOptions, StylizerOptions } from "../stylizer/options.js";
import type { StylizeResult } from "../stylizer/result.js";
import type { Stylizer } from "../stylizer/stylizer.js";
import { SETTING_PROPERTIES, SETTINGS, SettingsElement } from "./element-settings.js";
import { ElementView } from "./element-view.js";
import { savePicture } from "./save-picture.js";
import { comesInTiles, settingsToOptions } from "./settings-to-options.js";
import type { StylizerElement } from "./stylizer-element.js";
import { takeChosen, takeDropped, takePasted } from "./take-files.js";
import { Viewfinder } from "./viewfinder.js";

const PROPERTIES = [...SETTING_PROPERTIES, "options", "reference", "photo"] as const;

/** How the strength is followed while it moves; a sketch comes soon enough without tiles. */
const SKETCH: StylizeOptions = { resolution: "live", megapixels: 0.25, size: "painting", onTile: undefined };

/** The class of the elements that {@link defineStylizerElement} makes known. */
export class PhotoElement extends SettingsElement implements StylizerElement {
  static observedAttributes = [...SETTINGS];

  result: StylizeResult | undefined;
  #options: StylizerOptions = {};
  #view: ElementView | undefined;
  #viewfinder: Viewfinder | undefined;
  #opening: Promise<Stylizer> | undefined;
  #photo: PictureInput | undefined;
  /** The photo without a face that the visitor wants to be painted anyway. */
  #paintedAnyway: PictureInput | undefined;
  #reference: PictureInput | undefined;
  #running: AbortController | undefined;
  #sketches: SketchLoop | undefined;

  get options(): StylizerOptions {
    return this.#options;
  }
  set options(options: StylizerOptions) {
    this.#options = options ?? {};
  }
  get photo(): PictureInput | undefined {
    return this.#photo;
  }
  set photo(photo: PictureInput | undefined) {
    if (photo !== undefined) void this.open(photo);
  }
  get reference(): PictureInput | undefined {
    return this.#reference;
  }
  set reference(picture: PictureInput | undefined) {
    this.#reference = picture;
    void this.#view?.showReference(picture);
    void this.#update();
  }

  connectedCallback(): void {
    if (this.#view !== undefined) return;
    this.#adopt();
    this.#view = new ElementView(this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true }));
    this.#listen(this.#view);
    this.#view.follow(this);
    void this.#view.showReference(this.#reference);
    // A photo may have been given before the element came into the page.
    if (this.#photo !== undefined) void this.open(this.#photo);
  }

  disconnectedCallback(): void {
    this.#running?.abort();
    this.#viewfinder?.close();
    const opening = this.#opening;
    this.#opening = undefined;
    // Frameworks move elements by taking them out and in: that must not fetch the networks anew.
    setTimeout(() => {
      if (this.isConnected && this.#opening === undefined) this.#opening = opening;
      else opening?.then((stylizer) => stylizer.dispose()).catch(() => {});
    });
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now || this.#view === undefined) return;
    this.#view.follow(this);
    void this.#update({ isMoving: name === "strength" });
  }

  async open(photo: PictureInput): Promise<void> {
    this.#photo = photo;
    this.result = undefined;
    if (this.#view === undefined) return;
    this.#viewfinder?.close();
    const isWanted = () => this.#photo === photo && this.result === undefined;
    // A photo that cannot be shown is explained by what cannot be stylised of it.
    const shown = this.#view.showPhoto(photo, isWanted).catch(() => {});
    await Promise.all([shown, this.#update()]);
  }

  /** What frameworks set before the element was defined lies in front of its accessors. */
  #adopt(): void {
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete (this as Partial<Pick<StylizerElement, typeof name>>)[name];
      Object.assign(this, { [name]: value });
    }
  }

  #listen(view: ElementView): void {
    const { parts } = view;
    const photo = (file: File) => void this.open(file);
    const reference = (file: File) => {
      this.reference = file;
    };
    takeChosen(parts.file, photo);
    takeChosen(parts.referenceFile, reference);
    takeDropped(parts.drop, photo);
    takeDropped(parts.stage, photo);
    takeDropped(parts.reference, reference);
    takePasted(this, photo);
    parts.referenceRemove.addEventListener("click", () => {
      this.reference = undefined;
      parts.referenceFile.value = "";
      parts.referenceFile.focus();
    });
    parts.styles.addEventListener("change", () => {
      this.preset = parts.styles.value;
    });
    parts.prompt.addEventListener("change", () => {
      this.prompt = parts.prompt.value.trim() || null;
    });
    parts.strength.addEventListener("input", () => {
      this.strength = Number(parts.strength.value);
    });
    parts.anyway.addEventListener("click", () => {
      this.#paintedAnyway = this.#photo;
      parts.compare.focus();
      void this.#update();
    });
    parts.save.addEventListener("click", () => this.result && void savePicture(this.result));
    this.#viewfinder = new Viewfinder(parts, {
      isWanted: () => this.isConnected,
      say: (text, options) => view.say(text, options),
      use: (picture) => void this.open(picture),
    });
  }

  #stylizer(view: ElementView): Promise<Stylizer> {
    this.#opening ??= this.#create(view).catch((error) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #create(view: ElementView): Promise<Stylizer> {
    const { bundle, runtimeUrl } = this;
    const stylizer = await createStylizer({
      ...(bundle === null ? {} : { bundle }),
      ...(runtimeUrl === null ? {} : { runtimeUrl }),
      ...this.options,
    });
    view.offer(await stylizer.presets(), stylizer.bundle.parts);
    view.follow(this);
    return stylizer;
  }

  /** Only the newest wish counts. */
  async #update({ isMoving = false } = {}): Promise<void> {
    const photo = this.#photo;
    const view = this.#view;
    if (photo === undefined || view === undefined) return;
    if (isMoving && this.#sketches?.isRunning) return this.#sketches.move();
    this.#running?.abort();
    const running = new AbortController();
    const { signal } = running;
    this.#running = running;
    this.#sketches = new SketchLoop();
    view.say("Working…");
    this.setAttribute("aria-busy", "true");
    const { anyway, save } = view.parts;
    anyway.hidden = true;
    save.disabled = true;
    try {
      const stylizer = await this.#stylizer(view);
      signal.throwIfAborted();
      if (isMoving && this.#isFine(stylizer)) {
        const sketch = () => stylizer.stylize(photo, { ...this.#optionsFor(photo, signal), ...SKETCH });
        await this.#sketches.run(async () => view.show(await sketch()));
        signal.throwIfAborted();
      }
      this.result = await stylizer.stylize(photo, this.#optionsFor(photo, signal));
      view.showResult(this.result);
      save.disabled = false;
      this.#tell("mmfs-result", this.result);
    } catch (error) {
      if (signal.aborted) return;
      view.explain(error);
      this.#tell("mmfs-error", error);
    } finally {
      if (this.#running === running) this.removeAttribute("aria-busy");
    }
  }

  /** Whether a picture takes so long that it is worth to be sketched first. */
  #isFine({ bundle: { network } }: Stylizer): boolean {
    const resolution = this.resolution ?? network.resolution.default;
    return resolution !== "live" && resolution > network.resolution.live;
  }

  /** How a photo is painted as the settings say. */
  #optionsFor(photo: PictureInput, signal: AbortSignal): StylizeOptions {
    const options = settingsToOptions(this, this.#paintedAnyway === photo);
    return {
      ...options,
      signal,
      onProgress: (detail) => this.#tell("mmfs-progress", detail),
      onTile: comesInTiles(options) ? (tile) => this.#view?.showTile(photo, tile) : undefined,
    };
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
