import type { Manifest } from "../bundle/manifest.js";
import type { Preset } from "../bundle/presets.js";
import { MMFSError, type MMFSErrorCode } from "../errors/mmfs-error.js";
import type { Face } from "../faces/face.js";
import type { Picture } from "../picture/picture.js";
import { asyncDispose } from "../queue/disposable-queue.js";
import { followSignals } from "../queue/follow-signals.js";
import { SerialQueue } from "../queue/serial-queue.js";
import { mapImages } from "../style/map-images.js";
import { StyleCode } from "../style/style-code.js";
import { packOf, type StyleOption } from "../style/style-option.js";
import type { LoadOptions, PreloadOptions, ProgressEvent, StylizeOptions } from "../stylizer/options.js";
import { parseLoadOptions, parseOptions, parsePreloadOptions } from "../stylizer/parse-options.js";
import type { StylizedFace, StylizeResult } from "../stylizer/result.js";
import type { ServedStylizer, StylizerReference, TravellingStyle } from "../worker/served-stylizer.js";
import type { RemoteCall, WorkerClient } from "./worker-client.js";

/** A photo or a reference picture that is fit to travel. */
export interface Taken<Photo> {
  photo: Photo;
  /** What of it moves to the worker instead of being copied. */
  transfer: readonly object[];
  /** What the user should know of how it was read. */
  warnings?: readonly string[] | undefined;
}

/** Runs what writes a picture, and measures it. */
export type Timed = <T>(write: () => Promise<T>) => Promise<T>;

/** A result whose picture and faces can be shown or written as the platform does it. */
export type RemoteResult<Output> = Omit<StylizeResult, "faces"> & Output & { faces: (StylizedFace & Output)[] };

/** What a platform brings to a {@link RemoteStylizer}. */
export interface RemoteParts<Input, Output, Photo = unknown> {
  client: WorkerClient;
  /** What names the stylizer in the worker, but for its number. */
  reference: Omit<StylizerReference, "id">;
  onProgress: LoadOptions["onProgress"];
  /** How many calls are taken up at a time; the others wait, and their pictures are not read yet. @default all */
  atOnce?: number | undefined;
  /** Waited for while the worker opens the bundle. */
  meanwhile?: Promise<unknown> | undefined;
  /** Makes what the user gave fit to travel. @param load has `onProgress` for photos, not for reference pictures. */
  take(input: Input, load: LoadOptions): Promise<Taken<Photo>>;
  /** What the platform adds to a picture of a result. */
  output(picture: Picture, timed: Timed): Output;
  /** Whether the worker has to be told to free the stylizer, because leaving does not end it. */
  closes: boolean;
  /** Gives the worker up. */
  leave(): Promise<void>;
}

/** What a call that was begun passes on. */
interface Load {
  signal: AbortSignal;
  onProgress: (event: ProgressEvent) => void;
}

let lastId = 0;

/**
 * Stylizes photos with one bundle on one device; `createStylizer` makes it. It computes in a worker, and calls at the same time wait
 * for each other.
 *
 * @typeParam Input what photos and reference pictures are given as.
 * @typeParam Output what can be done with a picture of the result.
 */
export class RemoteStylizer<Input, Output> {
  /** What the bundle's `mmfs.json` says. */
  readonly bundle: Manifest;
  readonly #parts: RemoteParts<Input, Output>;
  readonly #reference: StylizerReference;
  readonly #queue: SerialQueue | undefined;
  readonly #disposal = new AbortController();
  #disposed: Promise<void> | undefined;

  private constructor(parts: RemoteParts<Input, Output>, reference: StylizerReference, bundle: Manifest) {
    this.bundle = bundle;
    this.#parts = parts;
    this.#reference = reference;
    this.#queue = parts.atOnce === undefined ? undefined : new SerialQueue(parts.atOnce);
  }

  /** @internal */
  static async open<Input, Output, Photo>(
    parts: RemoteParts<Input, Output, Photo>,
  ): Promise<RemoteStylizer<Input, Output>> {
    lastId += 1;
    const reference = { ...parts.reference, id: lastId };
    try {
      const { client, onProgress, meanwhile } = parts;
      const [bundle] = await Promise.all([client.call<Manifest>("open", reference, { onProgress }), meanwhile]);
      return new RemoteStylizer(parts, reference, bundle);
    } catch (error) {
      await release(parts, reference);
      throw error;
    }
  }

  /**
   * Stylizes a photo: the whole of it, at the scale of its faces, or its faces alone. Another style, seed or strength for a photo
   * that was just seen runs the decoder alone. Options are looked at before anything is read.
   *
   * @throws {MMFSError} one of {@link StylizeErrorCode}. An aborted call rejects with `signal.reason`.
   */
  async stylize(photo: Input, options: StylizeOptions<Input> = {}): Promise<RemoteResult<Output>> {
    parseOptions(options);
    const { signal: _signal, onProgress: _onProgress, onTile, style: given, ...plain } = options;
    return this.#run(options, async (load) => {
      const start = performance.now();
      const taken = await this.#parts.take(photo, load);
      const { style, transfer, bytes } = await this.#takeStyle(given, load.signal);
      const decode = performance.now() - start;
      const raw = await this.#call(
        "stylize",
        {
          stylizer: this.#reference,
          photo: taken.photo,
          options: { ...plain, style },
          tiles: onTile !== undefined,
        },
        { ...load, onTile, bytes, transfer: [...taken.transfer, ...transfer] },
      );
      const { timings } = raw;
      return this.#finish(
        {
          ...raw,
          timings: { ...timings, decode: (timings.decode ?? 0) + decode, total: timings.total + decode },
          warnings: [...(taken.warnings ?? []), ...raw.warnings],
        },
        load.onProgress,
      );
    });
  }

  /** The faces of a photo, the largest first; none is no error. @throws as {@link stylize} does */
  async findFaces(photo: Input, options: LoadOptions = {}): Promise<Face[]> {
    return this.#run(parseLoadOptions(options), async (load) => {
      const { photo: taken, transfer } = await this.#parts.take(photo, load);
      return this.#call("findFaces", { stylizer: this.#reference, photo: taken }, { ...load, transfer });
    });
  }

  /** The named styles of the bundle, in the order in which they are to be shown. @throws as {@link stylize} does */
  async presets(options: LoadOptions = {}): Promise<Preset[]> {
    return this.#run(parseLoadOptions(options), async (load) => {
      const presets = await this.#call("presets", this.#reference, load);
      return presets.map((preset) => ({ ...preset, code: revive(preset.code) }));
    });
  }

  /**
   * The style code of a style, before `strength`: to save it with `serializeStyleCode`, to share it, or to combine it. A saved
   * code of a prompt or a picture needs no tower.
   *
   * @throws as {@link stylize} does
   */
  async resolveStyle(style: StyleOption<Input>, options: LoadOptions = {}): Promise<StyleCode> {
    parseOptions({ style });
    return this.#run(parseLoadOptions(options), async (load) => {
      const { style: taken, ...sent } = await this.#takeStyle(style, load.signal);
      const call = { stylizer: this.#reference, style: taken as TravellingStyle<unknown> };
      return revive(await this.#call("resolveStyle", call, { ...load, ...sent }));
    });
  }

  /**
   * Loads all that a call to {@link stylize} would load first, so that the first call is as fast as the others:
   * `preload({ prompts: true, references: true })` for styles that are prompts and pictures, too.
   *
   * @throws as {@link stylize} does; `BUNDLE_PART_MISSING` where the bundle lacks what was asked for
   */
  async preload(options: PreloadOptions = {}): Promise<void> {
    const { prompts, references } = parsePreloadOptions(options);
    return this.#run(options, (load) =>
      this.#call("preload", { stylizer: this.#reference, prompts, references }, load),
    );
  }

  /** Frees memory and device; running calls reject with `DISPOSED`. Idempotent. */
  dispose(): Promise<void> {
    if (this.#disposed === undefined) {
      this.#disposal.abort(new MMFSError("DISPOSED", "The stylizer was disposed; make a new one."));
      this.#disposed = release(this.#parts, this.#reference);
    }
    return this.#disposed;
  }

  [asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #call<Name extends keyof ServedStylizer<StylizerReference, unknown>>(
    name: Name,
    argument: ServedStylizer<StylizerReference, unknown>[Name][0],
    options: RemoteCall,
  ): Promise<ServedStylizer<StylizerReference, unknown>[Name][1]> {
    return this.#parts.client.call(name, argument, options);
  }

  async #run<T>(options: LoadOptions, run: (load: Load) => Promise<T>): Promise<T> {
    const call = new AbortController();
    const { signal } = call;
    const stopFollowing = followSignals([this.#disposal.signal, options.signal], (reason) => call.abort(reason));
    const onProgress = (event: ProgressEvent) => {
      if (options.onProgress) options.onProgress(event);
      else if (event.type !== "stage") this.#parts.onProgress?.(event);
    };
    try {
      signal.throwIfAborted();
      // Without a queue the picture is taken at once, as it is at this moment.
      const task = () => run({ signal, onProgress });
      return await (this.#queue === undefined ? task() : this.#queue.run(task, signal));
    } finally {
      stopFollowing();
    }
  }

  /** A style that is fit to travel: its reference pictures taken, and the decoder of a pack named by its SHA-256. */
  async #takeStyle(style: StyleOption<Input> | undefined, signal: AbortSignal) {
    const transfer: object[] = [];
    const pack = packOf(style);
    if (pack !== undefined) {
      const { decoder, preview: _preview, ...named } = pack;
      return { style: { pack: named }, transfer, bytes: { [pack.decoderSha256]: decoder } };
    }
    const take = async (image: Input): Promise<unknown> => {
      try {
        const taken = await this.#parts.take(image, { signal });
        transfer.push(...taken.transfer);
        return taken.photo;
      } catch (cause) {
        if (!MMFSError.isInstance(cause)) throw cause;
        const message = `The reference picture of the style cannot be used. ${cause.message}`;
        throw new MMFSError<MMFSErrorCode>(cause.code, message, { cause, data: cause.data });
      }
    };
    const taken = style === undefined ? style : ((await mapImages(style, take)) as TravellingStyle<unknown>);
    return { style: taken, transfer };
  }

  /** Looks at what came from the worker as a result of the platform; no pixel is copied. */
  #finish(raw: StylizeResult, onProgress: (event: ProgressEvent) => void): RemoteResult<Output> {
    const { style, faces, timings } = raw;
    const timed: Timed = async (write) => {
      const start = performance.now();
      onProgress({ type: "stage", stage: "write", progress: 1 });
      const written = await write();
      timings.write = performance.now() - start;
      return written;
    };
    const untimed: Timed = (write) => write();
    return withOutput(
      {
        ...raw,
        style: { ...style, code: revive(style.code) },
        faces: faces.map((face) => withOutput({ ...face }, this.#parts.output(face.picture, untimed))),
      },
      this.#parts.output(raw, timed),
    );
  }
}

async function release(
  { client, closes, leave }: Pick<RemoteParts<never, unknown>, "client" | "closes" | "leave">,
  reference: StylizerReference,
): Promise<void> {
  if (closes && client.running) await client.call("close", reference).catch(() => {});
  await leave();
}

/** Adds to an object what another has, getters as getters. */
function withOutput<T extends object, Output>(result: T, output: Output): T & Output {
  return Object.defineProperties(result, Object.getOwnPropertyDescriptors(output)) as T & Output;
}

/** A style code that came from another thread, where structured cloning took its class away. */
function revive({ values, layers, dim, origin }: StyleCode): StyleCode {
  return new StyleCode(values, layers, dim, origin);
}
