import {
  type StyleOption as CoreStyleOption,
  type Face,
  type Manifest,
  MMFSError,
  mapImages,
  type PreloadOptions,
  type Preset,
  type ProgressEvent,
  reviveStyleCode,
  type StyleCode,
} from "@mmfs/core";
import type { PictureInput } from "../picture/picture-input.js";
import { takeInput } from "../picture/take-input.js";
import { type TravellingPhoto, transferOf } from "../picture/travelling-photo.js";
import type { StylizerReference, WorkerFunctions } from "../worker/stylizer-reference.js";
import type { CallOptions as WorkerCallOptions, WorkerClient } from "../worker/worker-client.js";
import type { StyleOption, StylizeOptions } from "./options.js";
import { makeResult, type StylizeResult } from "./result.js";

/** What every call may be given. */
export interface CallOptions {
  /** Ends the call; it then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}

interface StylizerParts {
  client: WorkerClient;
  inWorker: boolean;
  reference: StylizerReference;
  bundle: Manifest;
  onProgress: CallOptions["onProgress"];
}

const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/**
 * Stylizes photos with one bundle on one device; {@link createStylizer} makes it. It computes in a worker of its own, and calls at
 * the same time wait for each other.
 */
export class Stylizer {
  /** What the bundle's `mmfs.json` says. */
  readonly bundle: Manifest;
  readonly #client: WorkerClient;
  readonly #reference: StylizerReference;
  readonly #onProgress: CallOptions["onProgress"];
  readonly #inWorker: boolean;
  readonly #disposal = new AbortController();
  #disposed: Promise<void> | undefined;

  /** @internal */
  constructor({ client, inWorker, reference, bundle, onProgress }: StylizerParts) {
    this.#client = client;
    this.#inWorker = inWorker;
    this.#reference = reference;
    this.#onProgress = onProgress;
    this.bundle = bundle;
  }

  /**
   * Stylizes a photo: the whole of it, at the scale of its faces, or its faces alone. Another style, seed or strength for a photo that was just seen runs the decoder alone.
   *
   * @throws {MMFSError} `NO_FACE`, `UNSUPPORTED_IMAGE`, `IMAGE_TOO_LARGE`, `FILE_NOT_READABLE`, `INVALID_ARGUMENT`,
   * `URL_NOT_ALLOWED`, `DOWNLOAD_FAILED`, `STYLE_UNKNOWN`, `STYLE_INVALID`, `PROMPT_NOT_UNDERSTOOD`, `DEVICE_UNAVAILABLE`, `DEVICE_LOST`,
   * `MODEL_DOWNLOAD`, `MODEL_LOAD`, `MODEL_INTEGRITY`, `BUNDLE_INVALID`, `BUNDLE_PART_MISSING`, `INFERENCE_FAILED`, `DISPOSED`,
   * `UNSUPPORTED_PLATFORM`. An aborted call rejects with `signal.reason`.
   */
  stylize(photo: PictureInput, options: StylizeOptions = {}): Promise<StylizeResult> {
    const { signal: _signal, onProgress: _onProgress, onTile, ...plain } = options;
    return this.#run(options, async (signal, onProgress) => {
      const taken = await takeInput(photo);
      const { style, transfer } = await takeStyle(plain.style);
      const raw = await this.#call(
        "stylize",
        { stylizer: this.#reference, photo: taken, options: { ...plain, style }, tiles: onTile !== undefined },
        { signal, onProgress, onTile, transfer: [...transferOf(taken), ...transfer] },
      );
      return makeResult(raw, onProgress);
    });
  }

  /** The faces of a photo, the largest first; none is no error. @throws as {@link stylize} does */
  findFaces(photo: PictureInput, options: CallOptions = {}): Promise<Face[]> {
    return this.#run(options, async (signal, onProgress) => {
      const taken = await takeInput(photo);
      const transfer = transferOf(taken);
      return this.#call("findFaces", { stylizer: this.#reference, photo: taken }, { signal, onProgress, transfer });
    });
  }

  /** The named styles of the bundle, in the order in which they are to be shown. */
  presets(options: CallOptions = {}): Promise<Preset[]> {
    return this.#run(options, async (signal, onProgress) => {
      const presets = await this.#call("presets", this.#reference, { signal, onProgress });
      return presets.map((preset) => ({ ...preset, code: reviveStyleCode(preset.code) }));
    });
  }

  /**
   * The style code of a style, before `strength`: to save it with `serializeStyleCode`, to share it, or to combine it.
   *
   * @throws as {@link stylize} does
   */
  resolveStyle(style: StyleOption, options: CallOptions = {}): Promise<StyleCode> {
    return this.#run(options, async (signal, onProgress) => {
      const taken = await takeStyle(style);
      const call = { stylizer: this.#reference, style: taken.style as CoreStyleOption<TravellingPhoto> };
      return reviveStyleCode(await this.#call("resolveStyle", call, { signal, onProgress, transfer: taken.transfer }));
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
      this.#call("preload", { stylizer: this.#reference, prompts, references }, { signal, onProgress }),
    );
  }

  /** Ends the worker and frees its memory; running calls reject with `DISPOSED`. Idempotent. */
  dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      this.#disposal.abort(new MMFSError("DISPOSED", "The stylizer was disposed; make a new one."));
      // The end of a worker frees all that it has, and at once; the page has to free it by itself.
      if (!this.#inWorker && this.#client.running) await this.#call("close", this.#reference, {}).catch(() => {});
      this.#client.terminate();
    })();
    return this.#disposed;
  }

  [asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #call<Name extends keyof WorkerFunctions>(
    name: Name,
    argument: WorkerFunctions[Name][0],
    options: WorkerCallOptions,
  ): Promise<WorkerFunctions[Name][1]> {
    return this.#client.call(name, argument, options);
  }

  async #run<T>(
    options: CallOptions,
    run: (signal: AbortSignal, onProgress: NonNullable<CallOptions["onProgress"]>) => Promise<T>,
  ): Promise<T> {
    const disposal = this.#disposal.signal;
    disposal.throwIfAborted();
    options.signal?.throwIfAborted();
    const call = new AbortController();
    // `AbortSignal.any` would stay tied to a signal that lives long.
    const signals = [disposal, ...(options.signal ? [options.signal] : [])];
    const unfollow = signals.map((signal) => {
      const abort = () => call.abort(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      return () => signal.removeEventListener("abort", abort);
    });
    const onProgress = (event: ProgressEvent) => {
      if (options.onProgress) options.onProgress(event);
      else if (event.type !== "stage") this.#onProgress?.(event);
    };
    try {
      return await run(call.signal, onProgress);
    } finally {
      for (const remove of unfollow) remove();
    }
  }
}

/** A style whose reference pictures are fit to travel, and what of them moves. */
async function takeStyle(
  style: StyleOption | undefined,
): Promise<{ style: CoreStyleOption<TravellingPhoto> | undefined; transfer: Transferable[] }> {
  if (style === undefined) return { style, transfer: [] };
  const transfer: Transferable[] = [];
  const taken = await mapImages(style, async (image: PictureInput) => {
    const photo = await takeInput(image);
    transfer.push(...transferOf(photo));
    return photo;
  });
  return { style: taken, transfer };
}
