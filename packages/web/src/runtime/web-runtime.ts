import { type Device, type DeviceOption, MMFSError, type Runtime, type Session, type Tensors } from "@mmfs/core";
import {
  deviceLost,
  deviceUnavailable,
  onnxFault,
  onnxLoadError,
  onnxReason,
  onnxRunError,
  SerialQueue,
} from "@mmfs/core/internal";
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { buildFor, loadOnnxRuntime, type OnnxRuntime, type RuntimeBuild } from "./load-onnxruntime.js";
import { threadCount } from "./thread-count.js";
import { type AdapterAnswer, isSoftware, requestAdapter, requestDevice } from "./webgpu.js";

/** Without this, operators that WebGPU lacks would run on the CPU in silence. */
const NO_FALLBACK = { session: { disable_cpu_ep_fallback: "1" } };

/** Milliseconds by which the news of a lost device may come later than the failure that it causes. */
const LOSS_DELAY = 200;

export interface WebRuntimeOptions {
  /** The devices that will be asked for: without WebGPU, a smaller build of onnxruntime-web is fetched. @default "auto" */
  device?: DeviceOption | undefined;
  /** Threads of WebAssembly. @default half of the cores, at most four; one without cross-origin isolation */
  threads?: number | undefined;
  /** Address of the folder with the files of onnxruntime-web's `dist`. @default as a bundler resolves the package */
  runtimeUrl?: string | undefined;
  /** @default `navigator.gpu` */
  gpu?: GPU | undefined;
  /** @default the package onnxruntime-web */
  load?: ((build: RuntimeBuild, folder: string | undefined) => Promise<OnnxRuntime>) | undefined;
}

interface LiveDevice {
  device: GPUDevice;
  /** Rejects with `DEVICE_LOST` when it is lost. */
  lost: Promise<never>;
  isLost: boolean;
}

/** Of all sessions of the thread: two runs at a time would hang WebGPU for good, and are refused by WebAssembly. */
const queue = new SerialQueue();

/** The core's {@link Runtime} on onnxruntime-web. */
export class WebRuntime implements Runtime {
  readonly devices: readonly Device[];
  readonly smallGraphDevice = "wasm";
  readonly #options: WebRuntimeOptions;
  readonly #answer: AdapterAnswer;
  readonly #sessions = new Set<WebSession>();
  #loading: Promise<OnnxRuntime> | undefined;
  #gpuDevice: LiveDevice | undefined;
  #disposed = false;

  private constructor(options: WebRuntimeOptions, answer: AdapterAnswer) {
    this.#options = options;
    this.#answer = answer;
    // A GPU that is simulated by the CPU is used only where it is asked for.
    this.devices = "adapter" in answer && !isSoftware(answer.adapter) ? ["webgpu", "wasm"] : ["wasm"];
  }

  /** Asks the browser for a graphics adapter, unless `device` says that none is wanted. */
  static async create(options: WebRuntimeOptions = {}): Promise<WebRuntime> {
    const { device = "auto", gpu = globalThis.navigator?.gpu } = options;
    const wanted = device === "auto" || device === "webgpu";
    const answer = wanted ? await requestAdapter(gpu) : { reason: "it was not asked for" };
    return new WebRuntime({ ...options, gpu }, answer);
  }

  /** What the user should know of the place where graphs run. @param device where the large graphs run. */
  warnings(device: Device): string[] {
    const { threads, reason } = threadCount(this.#options.threads);
    if (device !== "wasm" || threads > 1 || reason === undefined) return [];
    return [reason];
  }

  createSession(model: Uint8Array, device: Device): Promise<Session> {
    return queue.run(async () => {
      if (this.#disposed) throw new MMFSError("DISPOSED", "The runtime was disposed.");
      if (device !== "wasm" && device !== "webgpu")
        throw deviceUnavailable(device, "a browser has only webgpu and wasm");
      const gpuDevice = device === "webgpu" ? await this.#takeGpuDevice() : undefined;
      const runtime = await this.#load();
      const created = this.#create(runtime, model, gpuDevice?.device);
      const session = await raceLost(created, gpuDevice);
      const owner = new WebSession(session, device, gpuDevice, () => this.#sessions.delete(owner));
      this.#sessions.add(owner);
      return owner;
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#sessions].map((session) => session.dispose()));
    this.#gpuDevice?.device.destroy();
    this.#gpuDevice = undefined;
  }

  #load(): Promise<OnnxRuntime> {
    const { load = loadOnnxRuntime, device = "auto", runtimeUrl } = this.#options;
    const usesWebGpu = device === "webgpu" || this.devices.includes("webgpu");
    this.#loading ??= load(buildFor(usesWebGpu), runtimeUrl).then(
      (runtime) => {
        runtime.env.wasm.numThreads = threadCount(this.#options.threads).threads;
        // Failures come back as exceptions; onnxruntime writes the same to the console.
        runtime.env.logLevel = "fatal";
        return runtime;
      },
      (error) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }

  async #takeGpuDevice(): Promise<LiveDevice> {
    if (this.#gpuDevice && !this.#gpuDevice.isLost) return this.#gpuDevice;
    // An adapter gives one device; after a loss the browser has to be asked anew.
    const answer = this.#gpuDevice ? await requestAdapter(this.#options.gpu) : this.#answer;
    if ("reason" in answer) throw deviceUnavailable("webgpu", answer.reason);
    let device: GPUDevice;
    try {
      device = await requestDevice(answer.adapter);
    } catch (cause) {
      throw deviceUnavailable("webgpu", `its adapter gave no device (${onnxReason(cause)})`, cause);
    }
    const live: LiveDevice = {
      device,
      isLost: false,
      lost: device.lost.then(({ message }) => {
        live.isLost = true;
        throw deviceLost("webgpu", { why: message });
      }),
    };
    live.lost.catch(() => {});
    this.#gpuDevice = live;
    return live;
  }

  async #create(runtime: OnnxRuntime, model: Uint8Array, gpuDevice: GPUDevice | undefined): Promise<InferenceSession> {
    try {
      return await runtime.InferenceSession.create(model, {
        executionProviders: [gpuDevice ? { name: "webgpu", device: gpuDevice } : "wasm"],
        graphOptimizationLevel: "all",
        logSeverityLevel: 4,
        ...(gpuDevice ? { extra: NO_FALLBACK } : {}),
      } as InferenceSession.SessionOptions);
    } catch (cause) {
      if (onnxFault(cause) !== "start") throw onnxLoadError(cause, gpuDevice ? "webgpu" : "wasm");
      this.#loading = undefined;
      throw new MMFSError(
        "RUNTIME_NOT_LOADED",
        `onnxruntime-web could not start: ${onnxReason(cause)}. Check that its .wasm file is served (not an HTML page in its place) ` +
          "and that a Content-Security-Policy, if there is one, allows script-src 'wasm-unsafe-eval'.",
        { cause },
      );
    }
  }
}

class WebSession implements Session {
  #session: InferenceSession | undefined;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputShapes: Readonly<Record<string, readonly (number | string)[]>>;
  readonly #gpuDevice: LiveDevice | undefined;
  readonly #onDispose: () => void;

  constructor(
    session: InferenceSession,
    readonly device: Device,
    gpuDevice: LiveDevice | undefined,
    onDispose: () => void,
  ) {
    this.#session = session;
    this.inputNames = session.inputNames;
    this.outputNames = session.outputNames;
    const shapes = session.inputMetadata.map((input) => [input.name, input.isTensor ? input.shape : []] as const);
    this.inputShapes = Object.fromEntries(shapes);
    this.#gpuDevice = gpuDevice;
    this.#onDispose = onDispose;
  }

  run(feeds: Tensors): Promise<Tensors> {
    return queue.run(async () => {
      const session = this.#session;
      if (session === undefined) throw new MMFSError("DISPOSED", "The graph was disposed.");
      try {
        return await raceLost(session.run(feeds as Record<string, Tensor>), this.#gpuDevice);
      } catch (cause) {
        if (MMFSError.isInstance(cause)) throw cause;
        // A run may hear of the loss of its device before the device says so.
        if (this.#gpuDevice)
          await raceLost(new Promise<void>((resolve) => setTimeout(resolve, LOSS_DELAY)), this.#gpuDevice);
        throw this.#gpuDevice?.isLost ? deviceLost(this.device, { cause }) : onnxRunError(cause, this.device);
      }
    });
  }

  dispose(): Promise<void> {
    return queue.run(async () => {
      const session = this.#session;
      this.#session = undefined;
      if (session === undefined) return;
      this.#onDispose();
      // On a device that is lost, a release may wait for ever.
      if (!this.#gpuDevice?.isLost) await raceLost(session.release(), this.#gpuDevice).catch(() => {});
    });
  }
}

/** What is asked of a lost device may never be answered. */
function raceLost<T>(answer: Promise<T>, gpuDevice: LiveDevice | undefined): Promise<T> {
  return gpuDevice ? Promise.race([answer, gpuDevice.lost]) : answer;
}
