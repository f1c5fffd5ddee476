import type { MMFSError, Preset, ProgressEvent } from "@mmfs/core";
import type { PictureInput } from "../picture/picture-input.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import type { StyleOption, StylizerOptions } from "../stylizer/options.js";
import type { StylizeResult } from "../stylizer/result.js";
import type { Stylizer } from "../stylizer/stylizer.js";
import { openCamera } from "./camera.js";
import { drawElement, type ElementParts } from "./draw-element.js";
import { showPhoto } from "./show-photo.js";

/**
 * `<mmfs-stylizer>`: drop, paste, choose or take a photo; pick a preset, write a prompt or give a reference picture where the bundle
 * understands them (both together are mixed); set the strength; wipe between before and after; save.
 *
 * Attributes, which are properties too: `bundle` and `runtime-url` (`runtimeUrl`) as the options of `createStylizer`, `preset`, `prompt`,
 * `strength`, `surroundings`.
 * Events, which bubble: `mmfs-result` (`detail` is the `StylizeResult`), `mmfs-error` (`detail` is the error) and `mmfs-progress`.
 * CSS parts: `stage`, `canvas`, `before`, `compare`, `viewfinder`, `video`, `drop`, `camera`, `controls`, `styles`, `prompt`, `reference`,
 * `strength`, `footer`, `status`, `save`.
 * CSS variables: `--mmfs-accent`, `--mmfs-surface`, `--mmfs-line`, `--mmfs-radius`.
 */
export interface StylizerElement extends HTMLElement {
  /** Options of its stylizer beyond the attributes; set them before the first photo. */
  options: StylizerOptions;
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
  /** What is around the faces, as the option of `stylize`. @default "photo" */
  surroundings: "photo" | "toned";
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

const SETTINGS = ["preset", "prompt", "strength", "surroundings"];
const PROPERTIES = [
  "options",
  "bundle",
  "runtimeUrl",
  "preset",
  "prompt",
  "strength",
  "surroundings",
  "reference",
  "photo",
] as const;

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
    class extends HTMLElement implements StylizerElement {
      static observedAttributes = SETTINGS;

      result: StylizeResult | undefined;
      #options: StylizerOptions = {};
      #parts: ElementParts | undefined;
      #opening: Promise<Stylizer> | undefined;
      #photo: PictureInput | undefined;
      #reference: PictureInput | undefined;
      #running: AbortController | undefined;
      #closeCamera: (() => void) | undefined;

      get options(): StylizerOptions {
        return this.#options;
      }
      set options(options: StylizerOptions) {
        this.#options = options ?? {};
      }
      get bundle(): string | null {
        return this.getAttribute("bundle");
      }
      set bundle(value: string | null) {
        this.#reflect("bundle", value);
      }
      get runtimeUrl(): string | null {
        return this.getAttribute("runtime-url");
      }
      set runtimeUrl(value: string | null) {
        this.#reflect("runtime-url", value);
      }
      get preset(): string | null {
        return this.getAttribute("preset");
      }
      set preset(value: string | null) {
        this.#reflect("preset", value);
      }
      get prompt(): string | null {
        return this.getAttribute("prompt");
      }
      set prompt(value: string | null) {
        this.#reflect("prompt", value);
      }
      get strength(): number {
        return Number(this.getAttribute("strength") ?? 1);
      }
      set strength(value: number) {
        this.#reflect("strength", String(value));
      }
      get surroundings(): "photo" | "toned" {
        return this.getAttribute("surroundings") === "toned" ? "toned" : "photo";
      }
      set surroundings(value: "photo" | "toned") {
        this.#reflect("surroundings", value);
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
        this.#endCamera();
        const opening = this.#opening;
        this.#opening = undefined;
        // Frameworks move elements by taking them out and in: that must not fetch the networks anew.
        setTimeout(() => {
          if (this.isConnected && this.#opening === undefined) this.#opening = opening;
          else opening?.then((stylizer) => stylizer.dispose()).catch(() => {});
        });
      }

      attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
        if (before === now || this.#parts === undefined) return;
        this.#follow();
        void this.#update();
      }

      async open(photo: PictureInput): Promise<void> {
        this.#photo = photo;
        this.result = undefined;
        const parts = this.#parts;
        if (parts === undefined) return;
        this.#endCamera();
        // The photo is there to be looked at while its picture is computed.
        const shown = showPhoto(photo, parts.before).then(
          () => {
            if (this.#photo !== photo || this.result !== undefined) return;
            this.toggleAttribute("data-photo", true);
            parts.stage.hidden = false;
            [parts.after.width, parts.after.height] = [parts.before.width, parts.before.height];
            parts.after.getContext("2d")?.drawImage(parts.before, 0, 0);
          },
          () => {},
        );
        await Promise.all([shown, this.#update()]);
      }

      #draw(): ElementParts {
        const parts = drawElement(this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true }));
        const choose = (files: FileList | null | undefined, use: (file: File) => void) => {
          const file = [...(files ?? [])].find(({ type }) => type.startsWith("image/"));
          if (file) use(file);
        };
        const photo = (file: File) => void this.open(file);
        const reference = (file: File) => {
          this.reference = file;
        };
        parts.file.addEventListener("change", () => choose(parts.file.files, photo));
        parts.referenceFile.addEventListener("change", () => choose(parts.referenceFile.files, reference));
        for (const [place, use] of [
          [parts.drop, photo],
          [parts.stage, photo],
          [parts.reference, reference],
        ] as const) {
          const over = (isOver: boolean) => place.toggleAttribute("data-over", isOver);
          place.addEventListener("dragover", (event) => {
            event.preventDefault();
            over(true);
          });
          place.addEventListener("dragleave", () => over(false));
          place.addEventListener("drop", (event) => {
            event.preventDefault();
            over(false);
            choose(event.dataTransfer?.files, use);
          });
        }
        this.addEventListener("paste", (event) => choose(event.clipboardData?.files, photo));
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
        parts.compare.addEventListener("input", () => this.#wipe());
        parts.camera.addEventListener("click", () => void this.#startCamera());
        parts.closeCamera.addEventListener("click", () => this.#endCamera(true));
        parts.shoot.addEventListener("click", () => void this.#shoot());
        parts.save.addEventListener("click", () => void this.#save());
        this.#wipe();
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

      #reflect(name: string, value: string | null): void {
        if (value === null || value === undefined) this.removeAttribute(name);
        else this.setAttribute(name, value);
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

      #wipe(): void {
        const { compare, stage } = this.#parts ?? {};
        if (compare === undefined || stage === undefined) return;
        const share = Number(compare.value) / 100;
        // The middle of the handle, which is 28 pixels wide and stays inside; at both ends nothing is left over.
        const middle = `calc(14px + ${share} * (100% - 28px))`;
        stage.style.setProperty("--split", share === 0 ? "0%" : share === 1 ? "100%" : middle);
        compare.toggleAttribute("data-whole", share === 0 || share === 1);
        compare.setAttribute("aria-valuetext", `${compare.value} % of the photo as it was`);
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

      async #startCamera(): Promise<void> {
        const parts = this.#parts;
        if (parts === undefined) return;
        this.#endCamera();
        try {
          const close = await openCamera(parts.video);
          if (!this.isConnected) return close();
          this.#closeCamera = close;
        } catch (error) {
          this.#say(error instanceof Error ? error.message : String(error), { isError: true });
          return;
        }
        this.#say("");
        parts.viewfinder.hidden = false;
        parts.shoot.focus();
      }

      #endCamera(isByHand = false): void {
        this.#closeCamera?.();
        this.#closeCamera = undefined;
        if (this.#parts === undefined) return;
        this.#parts.viewfinder.hidden = true;
        if (isByHand) this.#parts.camera.focus();
      }

      async #shoot(): Promise<void> {
        const parts = this.#parts;
        if (parts === undefined || parts.video.videoWidth === 0) return;
        const photo = await createImageBitmap(parts.video);
        parts.camera.focus();
        await this.open(photo);
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
        parts.styles.replaceChildren(...presets.map(({ name }) => new Option(name, name)));
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

      /** Only the newest wish counts: a slider that moves on ends what it asked for before. */
      async #update(): Promise<void> {
        const photo = this.#photo;
        const parts = this.#parts;
        if (photo === undefined || parts === undefined) return;
        this.#running?.abort();
        const running = new AbortController();
        this.#running = running;
        this.#say("Working…");
        this.setAttribute("aria-busy", "true");
        try {
          const stylizer = await this.#stylizer();
          running.signal.throwIfAborted();
          this.result = await stylizer.stylize(photo, {
            style: this.#style(),
            strength: this.strength,
            surroundings: this.surroundings,
            signal: running.signal,
            onProgress: (detail) => this.#tell("mmfs-progress", detail),
          });
          const { facesFound, device, timings, warnings } = this.result;
          const faces = facesFound === 1 ? "1 face" : `${facesFound} faces`;
          this.#say(`${faces}, ${Math.round(timings.total)} ms on ${device}`, { title: warnings.join("\n") });
          this.#show(this.result);
          this.#tell("mmfs-result", this.result);
        } catch (error) {
          if (running.signal.aborted) return;
          this.#say(error instanceof Error ? error.message : String(error), { isError: true });
          this.#tell("mmfs-error", error);
        } finally {
          if (this.#running === running) this.removeAttribute("aria-busy");
        }
      }

      #show({ width, height, bitmap }: StylizeResult): void {
        const parts = this.#parts;
        if (parts === undefined) return;
        this.toggleAttribute("data-photo", true);
        [parts.after.width, parts.after.height] = [width, height];
        parts.after.getContext("2d")?.drawImage(bitmap, 0, 0);
        parts.stage.hidden = false;
        parts.save.hidden = false;
      }

      #tell(name: string, detail: unknown): void {
        this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
      }
    },
  );
}
