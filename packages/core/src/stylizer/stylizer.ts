import type { Bundle } from "../bundle/bundle.js";
import type { BundleSource } from "../bundle/bundle-source.js";
import { loadBundle } from "../bundle/load-bundle.js";
import type { Preset } from "../bundle/presets.js";
import type { Face } from "../faces/face.js";
import type { FaceFinder } from "../faces/face-finder.js";
import { GraphSet } from "../networks/graph-set.js";
import { flatten } from "../picture/flatten.js";
import type { NdarrayView } from "../picture/ndarray.js";
import type { Picture } from "../picture/picture.js";
import { pictureDigest } from "../picture/picture-digest.js";
import { takePicture } from "../picture/take-picture.js";
import { asyncDispose, DisposableQueue } from "../queue/disposable-queue.js";
import type { Device, Runtime } from "../runtime/runtime.js";
import type { StyleCode } from "../style/style-code.js";
import { FaceSearch } from "./face-search.js";
import type {
  LoadOptions,
  PreloadOptions,
  StyleEncoder,
  StyleOption,
  StylizeOptions,
  StylizerOptions,
} from "./options.js";
import { parseOptions, parseStylizerOptions } from "./parse-options.js";
import { PhotoMemory, type PhotoMemoryOptions } from "./photo-memory.js";
import type { StylizeResult } from "./result.js";
import { StageClock } from "./stage-clock.js";
import { StyleSearch } from "./style-search.js";
import { stylize } from "./stylize.js";

/** What a {@link Stylizer} is made of, besides the options that users see. */
export interface StylizerParts extends StylizerOptions {
  /** Where graphs run. It stays the caller's: `dispose` frees the graphs that were loaded, but not the runtime. */
  runtime: Runtime;
  bundle: BundleSource | Bundle;
  /** Understands prompts and reference pictures, where there is one. */
  styleEncoder?: StyleEncoder | undefined;
  /** Finds faces in the place of the bundle's graphs. */
  faceFinder?: FaceFinder | undefined;
  /** How much is remembered of the last photos. */
  memory?: PhotoMemoryOptions | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Stylizes the faces of photos with one bundle.
 *
 * Calls run one after the other, in the order in which they came; one that fails does not hold up the next. Graphs are
 * loaded when a call first needs them. Faces and features of the last photos are remembered by their content, so that
 * another style, seed or strength for the same photo runs the decoder alone.
 */
export class Stylizer {
  readonly #bundle: Bundle;
  readonly #graphs: GraphSet;
  readonly #memory: PhotoMemory;
  readonly #styles: StyleSearch;
  readonly #faces: FaceSearch;
  readonly #queue: DisposableQueue;

  private constructor(bundle: Bundle, parts: StylizerParts) {
    const { runtime, styleEncoder, faceFinder, memory, onProgress } = parts;
    const { device, dtype } = parseStylizerOptions({ device: parts.device, dtype: parts.dtype, onProgress });
    this.#bundle = bundle;
    this.#graphs = new GraphSet(bundle, runtime, device, dtype);
    this.#memory = new PhotoMemory(memory);
    this.#styles = new StyleSearch(bundle, this.#graphs, styleEncoder);
    this.#faces = new FaceSearch(this.#graphs, this.#memory, faceFinder);
    this.#queue = new DisposableQueue("stylizer", { free: () => this.#free(), onProgress });
  }

  /**
   * Reads the manifest of the bundle, and nothing else yet.
   *
   * @throws {MMFSError} `INVALID_ARGUMENT`, and as {@link loadBundle} does
   */
  static async create(parts: StylizerParts): Promise<Stylizer> {
    const { bundle, signal } = parts;
    return new Stylizer("manifest" in bundle ? bundle : await loadBundle(bundle, { signal }), parts);
  }

  get bundle(): Bundle {
    return this.#bundle;
  }

  /** Where encoder and decoder run; with `auto` it is known once they are loaded. */
  get device(): Device {
    return this.#graphs.device;
  }

  /**
   * Stylizes a photo: the whole of it, at the scale of its faces, or its faces alone.
   *
   * @param photo transparent parts are seen as white, and stay as transparent as they are. Of an ndarray the pixels are taken as
   * {@link fromNdarray} does.
   * @param given.mayOverwrite the result may take the bytes of the photo, which its giver needs no longer. @default false
   * @throws {MMFSError} one of {@link StylizeErrorCode}. An aborted call rejects with `signal.reason`.
   */
  async stylize(
    photo: Picture | NdarrayView,
    options: StylizeOptions = {},
    { mayOverwrite = false }: { mayOverwrite?: boolean | undefined } = {},
  ): Promise<StylizeResult> {
    const parsed = parseOptions(options);
    const given = takePicture(photo);
    return this.#queue.run(options, (load) => {
      const clock = new StageClock(options.onProgress, () => this.#queue.throwIfEnded(options.signal));
      const easel = { graphs: this.#graphs, clock, load };
      const studio = { styles: this.#styles, faces: this.#faces, memory: this.#memory, easel };
      return stylize({ given, mayOverwrite }, parsed, studio);
    });
  }

  /**
   * The faces of a photo, the largest first; none is no error.
   *
   * @throws {MMFSError} as {@link stylize} does
   */
  async findFaces(photo: Picture | NdarrayView, options: LoadOptions = {}): Promise<Face[]> {
    const picture = takePicture(photo);
    const find = (load: LoadOptions) => this.#faces.find(flatten(picture), pictureDigest(picture), load);
    return this.#queue.run(options, async (load) => [...(await find(load))]);
  }

  /**
   * The style code of a style, before `strength`: to save it, to share it, or to combine it.
   *
   * @throws {MMFSError} as {@link stylize} does
   */
  async resolveStyle(style: StyleOption, options: LoadOptions = {}): Promise<StyleCode> {
    const parsed = parseOptions({ style });
    return this.#queue.run(options, (load) => this.#styles.find(parsed.style, load));
  }

  /** The named styles of the bundle, in the order in which they are to be shown. */
  async presets(options: LoadOptions = {}): Promise<readonly Preset[]> {
    return this.#queue.run(options, async (load) => (await this.#styles.presets(load)).presets);
  }

  /**
   * Loads all that a call to {@link stylize} would load first, so that the first call is as fast as the others. Without
   * `prompts` and `references` that is what presets, seeds and codes need.
   *
   * @throws {MMFSError} as {@link stylize} does; `BUNDLE_PART_MISSING` where the bundle lacks what was asked for, and
   * `INVALID_ARGUMENT` for prompts or references where the stylizer has no style encoder that can load ahead.
   */
  async preload(options: PreloadOptions = {}): Promise<void> {
    const { prompts, references } = options;
    return this.#queue.run(options, async (load) => {
      await this.#styles.load({ ...load, prompts, references });
      const loads = [
        () => this.#faces.load(load),
        () => this.#graphs.load("encoder", load),
        () => this.#graphs.load("decoder", load),
      ];
      for (const each of loads) {
        this.#queue.throwIfEnded(options.signal);
        await each();
      }
    });
  }

  /**
   * Frees the graphs. A call that runs ends after its present step, and it and those that wait reject with `DISPOSED`.
   * Idempotent.
   */
  dispose(): Promise<void> {
    return this.#queue.dispose();
  }

  [asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #free(): Promise<void> {
    await this.#graphs.dispose();
    this.#memory.clear();
  }
}
