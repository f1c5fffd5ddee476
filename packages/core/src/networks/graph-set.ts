import type { Bundle } from "../bundle/bundle.js";
import type { BundlePart, NetworkShape } from "../bundle/manifest.js";
import { MMFSError } from "../errors/mmfs-error.js";
import type { StylePack } from "../pack/style-pack.js";
import type { Device, DeviceOption, DType, Runtime, Session, Tensors } from "../runtime/runtime.js";
import type { LoadOptions } from "../stylizer/options.js";

/** The parts of a bundle that are graphs. */
export type GraphPart = Exclude<BundlePart, "tokenizer" | "presets">;

const TUNED_DECODER = "tunedDecoder";

/** The graphs that can be loaded: those of the bundle, and the decoder of the pack in use. */
export type LoadablePart = GraphPart | typeof TUNED_DECODER;

/** The graphs whose device the user chooses; the others are too small for it to matter. */
const BIG_GRAPHS: readonly LoadablePart[] = ["encoder", "decoder", TUNED_DECODER, "textTower", "imageTower"];

/** The graphs whose precision the user chooses. */
const VARIED_GRAPHS: readonly LoadablePart[] = [...BIG_GRAPHS, "mapper"];

/**
 * The graphs of one bundle on one device, loaded when first needed.
 *
 * With the device `auto`, the first of the runtime's devices that loads a big graph is taken, one after the other, and
 * all big graphs run there. A load that failed is tried anew by the next call. When the device is lost, everything is
 * loaded once more and the run repeated.
 */
export class GraphSet {
  readonly #bundle: Bundle;
  readonly #runtime: Runtime;
  readonly #candidates: Device[];
  readonly #isAuto: boolean;
  readonly #dtype: DType;
  readonly #sessions = new Map<LoadablePart, Session>();
  #tunedDecoder: { sha256: string; bytes: Uint8Array } | undefined;
  readonly #refusals: MMFSError[] = [];

  constructor(bundle: Bundle, runtime: Runtime, device: DeviceOption, dtype: DType) {
    this.#bundle = bundle;
    this.#runtime = runtime;
    this.#isAuto = device === "auto";
    this.#candidates = device === "auto" ? [...runtime.devices] : [device];
    this.#dtype = dtype;
  }

  /** The sizes of the bundle's network. */
  get network(): NetworkShape {
    return this.#bundle.manifest.network;
  }

  /** Where encoder and decoder run, as far as that is known: with `auto` it may change until both are loaded. */
  get device(): Device {
    return this.#candidates[0] ?? this.#runtime.smallGraphDevice;
  }

  /** The precision of a graph that is loaded, or would be. */
  dtypeOf(part: LoadablePart): DType {
    if (part === TUNED_DECODER) return "fp32";
    return this.#bundle.dtypeOf(part, VARIED_GRAPHS.includes(part) ? this.#dtype : "fp32");
  }

  /** Why other devices or precisions than the preferred ones are used. */
  get warnings(): string[] {
    const others = this.#refusals.map(({ message }) => `${message} Used ${this.device} instead.`);
    const wide = (["encoder", "decoder"] as const).filter((part) => this.dtypeOf(part) !== this.#dtype);
    if (wide.length > 0) {
      others.push(`The bundle has no ${this.#dtype} variant of its ${wide.join(" and ")}; fp32 was used.`);
    }
    return others;
  }

  /**
   * Loads a graph unless it is there.
   *
   * @throws {MMFSError} `BUNDLE_PART_MISSING`, `MODEL_INTEGRITY`, `DEVICE_UNAVAILABLE`, `MODEL_LOAD`, and what the bundle's source throws.
   */
  async load(part: LoadablePart, { signal, onProgress }: LoadOptions = {}): Promise<Session> {
    const loaded = this.#sessions.get(part);
    if (loaded !== undefined) return loaded;
    const bytes = part === TUNED_DECODER ? this.#tunedDecoder?.bytes : await this.#read(part, { signal, onProgress });
    if (bytes === undefined) throw new MMFSError("INVALID_ARGUMENT", "No pack is in use; call usePack first.");
    const session = BIG_GRAPHS.includes(part)
      ? await this.#createOnChosenDevice(bytes)
      : await this.#runtime.createSession(bytes, this.#runtime.smallGraphDevice);
    this.#sessions.set(part, session);
    onProgress?.({ type: "load", part, device: session.device });
    return session;
  }

  /**
   * Makes the decoder of a pack the `tunedDecoder`, in the place of that of the pack before, which is freed. It stays until then.
   */
  async usePack({ decoder: bytes, decoderSha256 }: StylePack): Promise<void> {
    if (this.#tunedDecoder?.sha256 === decoderSha256) return;
    await this.#free([TUNED_DECODER]);
    this.#tunedDecoder = { sha256: decoderSha256, bytes };
  }

  #read(part: GraphPart, { signal, onProgress }: LoadOptions): Promise<Uint8Array> {
    const file = this.#bundle.manifest.parts[part]?.path ?? part;
    return this.#bundle.part(part, {
      dtype: this.dtypeOf(part),
      signal,
      onProgress: (received, total = this.#bundle.manifest.parts[part]?.bytes ?? received) =>
        onProgress?.({ type: "download", file, loaded: received, total }),
    });
  }

  /**
   * Runs a graph, which is loaded where that is needed.
   *
   * @param feeds makes the inputs; it is called again if the device was lost, since a runtime may take their buffers away.
   * @throws {MMFSError} what {@link load} throws, `INFERENCE_FAILED`, `DEVICE_LOST` if it was lost a second time.
   */
  async run(part: LoadablePart, feeds: () => Tensors, options: LoadOptions = {}): Promise<Tensors> {
    return this.reloadIfLost(async () => (await this.load(part, options)).run(feeds()));
  }

  /** Runs a function again, with all graphs loaded anew, if the device was lost in it. */
  async reloadIfLost<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!MMFSError.isInstance(error) || error.code !== "DEVICE_LOST") throw error;
      await this.dispose();
      return run();
    }
  }

  /** Frees all graphs; those that are asked for later are loaded anew. */
  async dispose(): Promise<void> {
    await this.#free([...this.#sessions.keys()]);
  }

  async #createOnChosenDevice(bytes: Uint8Array): Promise<Session> {
    for (;;) {
      const device = this.#candidates[0];
      if (device === undefined) throw this.#noneWorks();
      try {
        return await this.#runtime.createSession(bytes, device);
      } catch (error) {
        const mayGoOn = MMFSError.isInstance(error) && ["DEVICE_UNAVAILABLE", "MODEL_LOAD"].includes(error.code);
        if (!this.#isAuto || !mayGoOn) throw error;
        // The last device keeps its place, so that the next call tries it again.
        if (this.#candidates.length === 1) throw error.code === "MODEL_LOAD" ? error : this.#noneWorks(error);
        this.#refusals.push(error);
        this.#candidates.shift();
        await this.#free(BIG_GRAPHS);
      }
    }
  }

  #noneWorks(last?: MMFSError): MMFSError {
    const reasons = [...this.#refusals, ...(last ? [last] : [])].map(({ message }) => message).join(" ");
    return new MMFSError("DEVICE_UNAVAILABLE", `None of the devices works here. ${reasons}`.trim(), { cause: last });
  }

  async #free(parts: readonly LoadablePart[]): Promise<void> {
    const sessions = parts.flatMap((part) => this.#sessions.get(part) ?? []);
    for (const part of parts) this.#sessions.delete(part);
    // What a lost device has to say when its sessions are freed is of no use to anybody.
    await Promise.allSettled(sessions.map((session) => session.dispose()));
  }
}
