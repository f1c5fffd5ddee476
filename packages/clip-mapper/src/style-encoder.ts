import {
  type Bundle,
  type BundlePart,
  type BundleSource,
  type DeviceOption,
  type DType,
  type LoadOptions,
  loadBundle,
  MMFSError,
  type NdarrayView,
  type Picture,
  type PreloadOptions,
  type ProgressEvent,
  type Runtime,
  STYLE_LAYERS,
  StyleCode,
  type StyleEncoder,
  type StyleOrigin,
  type Tensors,
  takePicture,
} from "@mmfs/core";
import {
  asyncDispose,
  DisposableQueue,
  type GraphPart,
  GraphSet,
  LruCache,
  parseStylizerOptions,
  pictureDigest,
} from "@mmfs/core/internal";
import { Tensor } from "onnxruntime-common";
import { clipPixels } from "./clip-pixels.js";
import { combineEmbeddings } from "./combine-embeddings.js";
import { PromptTokenizer } from "./prompt-tokenizer.js";

/** Options of {@link createStyleEncoder}. */
export interface StyleEncoderOptions {
  bundle: BundleSource | Bundle;
  /** Where graphs run. It stays the caller's: `dispose` frees the graphs that were loaded, but not the runtime. */
  runtime: Runtime;
  /**
   * Where the towers run. One prompt does not pay for the start of a GPU.
   * @default `runtime.smallGraphDevice`
   */
  device?: DeviceOption | undefined;
  /** The variant of towers and mapper that is loaded, where the bundle has it; fp32 elsewhere. @default "fp32" */
  dtype?: DType | undefined;
  /** Told of downloads and loading by calls that have no `onProgress` of their own. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Characters of a prompt; a tower reads some 300 at most. */
const LONGEST_PROMPT = 4000;

/** Side of the tower's picture where the runtime cannot tell: that of most CLIPs. */
const USUAL_SIZE = 224;

/** How many prompts and pictures are remembered, with their embeddings and codes. */
const KEPT = 64;

/**
 * Reads the manifest of the bundle, and nothing else yet.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, and as {@link loadBundle} does. What the bundle lacks is an error of the call that needs it.
 */
export async function createStyleEncoder(options: StyleEncoderOptions): Promise<ClipStyleEncoder> {
  const { bundle, signal } = options;
  return new ClipStyleEncoder("manifest" in bundle ? bundle : await loadBundle(bundle, { signal }), options);
}

/**
 * Turns prompts and reference pictures into style codes, with the towers and the mapper of a bundle; {@link createStyleEncoder}
 * makes it. Calls run one after the other, in the order in which they came. A tower is loaded when a call first needs it, and
 * what was asked last is remembered.
 *
 * All methods throw {MMFSError} `INVALID_ARGUMENT`, `BUNDLE_PART_MISSING`, `BUNDLE_INVALID`, `MODEL_DOWNLOAD`,
 * `MODEL_INTEGRITY`, `MODEL_LOAD`, `DEVICE_UNAVAILABLE`, `DEVICE_LOST`, `INFERENCE_FAILED` and `DISPOSED`; those that take a
 * prompt also `PROMPT_NOT_UNDERSTOOD`. An aborted call rejects with `signal.reason`.
 *
 * @see the table of graphs in docs/bundle-format.md
 */
export class ClipStyleEncoder implements StyleEncoder {
  readonly #bundle: Bundle;
  readonly #graphs: GraphSet;
  readonly #queue: DisposableQueue;
  readonly #embeddings = new LruCache<Float32Array>(KEPT);
  readonly #codes = new LruCache<StyleCode>(KEPT);
  #tokenizer: PromptTokenizer | undefined;

  /** @internal */
  constructor(bundle: Bundle, { runtime, device, dtype, onProgress }: StyleEncoderOptions) {
    this.#bundle = bundle;
    const parsed = parseStylizerOptions({ device: device ?? runtime.smallGraphDevice, dtype });
    this.#graphs = new GraphSet(bundle, runtime, parsed.device, parsed.dtype);
    this.#queue = new DisposableQueue("style encoder", { free: () => this.#free(), onProgress });
  }

  /**
   * The style of a prompt.
   *
   * @param prompt 1 to 4000 characters; the tower reads as many tokens of it as it can, 77 in most CLIPs.
   */
  async fromText(prompt: string, options: LoadOptions = {}): Promise<StyleCode> {
    const text = cleanPrompt(prompt);
    return this.#queue.run(options, (load) =>
      this.#remember(this.#codes, `text:${text}`, async () => {
        await this.#require("mapper");
        return this.#map(await this.#embedText(text, load), { type: "text", prompt: text }, load);
      }),
    );
  }

  /** The style of a picture; see {@link embedImage} for how it is read. */
  async fromImage(image: Picture | NdarrayView, options: LoadOptions = {}): Promise<StyleCode> {
    const picture = takePicture(image);
    return this.#queue.run(options, (load) =>
      this.#remember(this.#codes, `image:${pictureDigest(picture)}`, async () => {
        await this.#require("mapper");
        return this.#map(await this.#embedImage(picture, load), { type: "image" }, load);
      }),
    );
  }

  /**
   * The style of an embedding, however it was made: by {@link combineEmbeddings}, several wordings of one style make it surer.
   * Styles that are to govern layers of their own are mixed as codes instead, by `averageStyles`.
   *
   * @param embedding E numbers, as {@link embedText} and {@link embedImage} give them.
   * @param origin what the code says of itself.
   */
  async fromEmbedding(embedding: Float32Array, origin: StyleOrigin, options: LoadOptions = {}): Promise<StyleCode> {
    const own = combineEmbeddings([{ embedding }]);
    return this.#queue.run(options, (load) => this.#map(own, origin, load));
  }

  /** The embedding of a prompt: E numbers, L2-normalised. @param prompt as in {@link fromText} */
  async embedText(prompt: string, options: LoadOptions = {}): Promise<Float32Array> {
    const text = cleanPrompt(prompt);
    return this.#queue.run(options, async (load) => (await this.#embedText(text, load)).slice());
  }

  /**
   * The embedding of a picture: E numbers, L2-normalised.
   *
   * @param image of any size, transparent parts seen as white. Of a picture that is not square the middle is seen.
   */
  async embedImage(image: Picture | NdarrayView, options: LoadOptions = {}): Promise<Float32Array> {
    const picture = takePicture(image);
    return this.#queue.run(options, async (load) => (await this.#embedImage(picture, load)).slice());
  }

  /**
   * Loads what prompts or pictures need, so that the first one is as fast as the others.
   *
   * @param options which of both; by default neither.
   */
  async preload(options: PreloadOptions = {}): Promise<void> {
    const { prompts = false, references = false } = options;
    return this.#queue.run(options, async (load) => {
      const graphs: GraphPart[] = [
        ...(prompts ? (["textTower"] as const) : []),
        ...(references ? (["imageTower"] as const) : []),
        ...(prompts || references ? (["mapper"] as const) : []),
      ];
      await this.#require(...(prompts ? (["tokenizer"] as const) : []), ...graphs);
      if (prompts) this.#tokenizer ??= await this.#readTokenizer(load);
      for (const part of graphs) {
        this.#queue.throwIfEnded(load.signal);
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

  async #free(): Promise<void> {
    await this.#graphs.dispose();
    this.#tokenizer = undefined;
    this.#embeddings.clear();
    this.#codes.clear();
  }

  /** A part that the bundle lacks is told before others are fetched for nothing. */
  async #require(...parts: readonly BundlePart[]): Promise<void> {
    for (const part of parts) if (!this.#bundle.has(part)) await this.#bundle.part(part);
  }

  async #remember<T>(cache: LruCache<T>, key: string, make: () => Promise<T>): Promise<T> {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const made = await make();
    cache.set(key, made);
    return made;
  }

  async #embedText(prompt: string, load: LoadOptions): Promise<Float32Array> {
    return this.#remember(this.#embeddings, `text:${prompt}`, async () => {
      await this.#require("tokenizer", "textTower");
      this.#tokenizer ??= await this.#readTokenizer(load);
      const ids = BigInt64Array.from(this.#tokenizer.encode(prompt), BigInt);
      return this.#runTower(
        "textTower",
        () => ({ input_ids: new Tensor("int64", ids.slice(), [1, ids.length]) }),
        load,
      );
    });
  }

  async #embedImage(picture: Picture, load: LoadOptions): Promise<Float32Array> {
    return this.#remember(this.#embeddings, `image:${pictureDigest(picture)}`, async () => {
      const { inputShapes } = await this.#graphs.load("imageTower", load);
      this.#queue.throwIfEnded(load.signal);
      const side = inputShapes?.pixels?.[2];
      const size = typeof side === "number" && side > 0 ? side : USUAL_SIZE;
      const pixels = clipPixels(picture, size);
      return this.#runTower(
        "imageTower",
        () => ({ pixels: new Tensor("float32", pixels.slice(), [1, 3, size, size]) }),
        load,
      );
    });
  }

  async #runTower(part: "textTower" | "imageTower", feeds: () => Tensors, load: LoadOptions): Promise<Float32Array> {
    const embedding = numbers(await this.#graphs.run(part, feeds, load), part, "embedding");
    this.#queue.throwIfEnded(load.signal);
    return embedding.slice();
  }

  async #map(embedding: Float32Array, origin: StyleOrigin, load: LoadOptions): Promise<StyleCode> {
    const feeds = () => ({ embedding: new Tensor("float32", embedding.slice(), [1, embedding.length]) });
    const values = numbers(await this.#graphs.run("mapper", feeds, load), "mapper", "wplus");
    const { styleDim } = this.#bundle.manifest.network;
    if (values.length !== STYLE_LAYERS * styleDim) {
      throw new MMFSError(
        "BUNDLE_INVALID",
        `The mapper of the bundle at ${this.#bundle.location} gives ${values.length} numbers where its network reads ` +
          `${STYLE_LAYERS} × ${styleDim}. Use a bundle whose parts belong together.`,
      );
    }
    return new StyleCode(values.slice(), STYLE_LAYERS, styleDim, origin);
  }

  async #readTokenizer({ signal, onProgress }: LoadOptions): Promise<PromptTokenizer> {
    const { path: file, bytes = 0 } = this.#bundle.manifest.parts.tokenizer ?? { path: "tokenizer" };
    const content = await this.#bundle.part("tokenizer", {
      signal,
      onProgress: (loaded, total = bytes) => onProgress?.({ type: "download", file, loaded, total }),
    });
    return PromptTokenizer.read(content, this.#bundle.location);
  }
}

function cleanPrompt(prompt: string): string {
  if (typeof prompt !== "string") {
    throw new MMFSError("INVALID_ARGUMENT", `A prompt is a text such as "watercolor painting", not ${typeof prompt}.`);
  }
  // A byte order mark belongs to a file and not to its text; tokenizers disagree about it.
  const text = prompt.replaceAll("\ufeff", "").trim();
  if (text === "") {
    throw new MMFSError("INVALID_ARGUMENT", 'The prompt is empty; describe the style, such as "watercolor painting".');
  }
  if (text.length > LONGEST_PROMPT) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `The prompt has ${text.length} characters, above ${LONGEST_PROMPT}; describe the style in a sentence.`,
    );
  }
  return text;
}

function numbers(outputs: Tensors, part: string, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (data instanceof Float32Array && data.every(Number.isFinite)) return data;
  throw new MMFSError(
    "BUNDLE_INVALID",
    `The ${part} of the bundle gives no output "${name}" of finite float32 numbers (it has: ${Object.keys(outputs).join(", ")}). ` +
      "See the bundle format.",
  );
}
