import { MMFSError, type Preset, type ProgressEvent, SketchLoop } from "@mmfs/core";
import { drawTile } from "../picture/draw-tile.js";
import type { PictureInput } from "../picture/picture-input.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import type { StyleOption, StylizeOptions, StylizerOptions } from "../stylizer/options.js";
import type { StylizeResult } from "../stylizer/result.js";
import type { Stylizer } from "../stylizer/stylizer.js";
import { drawElement, drawPresets, type ElementParts } from "./draw-element.js";
import { type ElementSettings, makeSettingsElement, SETTING_PROPERTIES, SETTINGS } from "./element-settings.js";
import { showPhoto } from "./show-photo.js";
import { takeChosen, takeDropped, takePasted } from "./take-files.js";
import { Viewfinder } from "./viewfinder.js";
import { followWipe } from "./wipe.js";

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

const PROPERTIES = [...SETTING_PROPERTIES, "options", "reference", "photo"] as const;

/** How the strength is followed while it moves. */
const SKETCH: StylizeOptions = { resolution: "live", megapixels: 0.25, size: "painting" };

/** Below this strength the photo shows through the painting, but not yet through its tiles. */
const LEAST_STRENGTH_OF_TILES = 0.25;

/**
 * Makes the element known to the page; calling it again does nothing. Importing the module alone defines nothing, so that it may be
 * imported on a server.
 *
 * @param name @default "mmfs-stylizer"
 */
export function defineStylizerElement(name = "mmfs-stylizer"): void {
  if (customElements.get(name)) return;
  customElements.define(
    name,
    class extends makeSettingsElement() implements StylizerElement {
      static observedAttributes = [...SETTINGS];

      result: StylizeResult | undefined;
      #options: StylizerOptions = {};
      #parts: ElementParts | undefined;
      #viewfinder: Viewfinder | undefined;
      #opening: Promise<Stylizer> | undefined;
      #photo: PictureInput | undefined;
      /** Whether the photo is on the canvas, so that tiles may be drawn over it. */
      #isShown = false;
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
        void this.#showReference();
        void this.#update();
      }

      connectedCallback(): void {
        if (this.#parts !== undefined) return;
        this.#adopt();
        this.#parts = this.#draw();
        this.#follow();
        void this.#showReference();
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
        if (before === now || this.#parts === undefined) return;
        this.#follow();
        void this.#update({ isMoving: name === "strength" });
      }

      async open(photo: PictureInput): Promise<void> {
        this.#photo = photo;
        this.#isShown = false;
        this.result = undefined;
        const parts = this.#parts;
        if (parts === undefined) return;
        this.#viewfinder?.close();
        // The photo is there to be looked at while its picture is computed.
        const shown = showPhoto(photo, parts.before).then(
          () => {
            if (this.#photo !== photo || this.result !== undefined) return;
            this.toggleAttribute("data-photo", true);
            parts.stage.hidden = false;
            [parts.after.width, parts.after.height] = [parts.before.width, parts.before.height];
            parts.after.getContext("2d")?.drawImage(parts.before, 0, 0);
            this.#isShown = true;
          },
          () => {},
        );
        await Promise.all([shown, this.#update()]);
      }

      #draw(): ElementParts {
        const parts = drawElement(this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true }));
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
        parts.save.addEventListener("click", () => void this.#save());
        followWipe(parts);
        this.#viewfinder = new Viewfinder(parts, {
          isWanted: () => this.isConnected,
          say: (text, options) => this.#say(text, options),
          use: (picture) => void this.open(picture),
        });
        return parts;
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

      /** Shows in the controls what the attributes say. */
      #follow(): void {
        const parts = this.#parts;
        if (parts === undefined) return;
        if (this.preset !== null) parts.styles.value = this.preset;
        if (parts.prompt.value.trim() !== (this.prompt ?? "")) parts.prompt.value = this.prompt ?? "";
        parts.strength.value = String(this.strength);
        parts.strength.setAttribute("aria-valuetext", `${Math.round(this.strength * 100)} %`);
      }

      async #showReference(): Promise<void> {
        const parts = this.#parts;
        if (parts === undefined) return;
        const { referencePicture, referenceRemove } = parts;
        const picture = this.#reference;
        referenceRemove.hidden = picture === undefined;
        referencePicture.hidden = true;
        if (picture === undefined) return;
        const isShown = await showPhoto(picture, referencePicture).then(
          () => true,
          () => false,
        );
        referencePicture.hidden = !isShown || this.#reference !== picture;
      }

      async #save(): Promise<void> {
        if (this.result === undefined) return;
        const url = URL.createObjectURL(await this.result.toBlob("png"));
        Object.assign(document.createElement("a"), { href: url, download: "stylised.png" }).click();
        setTimeout(() => URL.revokeObjectURL(url), 10_000);
      }

      #say(text: string, { isError = false, title = "" } = {}): void {
        const status = this.#parts?.status;
        if (status === undefined) return;
        status.toggleAttribute("data-error", isError);
        status.textContent = text;
        status.title = title;
      }

      #stylizer(): Promise<Stylizer> {
        this.#opening ??= this.#create().catch((error) => {
          this.#opening = undefined;
          throw error;
        });
        return this.#opening;
      }

      async #create(): Promise<Stylizer> {
        const { bundle, runtimeUrl } = this;
        const stylizer = await createStylizer({
          ...(bundle === null ? {} : { bundle }),
          ...(runtimeUrl === null ? {} : { runtimeUrl }),
          ...this.options,
        });
        this.#offer(await stylizer.presets(), stylizer.bundle.parts);
        return stylizer;
      }

      #offer(presets: readonly Preset[], understood: Stylizer["bundle"]["parts"]): void {
        const parts = this.#parts;
        if (parts === undefined) return;
        parts.styles.replaceChildren(...drawPresets(presets));
        const maps = understood.mapper !== undefined;
        (parts.prompt.closest("label") ?? parts.prompt).hidden = !maps || understood.textTower === undefined;
        (parts.reference.closest<HTMLElement>(".field") ?? parts.reference).hidden =
          !maps || understood.imageTower === undefined;
        parts.controls.hidden = false;
        this.#follow();
      }

      #style(): StyleOption | undefined {
        const { prompt } = this;
        const image = this.#reference;
        if (image === undefined) return prompt || this.preset || undefined;
        return prompt ? [{ style: prompt }, { style: { image } }] : { image };
      }

      /** Only the newest wish counts. */
      async #update({ isMoving = false } = {}): Promise<void> {
        const photo = this.#photo;
        const parts = this.#parts;
        if (photo === undefined || parts === undefined) return;
        if (isMoving && this.#sketches?.isRunning) return this.#sketches.move();
        this.#running?.abort();
        const running = new AbortController();
        const { signal } = running;
        this.#running = running;
        this.#sketches = new SketchLoop();
        this.#say("Working…");
        this.setAttribute("aria-busy", "true");
        parts.anyway.hidden = true;
        parts.save.disabled = true;
        try {
          const stylizer = await this.#stylizer();
          signal.throwIfAborted();
          if (isMoving && this.#isFine(stylizer)) {
            await this.#sketches.run(async () => this.#show(await this.#paint(stylizer, photo, signal, SKETCH)));
            signal.throwIfAborted();
          }
          this.result = await this.#paint(stylizer, photo, signal);
          const { facesFound, device, timings, warnings } = this.result;
          const faces = facesFound === 1 ? "1 face" : `${facesFound || "No"} faces`;
          this.#say(`${faces}, ${(timings.total / 1000).toFixed(1)} s on ${device}`, { title: warnings.join("\n") });
          [parts.after.width, parts.after.height] = [this.result.width, this.result.height];
          this.#show(this.result);
          parts.save.disabled = false;
          this.#tell("mmfs-result", this.result);
        } catch (error) {
          if (signal.aborted) return;
          this.#explain(error);
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

      /** Paints a photo as the settings say, and draws what comes of it over what is shown. */
      async #paint(
        stylizer: Stylizer,
        photo: PictureInput,
        signal: AbortSignal,
        more?: StylizeOptions,
      ): Promise<StylizeResult> {
        const { strength, faces, subject, surroundings, resolution } = this;
        const anyway = this.#paintedAnyway === photo;
        const extent: StylizeOptions = anyway ? { faces: "none" } : { faces, subject, surroundings };
        const isWhole = anyway || surroundings === "painted";
        // A sketch comes soon enough, and tiles are without the faces that are laid into it at the end.
        const comesInTiles = more === undefined && isWhole && strength >= LEAST_STRENGTH_OF_TILES;
        return stylizer.stylize(photo, {
          ...{ style: this.#style(), strength, resolution: resolution ?? undefined, ...extent, ...more, signal },
          onProgress: (detail) => this.#tell("mmfs-progress", detail),
          onTile: comesInTiles
            ? (tile) => {
                const context = this.#parts?.after.getContext("2d");
                if (context && this.#isShown) drawTile(context, tile);
              }
            : undefined,
        });
      }

      #show({ bitmap }: StylizeResult): void {
        const parts = this.#parts;
        if (parts === undefined) return;
        const { width, height } = parts.after;
        const context = parts.after.getContext("2d");
        context?.clearRect(0, 0, width, height);
        context?.drawImage(bitmap, 0, 0, width, height);
        this.toggleAttribute("data-photo", true);
        parts.stage.hidden = false;
        parts.save.hidden = false;
      }

      #explain(error: unknown): void {
        const isFaceless = MMFSError.isInstance(error) && error.code === "NO_FACE";
        const text = error instanceof Error ? error.message : String(error);
        const faceless = "No face was found. Paint the picture anyway, or choose another photo.";
        this.#say(isFaceless ? faceless : text, { isError: true, title: isFaceless ? text : "" });
        if (isFaceless && this.#parts) this.#parts.anyway.hidden = false;
      }

      #tell(name: string, detail: unknown): void {
        this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
      }
    },
  );
}
