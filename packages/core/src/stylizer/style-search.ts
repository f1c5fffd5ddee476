import type { Bundle } from "../bundle/bundle.js";
import type { Presets } from "../bundle/presets.js";
import { MMFSError } from "../errors/mmfs-error.js";
import type { GraphSet } from "../networks/graph-set.js";
import { mapSeed } from "../networks/map-seed.js";
import { checkPack } from "../pack/check-pack.js";
import type { StyleCode } from "../style/style-code.js";
import { packOf, type StyleOption } from "../style/style-option.js";
import type { LoadOptions, PreloadOptions, StyleEncoder } from "./options.js";
import { resolveStyle } from "./resolve-style.js";

/** Finds the codes of styles with a bundle's presets and graphs, and with a style encoder where there is one. */
export class StyleSearch {
  readonly #bundle: Bundle;
  readonly #graphs: GraphSet;
  readonly #encoder: StyleEncoder | undefined;

  constructor(bundle: Bundle, graphs: GraphSet, encoder: StyleEncoder | undefined) {
    this.#bundle = bundle;
    this.#graphs = graphs;
    this.#encoder = encoder;
  }

  /** The named styles of the bundle, and its photo code. */
  presets(load: LoadOptions): Promise<Presets> {
    const { path: file, bytes = 0 } = this.#bundle.manifest.parts.presets ?? { path: "" };
    return this.#bundle.presets({
      signal: load.signal,
      onProgress: (loaded, total = bytes) => load.onProgress?.({ type: "download", file, loaded, total }),
    });
  }

  /** Loads what finding styles needs. @throws {MMFSError} `INVALID_ARGUMENT` if no encoder can load what was asked for */
  async load({ prompts = false, references = false, ...load }: PreloadOptions): Promise<void> {
    if (prompts || references) {
      if (this.#encoder?.preload === undefined) {
        throw new MMFSError(
          "INVALID_ARGUMENT",
          "What prompts and references need is loaded by a styleEncoder; make the stylizer with createStyleEncoder's of @mmfs/clip-mapper.",
        );
      }
      await this.#encoder.preload({ ...load, prompts, references });
    }
    await this.presets(load);
  }

  /** The code of a style. @param style the first preset where it is left out. */
  async find(style: StyleOption | undefined, load: LoadOptions): Promise<StyleCode> {
    const pack = packOf(style);
    if (pack !== undefined) checkPack(pack, this.#bundle.manifest);
    const sources = {
      presets: await this.presets(load),
      styleDim: this.#graphs.network.styleDim,
      styleEncoder: this.#encoder,
      fromSeed: (seed: number) => mapSeed(this.#graphs, seed, load),
    };
    return resolveStyle(style, sources, load);
  }

  /** The code of a style, and the decoder that paints with it: the bundle's, or that of the style's pack, which is then in use. */
  async use(style: StyleOption | undefined, load: LoadOptions) {
    const code = await this.find(style, load);
    const pack = packOf(style);
    if (pack === undefined) return { code, decoder: "decoder" as const };
    await this.#graphs.usePack(pack);
    return { code, decoder: "tunedDecoder" as const };
  }
}
