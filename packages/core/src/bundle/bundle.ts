import { MMFSError } from "../errors/mmfs-error.js";
import type { DType } from "../runtime/runtime.js";
import type { BundleSource, ReadOptions } from "./bundle-source.js";
import type { BundleFile, BundlePart, Manifest } from "./manifest.js";
import { type Presets, parsePresets } from "./presets.js";
import { sha256 } from "./sha256.js";
import { SharedRead } from "./shared-read.js";

/** A bundle whose manifest has been read; {@link loadBundle} makes one. */
export class Bundle {
  readonly #source: BundleSource;
  readonly #reads = new Map<string, SharedRead>();
  #presets: Presets | undefined;

  constructor(
    source: BundleSource,
    readonly manifest: Manifest,
  ) {
    this.#source = source;
  }

  /** Where it was read from, for messages. */
  get location(): string {
    return this.#source.location;
  }

  has(part: BundlePart): boolean {
    return this.manifest.parts[part] !== undefined;
  }

  /** The precision in which a part is there: the one asked for, or fp32 where the bundle has no such variant. */
  dtypeOf(part: BundlePart, dtype: DType): DType {
    return dtype !== "fp32" && this.manifest.parts[part]?.variants?.[dtype] ? dtype : "fp32";
  }

  /**
   * The bytes of a part, checked against size and SHA-256. They are not kept: callers keep what they make of them.
   * Callers at the same time share one read (and the same bytes, which they must not change); a read that failed is
   * tried anew by the next call, and a damaged copy in a cache is discarded and fetched once more.
   *
   * @param options.dtype the variant to read; fp32 is read where the bundle does not have it. @default "fp32"
   * @throws {MMFSError} `BUNDLE_PART_MISSING`, `MODEL_INTEGRITY`, and what the source throws. An aborted call rejects with `signal.reason`.
   */
  async part(name: BundlePart, options: ReadOptions & { dtype?: DType | undefined } = {}): Promise<Uint8Array> {
    const { dtype = "fp32", signal } = options;
    signal?.throwIfAborted();
    const part = this.manifest.parts[name];
    if (part === undefined) throw this.#missing(name);
    const file: BundleFile = (dtype !== "fp32" && part.variants?.[dtype]) || part;

    let read = this.#reads.get(file.path);
    if (read === undefined || read.abandoned) {
      read = new SharedRead((shared) => this.#readChecked(file, shared));
      this.#reads.set(file.path, read);
    }
    try {
      return await read.wait(options);
    } finally {
      if (this.#reads.get(file.path) === read && (read.abandoned || read.settled)) this.#reads.delete(file.path);
    }
  }

  /**
   * The presets of the bundle and its photo code; none where it has no such part.
   *
   * @throws {MMFSError} `BUNDLE_INVALID`, and what {@link part} throws.
   */
  async presets(options: ReadOptions = {}): Promise<Presets> {
    if (!this.has("presets")) return { photo: undefined, presets: [] };
    this.#presets ??= parsePresets(await this.part("presets", options), this.manifest.network, this.location);
    return this.#presets;
  }

  async #readChecked(file: BundleFile, options: ReadOptions): Promise<Uint8Array> {
    try {
      return await this.#readOnce(file, options);
    } catch (error) {
      if (!this.#source.discard || !MMFSError.isInstance(error) || error.code !== "MODEL_INTEGRITY") throw error;
      await this.#source.discard(file.path);
      return this.#readOnce(file, options);
    }
  }

  async #readOnce({ path, bytes: size, sha256: expected }: BundleFile, options: ReadOptions): Promise<Uint8Array> {
    const bytes = await this.#source.read(path, options);
    const remedy = "Fetch the bundle again; if it was changed on purpose, correct its mmfs.json.";
    if (bytes.byteLength !== size) {
      throw new MMFSError(
        "MODEL_INTEGRITY",
        `${path} of the bundle at ${this.location} has ${bytes.byteLength} bytes where the manifest says ${size}. ${remedy}`,
        { data: { path } },
      );
    }
    if ((await sha256(bytes)) !== expected) {
      throw new MMFSError(
        "MODEL_INTEGRITY",
        `${path} of the bundle at ${this.location} has another SHA-256 than the manifest says. ${remedy}`,
        { data: { path } },
      );
    }
    return bytes;
  }

  #missing(name: BundlePart): MMFSError {
    const present = Object.keys(this.manifest.parts).join(", ") || "nothing";
    return new MMFSError(
      "BUNDLE_PART_MISSING",
      `The bundle "${this.manifest.name}" at ${this.location} has no ${name} (it has: ${present}). ${REMEDIES[name]}`,
      { data: { part: name } },
    );
  }
}

const REMEDIES: Record<BundlePart, string> = {
  encoder: "Use a bundle with an encoder; `mmfs convert` writes one from a checkpoint.",
  decoder: "Use a bundle with a decoder; `mmfs convert` writes one from a checkpoint.",
  mapping: "Styles from a seed need one; name a preset or pass a style code instead.",
  mapper: "Prompts and reference pictures need one; name a preset, a seed or a style code instead.",
  textTower: "Prompts need one; name a preset, a seed or a style code instead.",
  tokenizer: "Prompts need one; name a preset, a seed or a style code instead.",
  imageTower: "Reference pictures need one; name a preset, a seed or a style code instead.",
  faceDetector: "Finding faces needs one; use a bundle that has it.",
  faceLandmarks: "Finding faces needs one; use a bundle that has it.",
  personMatte: "Telling people from the background needs one; use a bundle that has it.",
  presets: "Pass a seed or a style code, or use a bundle with presets.",
};
