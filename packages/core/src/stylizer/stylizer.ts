import { Tensor } from "onnxruntime-common";
import { alignFace } from "../align/align-face.js";
import type { Bundle } from "../bundle/bundle.js";
import type { BundleSource } from "../bundle/bundle-source.js";
import { loadBundle } from "../bundle/load-bundle.js";
import type { Preset } from "../bundle/presets.js";
import { preserveColor } from "../color/preserve-color.js";
import { compositeFaces, type FaceLayer } from "../composite/composite-faces.js";
import { tonePhoto } from "../composite/tone-photo.js";
import { MMFSError } from "../errors/mmfs-error.js";
import type { Face } from "../faces/face.js";
import { createFaceFinder, type FaceFinder } from "../faces/face-finder.js";
import { checkPack } from "../pack/check-pack.js";
import type { StylePack } from "../pack/style-pack.js";
import { blendPictures } from "../picture/blend-pictures.js";
import { wrapPicture } from "../picture/create-picture.js";
import { flatten } from "../picture/flatten.js";
import type { Picture } from "../picture/picture.js";
import { pictureDigest } from "../picture/picture-digest.js";
import { pixelsOf } from "../picture/pixels.js";
import { fromTensorData, toTensorData } from "../picture/tensor-data.js";
import { DisposableQueue } from "../queue/disposable-queue.js";
import { type NoiseMap, noiseMaps } from "../random/noise-maps.js";
import { RandomGenerator } from "../random/random-generator.js";
import type { Device, Runtime, Tensors } from "../runtime/runtime.js";
import { interpolateStyles } from "../style/combine-styles.js";
import { StyleCode } from "../style/style-code.js";
import { GraphSet } from "./graph-set.js";
import { LruCache } from "./lru-cache.js";
import type {
  LoadOptions,
  PreloadOptions,
  StyleEncoder,
  StyleOption,
  StylizeOptions,
  StylizerOptions,
} from "./options.js";
import { type ParsedOptions, parseOptions, parseStylizerOptions } from "./parse-options.js";
import { resolveStyle } from "./resolve-style.js";
import type { StylizedFace, StylizeResult } from "./result.js";
import { selectFaces } from "./select-faces.js";
import { StageClock } from "./stage-clock.js";

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

/** Which graph draws, and the code that it is given. */
interface DecoderInput {
  decoder: "decoder" | "tunedDecoder";
  code: StyleCode;
}

/** Of how many photos the faces are remembered, and how many bytes of the encoder's features. */
const [PHOTOS_KEPT, FEATURE_BYTES_KEPT] = [8, 64 * 2 ** 20];

/** Below this strength the photo itself is blended in, so that 0 leaves it as it was. */
const PHOTO_STRENGTH = 0.25;

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
  readonly #faceFinder: FaceFinder | undefined;
  readonly #onProgress: StylizerOptions["onProgress"];
  readonly #queue = new DisposableQueue("stylizer", async () => {
    await this.#graphs.dispose();
    this.#faces.clear();
    this.#features.clear();
    this.#noise = undefined;
  });
  readonly #faces = new LruCache<Face[]>(PHOTOS_KEPT);
  readonly #features: LruCache<Tensors>;
  #noise: { seed: number; maps: NoiseMap[] } | undefined;

  private constructor(bundle: Bundle, parts: StylizerParts) {
    const { runtime, styleEncoder, faceFinder, onProgress } = parts;
    const { device, dtype } = parseStylizerOptions(parts);
    const { resolution, baseWidth, detail } = bundle.manifest.network;
    // features, and in a bundle with a detail path features_8 and features_4, which are 2 and 4 times as many numbers
    const bytesOfFace = 4 * 8 * baseWidth * (resolution.default / 16) ** 2 * (detail ? 7 : 1);
    this.#features = new LruCache(Math.max(8, Math.floor(FEATURE_BYTES_KEPT / bytesOfFace)));
    this.#bundle = bundle;
    this.#graphs = new GraphSet(bundle, runtime, device, dtype);
    this.#styleEncoder = styleEncoder;
    this.#faceFinder = faceFinder;
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
   * Stylizes the faces of a photo.
   *
   * @param photo sRGB; transparent parts are seen as white, and stay as transparent as they are.
   * @throws {MMFSError} `INVALID_ARGUMENT`, `NO_FACE`, `STYLE_UNKNOWN`, `STYLE_INVALID`, `PROMPT_NOT_UNDERSTOOD`, `BUNDLE_INVALID`,
   * `BUNDLE_PART_MISSING`, `MODEL_DOWNLOAD`, `MODEL_INTEGRITY`, `MODEL_LOAD`, `DEVICE_UNAVAILABLE`, `DEVICE_LOST`,
   * `INFERENCE_FAILED`, `DISPOSED`. An aborted call rejects with `signal.reason`.
   */
  async stylize(photo: Picture, options: StylizeOptions = {}): Promise<StylizeResult> {
    const parsed = parseOptions(options);
    const pixels = pixelsOf(photo);
    return this.#enqueue(options, (load) => {
      const clock = new StageClock(options.onProgress, () => this.#queue.throwIfEnded(options.signal));
      return this.#stylize(wrapPicture(pixels.data, pixels.width, pixels.height), parsed, clock, load);
    });
  }

  /**
   * The faces of a photo, the largest first; none is no error.
   *
   * @throws {MMFSError} as {@link stylize} does
   */
  async findFaces(photo: Picture, options: LoadOptions = {}): Promise<Face[]> {
    pixelsOf(photo);
    return this.#enqueue(options, async (load) => [...(await this.#findFaces(photo, pictureDigest(photo), load))]);
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
      const finder = this.#faceFinder === undefined ? (["faceDetector", "faceLandmarks"] as const) : [];
      for (const part of [...finder, "encoder", "decoder"] as const) {
        this.#queue.throwIfEnded(options.signal);
        await this.#graphs.load(part, load);
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

  async #stylize(photo: Picture, options: ParsedOptions, clock: StageClock, load: LoadOptions): Promise<StylizeResult> {
    const warnings: string[] = [];
    const pack = packOf(options.style);
    const decoder = pack === undefined ? "decoder" : "tunedDecoder";
    const style = await clock.step("map", () => this.#resolveStyle(options.style, load));
    if (pack !== undefined) await this.#graphs.usePack(pack);
    const { code, opacity } = await this.#applyStrength(style, options.strength, warnings);

    const digest = pictureDigest(photo);
    const opaque = flatten(photo);
    if (this.#faceFinder === undefined) await this.#loadFaceFinder(load);
    const found = await clock.step("detect", () => this.#findFaces(opaque, digest, load));
    const selected = selectFaces(found, options.faces);
    clock.faces = selected.length;

    const layers: FaceLayer[] = [];
    for (const [place, { face, index }] of selected.entries()) {
      const key = `${digest}-${index}`;
      const stylized = await this.#stylizeFace(opaque, face, key, place, { ...options, code, decoder }, clock, load);
      layers.push({ face, ...stylized, opacity });
    }
    const faces = layers.map(({ face, transform, square, stylized }, i): StylizedFace => {
      const picture = opacity < 1 ? blendPictures(square, stylized, opacity) : stylized;
      return { ...face, index: selected[i]!.index, transform, picture };
    });
    const picture =
      options.output === "crop"
        ? faces[0]!.picture
        : await clock.step("composite", () => {
            const around = options.surroundings === "toned" ? tonePhoto(photo, layers) : photo;
            return compositeFaces(around, layers);
          });
    clock.finish(options.output === "crop" ? "stylize" : "composite");

    const [height = 0, width = 0] = picture.shape;
    return {
      width,
      height,
      data: picture.data,
      picture,
      faces,
      facesFound: found.length,
      style: { code, seed: options.seed },
      device: this.#graphs.device,
      dtype: this.#graphs.dtypeOf(decoder),
      timings: clock.timings,
      warnings: [...this.#graphs.warnings, ...warnings],
    };
  }

  async #stylizeFace(
    photo: Picture,
    face: Face,
    key: string,
    place: number,
    options: Pick<ParsedOptions, "seed" | "preserveColor"> & DecoderInput,
    clock: StageClock,
    load: LoadOptions,
  ): Promise<Pick<FaceLayer, "transform" | "square" | "stylized">> {
    const align = () => alignFace(photo, face.crop, this.#size);
    const { picture: square, transform } = await clock.step("align", align, place);
    let features = this.#features.get(key);
    if (features === undefined) {
      // Both before either runs, so that features and picture come from one device also where auto has to change it.
      await this.#graphs.load("encoder", load);
      await this.#graphs.load(options.decoder, load);
      features = await clock.step("encode", () => this.#encode(square, load), place);
      this.#features.set(key, features);
    } else {
      clock.skip("encode");
    }
    const known = features;
    await this.#graphs.load(options.decoder, load);
    const decode = async () => {
      const picture = await this.#decode(known, options, load);
      return options.preserveColor ? preserveColor(picture, square) : picture;
    };
    return { square, transform, stylized: await clock.step("stylize", decode, place) };
  }

  async #encode(square: Picture, load: LoadOptions): Promise<Tensors> {
    const size = this.#size;
    const image = () => ({ image: new Tensor("float32", toTensorData(square), [1, 3, size, size]) });
    const outputs = await this.#graphs.run("encoder", image, load);
    const names = ["features", ...(this.#bundle.manifest.network.detail ? ["features_8", "features_4"] : [])];
    return Object.fromEntries(names.map((name) => [name, output(outputs, name)]));
  }

  async #decode(
    features: Tensors,
    { decoder, code, seed }: DecoderInput & { seed: number },
    load: LoadOptions,
  ): Promise<Picture> {
    const size = this.#size;
    if (this.#noise?.seed !== seed) this.#noise = { seed, maps: noiseMaps(size, seed) };
    const { maps } = this.#noise;
    // Copies, because a runtime may take the buffers of its inputs away.
    const feeds = () => ({
      ...Object.fromEntries(
        Object.entries(features).map(([name, { data, dims }]) => [
          name,
          new Tensor("float32", (data as Float32Array).slice(), dims),
        ]),
      ),
      wplus: new Tensor("float32", code.values.slice(), [1, code.layers, code.dim]),
      ...Object.fromEntries(
        maps.map(({ size: side, values }, i) => [
          `noise_${i}`,
          new Tensor("float32", values.slice(), [1, 1, side, side]),
        ]),
      ),
    });
    const image = output(await this.#graphs.run(decoder, feeds, load), "image");
    return fromTensorData(image.data as Float32Array, size, size);
  }

  async #findFaces(photo: Picture, digest: string, load: LoadOptions): Promise<Face[]> {
    const known = this.#faces.get(digest);
    if (known !== undefined) return known;
    const faces = await this.#graphs.reloadIfLost(async () => {
      const finder = this.#faceFinder ?? (await this.#loadFaceFinder(load));
      return finder.find(photo, { signal: load.signal });
    });
    this.#faces.set(digest, faces);
    return faces;
  }

  async #loadFaceFinder(load: LoadOptions): Promise<FaceFinder> {
    const detector = await this.#graphs.load("faceDetector", load);
    const landmarks = await this.#graphs.load("faceLandmarks", load);
    return createFaceFinder({ detector, landmarks });
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
      fromSeed: async (seed: number) => {
        const z = () => ({ z: new Tensor("float32", new RandomGenerator(seed).normals(styleDim), [1, styleDim]) });
        const { data } = output(await this.#graphs.run("mapping", z, load), "w");
        return StyleCode.fromRow(data as Float32Array, { type: "seed", seed });
      },
    };
    return resolveStyle(style, sources, load);
  }

  /**
   * The code between the photo's and the style's, and how much of the stylised face is shown. Even the photo code makes a face
   * coarser than the photo's, so near strength 0 the photo itself comes in; without a photo code it does so all the way.
   */
  async #applyStrength(
    style: StyleCode,
    strength: number,
    warnings: string[],
  ): Promise<{ code: StyleCode; opacity: number }> {
    if (strength === 1) return { code: style, opacity: 1 };
    const { photo } = await this.#bundle.presets();
    if (photo !== undefined) {
      const { values, layers, dim } = interpolateStyles(photo, style, strength);
      const code = new StyleCode(values, layers, dim, style.origin);
      return { code, opacity: Math.min(strength / PHOTO_STRENGTH, 1) };
    }
    if (strength > 1) {
      throw new MMFSError(
        "INVALID_ARGUMENT",
        `strength must be a number from 0 to 1 with this bundle, which has no photo code to move away from; ${strength} was given.`,
      );
    }
    warnings.push("The bundle has no photo code, so strength blends the stylised face with the photo.");
    return { code: style, opacity: strength };
  }

  get #size(): number {
    return this.#bundle.manifest.network.resolution.default;
  }
}

function packOf(style: StyleOption | undefined): StylePack | undefined {
  return typeof style === "object" && "pack" in style ? style.pack : undefined;
}

function output(outputs: Tensors, name: string): Tensor {
  const tensor = outputs[name];
  if (tensor !== undefined) return tensor;
  throw new MMFSError(
    "MODEL_LOAD",
    `A graph of the bundle has no output "${name}" (it has: ${Object.keys(outputs).join(", ")}). See the bundle format.`,
  );
}
