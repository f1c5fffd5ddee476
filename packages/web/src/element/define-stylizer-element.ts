import type { Preset } from "@mmfs/core";
import type { PictureInput } from "../picture/picture-input.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import type { StyleOption, StylizerOptions } from "../stylizer/options.js";
import type { StylizeResult } from "../stylizer/result.js";
import type { Stylizer } from "../stylizer/stylizer.js";
import { drawElement, type ElementParts } from "./draw-element.js";

/**
 * `<mmfs-stylizer>`: drop, paste or choose a photo; pick a preset, or write a prompt where the bundle understands one; set the strength;
 * compare with the photo.
 *
 * Attributes: `bundle` and `runtime-url`, as the options of `createStylizer`.
 * Events, which bubble: `mmfs-result` (`detail` is the `StylizeResult`), `mmfs-error` (`detail` is the error) and `mmfs-progress`.
 * CSS parts: `drop`, `canvas`, `controls`, `styles`, `prompt`, `strength`, `compare`, `status`.
 */
export interface StylizerElement extends HTMLElement {
  /** Options of its stylizer beyond the attributes; set them before the first photo. */
  options: StylizerOptions;
  /** The last result. */
  readonly result: StylizeResult | undefined;
  /** Stylizes a photo, as if it had been dropped. Resolves also where it failed: the event `mmfs-error` says why. */
  open(photo: PictureInput): Promise<void>;
}

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
      options: StylizerOptions = {};
      result: StylizeResult | undefined;
      #parts: ElementParts | undefined;
      #opening: Promise<Stylizer> | undefined;
      #photo: PictureInput | undefined;
      #running: AbortController | undefined;

      connectedCallback(): void {
        if (this.#parts !== undefined) return;
        this.#parts = this.#draw();
        // A photo may have been given before the element came into the page.
        void this.#update();
      }

      disconnectedCallback(): void {
        this.#running?.abort();
        const opening = this.#opening;
        this.#opening = undefined;
        // Frameworks move elements by taking them out and in: that must not fetch the networks anew.
        setTimeout(() => {
          if (this.isConnected && this.#opening === undefined) this.#opening = opening;
          else opening?.then((stylizer) => stylizer.dispose()).catch(() => {});
        });
      }

      async open(photo: PictureInput): Promise<void> {
        this.#photo = photo;
        await this.#update();
      }

      #draw(): ElementParts {
        const parts = drawElement(this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true }));
        const choose = (files: FileList | null | undefined) => {
          const file = [...(files ?? [])].find(({ type }) => type.startsWith("image/"));
          if (file) void this.open(file);
        };
        parts.file.addEventListener("change", () => choose(parts.file.files));
        parts.drop.addEventListener("dragover", (event) => event.preventDefault());
        parts.drop.addEventListener("drop", (event) => {
          event.preventDefault();
          choose(event.dataTransfer?.files);
        });
        this.addEventListener("paste", (event) => choose(event.clipboardData?.files));
        for (const control of [parts.styles, parts.prompt, parts.strength]) {
          control.addEventListener("change", () => void this.#update());
        }
        parts.strength.addEventListener("input", () => void this.#update());
        parts.compare.addEventListener("change", () => this.#show());
        return parts;
      }

      #stylizer(): Promise<Stylizer> {
        this.#opening ??= this.#create().catch((error) => {
          this.#opening = undefined;
          throw error;
        });
        return this.#opening;
      }

      async #create(): Promise<Stylizer> {
        const bundle = this.getAttribute("bundle") ?? undefined;
        const runtimeUrl = this.getAttribute("runtime-url") ?? undefined;
        const stylizer = await createStylizer({
          ...(bundle === undefined ? {} : { bundle }),
          ...(runtimeUrl === undefined ? {} : { runtimeUrl }),
          ...this.options,
        });
        this.#offer(await stylizer.presets(), stylizer.bundle.parts.textTower !== undefined);
        return stylizer;
      }

      #offer(presets: readonly Preset[], understandsText: boolean): void {
        const { styles, prompt } = this.#parts ?? {};
        styles?.replaceChildren(...presets.map(({ name }) => new Option(name, name)));
        if (prompt) (prompt.closest("label") ?? prompt).hidden = !understandsText;
      }

      /** Only the newest wish counts: a slider that moves on ends what it asked for before. */
      async #update(): Promise<void> {
        const photo = this.#photo;
        const parts = this.#parts;
        if (photo === undefined || parts === undefined) return;
        this.#running?.abort();
        const running = new AbortController();
        this.#running = running;
        parts.status.textContent = "Working…";
        this.setAttribute("aria-busy", "true");
        try {
          const stylizer = await this.#stylizer();
          running.signal.throwIfAborted();
          const style: StyleOption | undefined = parts.prompt.value.trim() || parts.styles.value || undefined;
          this.result = await stylizer.stylize(photo, {
            style,
            strength: Number(parts.strength.value),
            signal: running.signal,
            onProgress: (detail) => this.#tell("mmfs-progress", detail),
          });
          const { facesFound, device, timings, warnings } = this.result;
          const faces = facesFound === 1 ? "1 face" : `${facesFound} faces`;
          parts.status.textContent = `${faces}, ${Math.round(timings.total)} ms on ${device}`;
          parts.status.title = warnings.join("\n");
          this.#show();
          this.#tell("mmfs-result", this.result);
        } catch (error) {
          if (running.signal.aborted) return;
          parts.status.textContent = error instanceof Error ? error.message : String(error);
          this.#tell("mmfs-error", error);
        } finally {
          if (this.#running === running) this.removeAttribute("aria-busy");
        }
      }

      async #show(): Promise<void> {
        const { result } = this;
        const parts = this.#parts;
        if (result === undefined || parts === undefined) return;
        const { canvas, compare } = parts;
        [canvas.width, canvas.height] = [result.width, result.height];
        canvas.hidden = false;
        canvas.setAttribute("aria-label", compare.checked ? "The photo as it was" : "The stylised photo");
        const context = canvas.getContext("2d");
        if (!compare.checked) return context?.drawImage(result.bitmap, 0, 0);
        const photo = this.#photo;
        if (!(photo instanceof Blob)) return;
        const before = await createImageBitmap(photo);
        context?.drawImage(before, 0, 0);
        before.close();
      }

      #tell(name: string, detail: unknown): void {
        this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
      }
    },
  );
}
