import { MMFSError, type PaintedTile, type Preset } from "@mmfs/core";
import { drawTile } from "../picture/draw-tile.js";
import type { PictureInput } from "../picture/picture-input.js";
import type { StylizeResult } from "../stylizer/result.js";
import type { Stylizer } from "../stylizer/stylizer.js";
import { drawElement, drawPresets, type ElementParts } from "./draw-element.js";
import type { ElementSettings } from "./element-settings.js";
import { showPhoto } from "./show-photo.js";
import { followWipe } from "./wipe.js";

/** What the visitor sees of an element. */
export class ElementView {
  readonly parts: ElementParts;
  readonly #host: Element;
  #photo: PictureInput | undefined;
  #reference: PictureInput | undefined;

  constructor(root: ShadowRoot) {
    this.#host = root.host;
    this.parts = drawElement(root);
    followWipe(this.parts);
  }

  say(text: string, { isError = false, title = "" } = {}): void {
    const { status } = this.parts;
    status.toggleAttribute("data-error", isError);
    status.textContent = text;
    status.title = title;
  }

  /** Shows in the controls what the settings say. */
  follow({ preset, prompt, strength }: Pick<ElementSettings, "preset" | "prompt" | "strength">): void {
    const { parts } = this;
    if (preset !== null) parts.styles.value = preset;
    if (parts.prompt.value.trim() !== (prompt ?? "")) parts.prompt.value = prompt ?? "";
    parts.strength.value = String(strength);
    parts.strength.setAttribute("aria-valuetext", `${Math.round(strength * 100)} %`);
  }

  /** Offers the presets, and what the bundle understands besides them. */
  offer(presets: readonly Preset[], understood: Stylizer["bundle"]["parts"]): void {
    const { parts } = this;
    parts.styles.replaceChildren(...drawPresets(presets));
    const maps = understood.mapper !== undefined;
    (parts.prompt.closest("label") ?? parts.prompt).hidden = !maps || understood.textTower === undefined;
    (parts.reference.closest<HTMLElement>(".field") ?? parts.reference).hidden =
      !maps || understood.imageTower === undefined;
    parts.controls.hidden = false;
  }

  async showReference(picture: PictureInput | undefined): Promise<void> {
    const { referencePicture, referenceRemove } = this.parts;
    this.#reference = picture;
    referenceRemove.hidden = picture === undefined;
    referencePicture.hidden = true;
    if (picture === undefined) return;
    const isShown = await showPhoto(picture, referencePicture).then(
      () => true,
      () => false,
    );
    referencePicture.hidden = !isShown || this.#reference !== picture;
  }

  /**
   * Shows the photo itself, to be looked at while its picture is computed.
   *
   * @param isWanted asked once it is decoded.
   */
  async showPhoto(photo: PictureInput, isWanted: () => boolean): Promise<void> {
    const { after, before } = this.parts;
    this.#photo = undefined;
    await showPhoto(photo, before);
    if (!isWanted()) return;
    this.#uncover();
    [after.width, after.height] = [before.width, before.height];
    after.getContext("2d")?.drawImage(before, 0, 0);
    this.#photo = photo;
  }

  /** Draws a part of the painting of a photo over it, if that is what is shown. */
  showTile(photo: PictureInput, tile: PaintedTile): void {
    const context = this.parts.after.getContext("2d");
    if (context && this.#photo === photo) drawTile(context, tile);
  }

  /** Draws what was painted over what is shown. */
  show({ bitmap }: Pick<StylizeResult, "bitmap">): void {
    const { after, save } = this.parts;
    const context = after.getContext("2d");
    context?.clearRect(0, 0, after.width, after.height);
    context?.drawImage(bitmap, 0, 0, after.width, after.height);
    this.#uncover();
    save.hidden = false;
  }

  /** Shows a result in its own size, and what is to be said of it. */
  showResult(result: StylizeResult): void {
    const { after } = this.parts;
    const { facesFound, device, timings, warnings } = result;
    const faces = facesFound === 1 ? "1 face" : `${facesFound || "No"} faces`;
    this.say(`${faces}, ${(timings.total / 1000).toFixed(1)} s on ${device}`, { title: warnings.join("\n") });
    [after.width, after.height] = [result.width, result.height];
    this.show(result);
  }

  /** Says why there is no result; a photo without a face can be painted anyway. */
  explain(error: unknown): void {
    const isFaceless = MMFSError.isInstance(error) && error.code === "NO_FACE";
    const text = error instanceof Error ? error.message : String(error);
    const faceless = "No face was found. Paint the picture anyway, or choose another photo.";
    this.say(isFaceless ? faceless : text, { isError: true, title: isFaceless ? text : "" });
    if (isFaceless) this.parts.anyway.hidden = false;
  }

  #uncover(): void {
    this.#host.toggleAttribute("data-photo", true);
    this.parts.stage.hidden = false;
  }
}
