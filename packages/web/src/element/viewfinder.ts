import { openCamera } from "./camera.js";
import type { ElementParts } from "./draw-element.js";

type ViewfinderParts = Pick<ElementParts, "viewfinder" | "video" | "shoot" | "closeCamera" | "camera">;

interface ViewfinderEvents {
  /** Asked once the camera was allowed: the page may have taken the element away meanwhile. */
  isWanted(): boolean;
  /** Tells the visitor. */
  say(text: string, options?: { isError: boolean }): void;
  /** Takes the picture. */
  use(picture: ImageBitmap): void;
}

/** What the camera sees, between the button that starts it and the one that takes the picture. */
export class Viewfinder {
  readonly #parts: ViewfinderParts;
  readonly #events: ViewfinderEvents;
  #closeCamera: (() => void) | undefined;

  constructor(parts: ViewfinderParts, events: ViewfinderEvents) {
    this.#parts = parts;
    this.#events = events;
    parts.camera.addEventListener("click", () => void this.#open());
    parts.closeCamera.addEventListener("click", () => {
      this.close();
      parts.camera.focus();
    });
    parts.shoot.addEventListener("click", async () => {
      if (parts.video.videoWidth === 0) return;
      const picture = await createImageBitmap(parts.video);
      parts.camera.focus();
      events.use(picture);
    });
  }

  close(): void {
    this.#closeCamera?.();
    this.#closeCamera = undefined;
    this.#parts.viewfinder.hidden = true;
  }

  async #open(): Promise<void> {
    this.close();
    try {
      const close = await openCamera(this.#parts.video);
      if (!this.#events.isWanted()) return close();
      this.#closeCamera = close;
    } catch (error) {
      this.#events.say(error instanceof Error ? error.message : String(error), { isError: true });
      return;
    }
    this.#events.say("");
    this.#parts.viewfinder.hidden = false;
    this.#parts.shoot.focus();
  }
}
