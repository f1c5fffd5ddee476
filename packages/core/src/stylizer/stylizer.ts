import type { Bundle } from "../bundle/bundle.js";
import type { BundleSource } from "../bundle/bundle-source.js";
import { loadBundle } from "../bundle/load-bundle.js";
import type { Preset } from "../bundle/presets.js";
import { MMFSError } from "../errors/mmfs-error.js";
import type { Face } from "../faces/face.js";
import type { FaceFinder } from "../faces/face-finder.js";
import { GraphSet } from "../networks/graph-set.js";
import { mapSeed } from "../networks/map-seed.js";
import { checkPack } from "../pack/check-pack.js";
import type { StylePack } from "../pack/style-pack.js";
import { usualMegapixels } from "../paint/megapixels.js";
import type { Easel } from "../paint/paint-tiles.js";
import { flatten } from "../picture/flatten.js";
import type { NdarrayView } from "../picture/ndarray.js";
import type { Picture } from "../picture/picture.js";
import { pictureDigest } from "../picture/picture-digest.js";
import { takePicture } from "../picture/take-picture.js";
import { DisposableQueue } from "../queue/disposable-queue.js";
import type { Device, Runtime } from "../runtime/runtime.js";
import type { StyleCode } from "../style/style-code.js";
import { applyStrength } from "./apply-strength.js";
import { FaceSearch } from "./face-search.js";
import type {
  LoadOptions,
  PreloadOptions,
  StyleEncoder,
  StyleOption,
  StylizeOptions,
  StylizerOptions,
} from "./options.js";
import { type ParsedOptions, parseOptions, parseStylizerOptions } from "./parse-options.js";
import { PhotoMemory } from "./photo-memory.js";
import { chooseResolution } from "./resolution.js";
import { resolveStyle } from "./resolve-style.js";
import type { StylizeResult } from "./result.js";
import { selectFaces } from "./select-faces.js";
import { StageClock } from "./stage-clock.js";
import { stylizePhoto } from "./stylize-photo.js";

/** What a {@link Stylizer} is made of, besides the options that users see. */
export interface StylizerParts extends StylizerOptions {
  /** Where graphs run. It stays the caller's: `dispose` frees the graphs that were loaded, but not the runtime. */
  runtime: Runtime;
  bundle: BundleSource | Bundle;
  /** Understands prompts and reference pictures, where there is one. */
  styleEncoder?: StyleEncoder | undefined;
  /** Finds faces in the place of the bundle's graphs. */
  faceFinder?: FaceFinder | undefined;
  signal?: AbortSignal | undefined;
}

const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

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
  readonly #styleEncoder: StyleEncoder | undefined;
  readonly #memory = new PhotoMemory();
  readonly #faces: FaceSearch;
  readonly #onProgress: StylizerOptions["onProgress"];
  readonly #queue = new DisposableQueue("stylizer", async () => {
    await this.#graphs.dispose();
    this.#memory.clear();
  });

  private constructor(bundle: Bundle, parts: StylizerParts) {
    const { runtime, styleEncoder, faceFinder, onProgress } = parts;
    const { device, dtype } = parseStylizerOptions(parts);
    this.#bundle = bundle;
    this.#graphs = new GraphSet(bundle, runtime, device, dtype);
    this.#styleEncoder = styleEncoder;
    this.#faces = new FaceSearch(this.#graphs, this.#memory, faceFinder);
    this.#onProgress = onProgress;
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
   * @throws {MMFSError} `INVALID_ARGUMENT`, `NO_FACE`, `STYLE_UNKNOWN`, `STYLE_INVALID`, `PROMPT_NOT_UNDERSTOOD`, `BUNDLE_INVALID`,
   * `BUNDLE_PART_MISSING`, `MODEL_DOWNLOAD`, `MODEL_INTEGRITY`, `MODEL_LOAD`, `DEVICE_UNAVAILABLE`, `DEVICE_LOST`,
   * `INFERENCE_FAILED`, `DISPOSED`. An aborted call rejects with `signal.reason`.
   */
  async stylize(
    photo: Picture | NdarrayView,
    options: StylizeOptions = {},
    { mayOverwrite = false }: { mayOverwrite?: boolean | undefined } = {},
  ): Promise<StylizeResult> {
    const parsed = parseOptions(options);
    const picture = takePicture(photo);
    return this.#enqueue(options, (load) => {
      const clock = new StageClock(options.onProgress, () => this.#queue.throwIfEnded(options.signal));
      const easel = { graphs: this.#graphs, clock, load };
      return this.#stylize({ photo: picture, mayOverwrite }, parsed, easel);
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
    return this.#enqueue(options, async (load) => [...(await find(load))]);
  }

  /**
   * The style code of a style, before `strength`: to save it, to share it, or to combine it.
   *
   * @throws {MMFSError} as {@link stylize} does
   */
  async resolveStyle(style: StyleOption, options: LoadOptions = {}): Promise<StyleCode> {
    const parsed = parseOptions({ style });
    return this.#enqueue(options, (load) => this.#resolveStyle(parsed.style, load));
  }

  /** The named styles of the bundle, in the order in which they are to be shown. */
  async presets(options: LoadOptions = {}): Promise<readonly Preset[]> {
    return this.#enqueue(options, async (load) => (await this.#readPresets(load)).presets);
  }

  /**
   * Loads all that a call to {@link stylize} would load first, so that the first call is as fast as the others. Without
   * `prompts` and `references` that is what presets, seeds and codes need.
   *
   * @throws {MMFSError} as {@link stylize} does; `BUNDLE_PART_MISSING` where the bundle lacks what was asked for, and
   * `INVALID_ARGUMENT` for prompts or references where the stylizer has no style encoder that can load ahead.
   */
  async preload(options: PreloadOptions = {}): Promise<void> {
    const { prompts = false, references = false } = options;
    return this.#enqueue(options, async (load) => {
      if (prompts || references) {
        if (this.#styleEncoder?.preload === undefined) {
          throw new MMFSError(
            "INVALID_ARGUMENT",
            "What prompts and references need is loaded by a styleEncoder; make the stylizer with createStyleEncoder's of @mmfs/clip-mapper.",
          );
        }
        await this.#styleEncoder.preload({ ...load, prompts, references });
      }
      await this.#readPresets(load);
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

  async #enqueue<T>(options: LoadOptions, task: (load: LoadOptions) => Promise<T>): Promise<T> {
    const { signal, onProgress = this.#onProgress } = options;
    return this.#queue.run(() => task({ signal, onProgress }), signal);
  }

  async #stylize(
    { photo, mayOverwrite }: { photo: Picture; mayOverwrite: boolean },
    options: ParsedOptions,
    easel: Easel,
  ): Promise<StylizeResult> {
    const { clock, load } = easel;
    clock.expect("map");
    clock.expect("detect");
    clock.expect("composite");
    const { network } = this.#bundle.manifest;
    const resolution = chooseResolution(network, options.resolution);
    const pack = packOf(options.style);
    const decoder = pack === undefined ? "decoder" : "tunedDecoder";
    const style = await clock.step("map", () => this.#resolveStyle(options.style, load));
    if (pack !== undefined) await this.#graphs.usePack(pack);
    const { photo: photoCode } = await this.#bundle.presets();
    const { code, opacity, warnings } = applyStrength(style, photoCode, options.strength);

    const digest = pictureDigest(photo);
    const opaque = flatten(photo);
    const found = await this.#findFaces(opaque, digest, options, easel);
    const selected = selectFaces(found, options.faces);
    // Both before either runs, so that features and picture come from one device also where auto has to change it.
    await this.#graphs.load("encoder", load);
    await this.#graphs.load(decoder, load);

    const painted = await stylizePhoto(
      {
        photo: opaque,
        digest,
        brush: { decoder, code, seed: options.seed },
        preserveColor: options.preserveColor,
        easel,
        memory: this.#memory,
      },
      {
        photo,
        selected,
        resolution,
        megapixels: options.megapixels ?? usualMegapixels(this.#graphs.device),
        opacity,
        mayOverwrite,
        options,
      },
    );
    return {
      ...painted,
      facesFound: found.length,
      style: { code, seed: options.seed },
      resolution,
      device: this.#graphs.device,
      dtype: this.#graphs.dtypeOf(decoder),
      timings: clock.timings,
      warnings: [...this.#graphs.warnings, ...warnings],
    };
  }

  async #findFaces(photo: Picture, digest: string, options: ParsedOptions, easel: Easel): Promise<readonly Face[]> {
    if (options.faces === "none") {
      easel.clock.skip("detect");
      return [];
    }
    await this.#faces.load(easel.load);
    return easel.clock.step("detect", () => this.#faces.find(photo, digest, easel.load));
  }

  #readPresets(load: LoadOptions) {
    const { onProgress } = load;
    const { path: file, bytes = 0 } = this.#bundle.manifest.parts.presets ?? { path: "" };
    return this.#bundle.presets({
      signal: load.signal,
      onProgress: (loaded, total = bytes) => onProgress?.({ type: "download", file, loaded, total }),
    });
  }

  async #resolveStyle(style: StyleOption | undefined, load: LoadOptions): Promise<StyleCode> {
    const pack = packOf(style);
    if (pack !== undefined) checkPack(pack, this.#bundle.manifest);
    const { styleDim } = this.#bundle.manifest.network;
    const sources = {
      presets: await this.#readPresets(load),
      styleDim,
      styleEncoder: this.#styleEncoder,
      fromSeed: (seed: number) => mapSeed(this.#graphs, styleDim, seed, load),
    };
    return resolveStyle(style, sources, load);
  }
}

function packOf(style: StyleOption | undefined): StylePack | undefined {
  return typeof style === "object" && "pack" in style ? style.pack : undefined;
}
