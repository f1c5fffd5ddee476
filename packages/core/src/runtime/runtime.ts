import type { Tensor } from "onnxruntime-common";

/** The places where graphs run. `wasm` is the CPU of a browser. */
export const DEVICES = ["cpu", "wasm", "webgpu", "cuda", "coreml", "dml"] as const;

/** A place where graphs run; each platform has some of them. */
export type Device = (typeof DEVICES)[number];

/** A device, or `auto`: the first that works, in the order of {@link Runtime.devices}. */
export type DeviceOption = "auto" | Device;

/** The precisions of graphs, the plain one first. */
export const DTYPES = ["fp32", "fp16", "int8"] as const;

/**
 * Precision of a graph: `fp16` also computes so in encoder and decoder, while in towers and mapper it and `int8` are only how
 * the matrices are stored.
 */
export type DType = (typeof DTYPES)[number];

/** Tensors by the name that the graph gives them. */
export type Tensors = Record<string, Tensor>;

/** A graph that is loaded on a device. */
export interface Session {
  /** The device it really runs on. */
  readonly device: Device;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The shape of each input, with names in the place of free dimensions; left out by a runtime that cannot tell. */
  readonly inputShapes?: Readonly<Record<string, readonly (number | string)[]>> | undefined;
  /**
   * Runs the graph once.
   *
   * @param feeds one tensor for every input; their buffers may be transferred, so do not use them afterwards.
   * @throws {MMFSError} `INFERENCE_FAILED`, `DEVICE_LOST`, `DISPOSED`
   */
  run(feeds: Tensors): Promise<Tensors>;
  /** Frees the graph; idempotent. */
  dispose(): Promise<void>;
}

/** What the core needs of an inference engine: onnxruntime-node or onnxruntime-web behind one door. */
export interface Runtime {
  /** The devices of this platform that `auto` tries, the preferred first. */
  readonly devices: readonly Device[];
  /** Where graphs of a few million operations (face finding) run best: starting a GPU for them does not pay. */
  readonly smallGraphDevice: Device;
  /**
   * Loads a graph on exactly this device; never on another one instead.
   *
   * @param model the bytes of an ONNX file.
   * @throws {MMFSError} `DEVICE_UNAVAILABLE` with the reason, `MODEL_LOAD`, `UNSUPPORTED_PLATFORM`, `RUNTIME_NOT_LOADED`
   */
  createSession(model: Uint8Array, device: Device): Promise<Session>;
  /** Frees every session and whatever runs them; idempotent. */
  dispose(): Promise<void>;
}
