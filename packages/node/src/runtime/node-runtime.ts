import { type Device, MMFSError, type Runtime, type Session, type Tensors } from "@mmfs/core";
import { deviceUnavailable, onnxLoadError, onnxRunError } from "@mmfs/core/internal";
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { NativeGate } from "../worker/native-gate.js";
import { autoDevices, type Machine, thisMachine, whyUnavailable } from "./device-check.js";
import { loadOnnxRuntime, type OnnxRuntime } from "./load-onnxruntime.js";

/** Without this, a device that cannot run a part of the graph leaves that part, or all, to the CPU in silence. */
const NO_FALLBACK = { disable_cpu_ep_fallback: "1" };

/**
 * By default each graph's threads spin for a while after it has run, against those of the next graph, sharp's and the
 * event loop's: on two busy cores a picture then takes twice as long, and on idle ones no less.
 */
const PATIENT_THREADS = { intra_op: { allow_spinning: "0" } };

export interface NodeRuntimeOptions {
  /** Threads that a graph on the CPU computes with. @default one for each core */
  threads?: number | undefined;
  /** Keeps the thread from being ended during a native call; the same gate is held by whoever may end it. */
  gate?: NativeGate | undefined;
  /** @default this machine */
  machine?: Machine | undefined;
  /** @default the package onnxruntime-node */
  load?: (() => Promise<OnnxRuntime>) | undefined;
}

/**
 * The core's {@link Runtime} on onnxruntime-node. Its calls block the thread while the native library works, so it
 * belongs into a worker thread; two of them must not use WebGPU in one process at a time.
 */
export class NodeRuntime implements Runtime {
  readonly devices: readonly Device[];
  readonly smallGraphDevice = "cpu";
  readonly #threads: number | undefined;
  readonly #machine: Machine;
  readonly #load: () => Promise<OnnxRuntime>;
  readonly #gate: NativeGate;
  readonly #sessions = new Set<NodeSession>();
  #disposed = false;

  constructor(options: NodeRuntimeOptions = {}) {
    this.#threads = options.threads;
    this.#gate = options.gate ?? new NativeGate();
    this.#machine = options.machine ?? thisMachine;
    this.devices = autoDevices(this.#machine);
    this.#load = () => loadOnnxRuntime(options.load);
  }

  async createSession(model: Uint8Array, device: Device): Promise<Session> {
    if (this.#disposed) throw new MMFSError("DISPOSED", "The runtime was disposed.");
    const reason = whyUnavailable(device, this.#machine);
    if (reason !== undefined) throw deviceUnavailable(device, reason);
    const onnxRuntime = await this.#load();
    const created = await this.#gate.pass(() => this.#create(onnxRuntime, model, device));
    const session = new NodeSession(created, device, this.#gate, () => this.#sessions.delete(session));
    this.#sessions.add(session);
    return session;
  }

  async #create(onnxRuntime: OnnxRuntime, model: Uint8Array, device: Device): Promise<InferenceSession> {
    try {
      return await onnxRuntime.InferenceSession.create(model, {
        executionProviders: [device],
        graphOptimizationLevel: "all",
        // A pattern is one block for all that a run needs. For tiles of many sizes the blocks add up: a third more memory, no time.
        enableMemPattern: false,
        ...(this.#threads === undefined ? {} : { intraOpNumThreads: this.#threads }),
        // Failures come back as exceptions; onnxruntime writes the same to stderr unless it may only report the fatal.
        logSeverityLevel: 4,
        extra: { session: device === "cpu" ? PATIENT_THREADS : NO_FALLBACK },
      });
    } catch (cause) {
      throw onnxLoadError(cause, device);
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#sessions].map((session) => session.dispose()));
  }
}

class NodeSession implements Session {
  #session: InferenceSession | undefined;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputShapes: Readonly<Record<string, readonly (number | string)[]>>;
  readonly #gate: NativeGate;
  readonly #onDispose: () => void;
  #running: Promise<unknown> = Promise.resolve();

  constructor(
    session: InferenceSession,
    readonly device: Device,
    gate: NativeGate,
    onDispose: () => void,
  ) {
    this.#session = session;
    this.inputNames = session.inputNames;
    this.outputNames = session.outputNames;
    const shapes = session.inputMetadata.map((input) => [input.name, input.isTensor ? input.shape : []] as const);
    this.inputShapes = Object.fromEntries(shapes);
    this.#gate = gate;
    this.#onDispose = onDispose;
  }

  async run(feeds: Tensors): Promise<Tensors> {
    const session = this.#session;
    if (session === undefined) throw new MMFSError("DISPOSED", "The graph was disposed.");
    const run = this.#gate.pass(() => session.run(feeds as Record<string, Tensor>));
    this.#running = run.catch(() => {});
    try {
      return await run;
    } catch (cause) {
      if (MMFSError.isInstance(cause)) throw cause;
      throw onnxRunError(cause, this.device);
    }
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    await this.#running;
    await this.#gate.pass(() => session.release()).catch(() => {});
    this.#onDispose();
  }
}
