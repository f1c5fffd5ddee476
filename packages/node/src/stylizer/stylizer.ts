import {
  type StyleOption as CoreStyleOption,
  type Face,
  type Manifest,
  MMFSError,
  mapImages,
  type Picture,
  type PreloadOptions,
  type Preset,
  type ProgressEvent,
  reviveStyleCode,
  type StyleCode,
} from "@mmfs/core";
import { loadSharp } from "../picture/load-sharp.js";
import type { PictureInput } from "../picture/picture-input.js";
import { takeInput } from "../picture/take-input.js";
import { makeResult, type StylizeResult } from "./result.js";
import { callThread, forgetStylizer, joinThread, leaveThread } from "./shared-thread.js";
import { Slots } from "./slots.js";
import type { StyleOption, StylizeOptions } from "./style-option.js";
import type { StylizerReference } from "./thread-functions.js";

/** What every call may be given. */
export interface CallOptions {
  /** Ends the call; it then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}

interface StylizerSettings extends StylizerReference {
  maxPixels: number;
  allowRemote: boolean;
  onProgress: ((event: ProgressEvent) => void) | undefined;
}

/** A style as it travels to the thread. */
interface DecodedStyle {
  style: CoreStyleOption<Picture>;
  /** The buffers of its reference pictures. */
  transfer: ArrayBuffer[];
}

const NO_STYLE = { style: undefined, transfer: [] };

/**
 * Stylizes photos with one bundle on one device; {@link createStylizer} makes it. It computes in a worker thread, and
 * calls at the same time wait for each other.
 */
export class Stylizer implements AsyncDisposable {
  /** What the bundle's `mmfs.json` says. */
  readonly bundle: Manifest;
  readonly #settings: StylizerSettings;
  readonly #disposal = new AbortController();
  /** One photo is computed and the next decoded meanwhile; more would only fill the memory. */
  readonly #slots = new Slots(2);
  #disposed: Promise<void> | undefined;

  /** @internal */
  constructor(settings: StylizerSettings, bundle: Manifest) {
    this.#settings = settings;
    this.bundle = bundle;
  }

  /** @internal */
  static async open(settings: StylizerSettings): Promise<Stylizer> {
    joinThread();
    try {
      const { onProgress } = settings;
      // sharp is loaded here, so that no later call blocks the event loop with it.
      const [bundle] = await Promise.all([callThread("open", reference(settings), { onProgress }), loadSharp()]);
      return new Stylizer(settings, bundle);
    } catch (error) {
      await leaveThread();
      throw error;
    }
  }

  /**
   * Stylizes a photo: the whole of it, at the scale of its faces, or its faces alone.
   *
   * @throws {MMFSError} `NO_FACE`, `UNSUPPORTED_IMAGE`, `IMAGE_TOO_LARGE`, `FILE_NOT_READABLE`, `INVALID_ARGUMENT`,
   * `URL_NOT_ALLOWED`, `DOWNLOAD_FAILED`, `STYLE_UNKNOWN`, `STYLE_INVALID`, `PROMPT_NOT_UNDERSTOOD`, `DEVICE_UNAVAILABLE`, `DEVICE_LOST`,
   * `MODEL_LOAD`, `MODEL_INTEGRITY`, `BUNDLE_INVALID`, `BUNDLE_PART_MISSING`, `INFERENCE_FAILED`, `DISPOSED`,
   * `UNSUPPORTED_PLATFORM`. An aborted call rejects with `signal.reason`.
   */
  stylize(photo: PictureInput, options: StylizeOptions = {}): Promise<StylizeResult> {
    const { signal: _signal, onProgress: _onProgress, onTile, ...plain } = options;
    return this.#run(options, async (signal, onProgress) => {
      const start = performance.now();
      const { warnings, ...picture } = await this.#decode(photo, signal, onProgress);
      const { style, transfer } = plain.style === undefined ? NO_STYLE : await this.#decodeStyle(plain.style, signal);
      const decode = performance.now() - start;
      const raw = await callThread(
        "stylize",
        {
          stylizer: reference(this.#settings),
          photo: picture,
          options: { ...plain, style },
          tiles: onTile !== undefined,
        },
        { signal, onProgress, onTile, transfer: [picture.data.buffer, ...transfer] },
      );
      raw.warnings.unshift(...warnings);
      raw.timings = { ...raw.timings, decode, total: raw.timings.total + decode };
      return makeResult(raw, onProgress);
    });
  }

  /** The faces of a photo, the largest first; none is no error. @throws as {@link stylize} does */
  findFaces(photo: PictureInput, options: CallOptions = {}): Promise<Face[]> {
    return this.#run(options, async (signal, onProgress) => {
      const { warnings: _warnings, ...picture } = await this.#decode(photo, signal, onProgress);
      return callThread(
        "findFaces",
        { stylizer: reference(this.#settings), photo: picture },
        { signal, onProgress, transfer: [picture.data.buffer] },
      );
    });
  }

  /** The named styles of the bundle, in the order in which they are to be shown. */
  presets(options: CallOptions = {}): Promise<Preset[]> {
    return this.#run(options, async (signal, onProgress) => {
      const presets = await callThread("presets", reference(this.#settings), { signal, onProgress });
      return presets.map((preset) => ({ ...preset, code: reviveStyleCode(preset.code) }));
    });
  }

  /**
   * The style code of a style, before `strength`: to save it with `serializeStyleCode`, to share it, or to combine it. A saved
   * code of a prompt or a picture needs no tower.
   *
   * @throws as {@link stylize} does
   */
  resolveStyle(style: StyleOption, options: CallOptions = {}): Promise<StyleCode> {
    return this.#run(options, async (signal, onProgress) => {
      const { style: decoded, transfer } = await this.#decodeStyle(style, signal);
      const call = { stylizer: reference(this.#settings), style: decoded };
      return reviveStyleCode(await callThread("resolveStyle", call, { signal, onProgress, transfer }));
    });
  }

  /**
   * Loads all that a call to {@link stylize} would load first, so that the first call is as fast as the others:
   * `preload({ prompts: true, references: true })` for styles that are prompts and pictures, too.
   *
   * @throws as {@link stylize} does; `BUNDLE_PART_MISSING` where the bundle lacks what was asked for
   */
  preload(options: PreloadOptions = {}): Promise<void> {
    const { prompts = false, references = false } = options;
    return this.#run(options, (signal, onProgress) =>
      callThread("preload", { stylizer: reference(this.#settings), prompts, references }, { signal, onProgress }),
    );
  }

  /** Frees memory and device; running calls reject with `DISPOSED`. Idempotent. */
  dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      this.#disposal.abort(new MMFSError("DISPOSED", "The stylizer was disposed; make a new one."));
      await forgetStylizer(reference(this.#settings));
      await leaveThread();
    })();
    return this.#disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #run<T>(
    options: CallOptions,
    run: (signal: AbortSignal, onProgress: NonNullable<CallOptions["onProgress"]>) => Promise<T>,
  ): Promise<T> {
    this.#disposal.signal.throwIfAborted();
    const call = new AbortController();
    const unfollow = follow(call, [this.#disposal.signal, options.signal]);
    const onProgress = (event: ProgressEvent) => {
      if (options.onProgress) options.onProgress(event);
      else if (event.type !== "stage") this.#settings.onProgress?.(event);
    };
    try {
      return await this.#slots.use(() => run(call.signal, onProgress), call.signal);
    } finally {
      unfollow();
    }
  }

  /** The style with its reference pictures decoded, and their bytes. */
  async #decodeStyle(style: StyleOption, signal: AbortSignal): Promise<DecodedStyle> {
    const { allowRemote, maxPixels } = this.#settings;
    const transfer: ArrayBuffer[] = [];
    const decode = async (image: PictureInput): Promise<Picture> => {
      try {
        const { width, height, data } = await takeInput(image, { allowRemote, maxPixels, signal });
        transfer.push(data.buffer);
        return { width, height, data };
      } catch (cause) {
        if (!MMFSError.isInstance(cause)) throw cause;
        throw new MMFSError(cause.code, `The reference picture of the style cannot be used. ${cause.message}`, {
          cause,
        });
      }
    };
    return { style: await mapImages(style, decode), transfer };
  }

  async #decode(photo: PictureInput, signal: AbortSignal, onProgress: (event: ProgressEvent) => void) {
    const { allowRemote, maxPixels } = this.#settings;
    onProgress({ type: "stage", stage: "decode", progress: 0 });
    return takeInput(photo, { allowRemote, maxPixels, signal });
  }
}

function reference({ id, bundle, device, dtype, threads }: StylizerSettings): StylizerReference {
  return { id, bundle, device, dtype, threads };
}

/** Aborts a controller with the first of some signals. `AbortSignal.any` would stay tied to a signal that lives long. */
function follow(controller: AbortController, signals: readonly (AbortSignal | undefined)[]): () => void {
  const listeners = signals.map((signal) => {
    const abort = () => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
    return () => signal?.removeEventListener("abort", abort);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
