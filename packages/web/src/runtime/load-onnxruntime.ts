import { MMFSError } from "@mmfs/core";
import type { Env, InferenceSessionFactory } from "onnxruntime-common";

/** What of onnxruntime-web is used. */
export interface OnnxRuntime {
  InferenceSession: InferenceSessionFactory;
  env: Env;
}

/**
 * A build of onnxruntime-web: for the CPU alone, or with WebGPU for browsers whose WebAssembly can wait for promises (`jspi`), or
 * for those where it cannot. The package's root entry is none of them: it always fetches the largest of all builds.
 */
export type RuntimeBuild = "wasm" | "jspi" | "webgpu";

const BUILDS: Record<RuntimeBuild, () => Promise<OnnxRuntime>> = {
  wasm: () => import("onnxruntime-web/wasm"),
  jspi: () => import("onnxruntime-web/jspi"),
  webgpu: () => import("onnxruntime-web/webgpu"),
};

/**
 * Loads a build of onnxruntime-web.
 *
 * @param folder address of the folder with the files of onnxruntime-web's `dist`, for pages without a bundler.
 * @throws {MMFSError} `RUNTIME_NOT_LOADED`
 */
export async function loadOnnxRuntime(build: RuntimeBuild, folder: string | undefined): Promise<OnnxRuntime> {
  try {
    if (folder === undefined) return await BUILDS[build]();
    const entry = new URL(`ort.${build}.min.mjs`, folder).href;
    const runtime: OnnxRuntime = await import(/* @vite-ignore */ /* webpackIgnore: true */ entry);
    runtime.env.wasm.wasmPaths = folder;
    return runtime;
  } catch (cause) {
    const where =
      folder === undefined ? "Let the bundler resolve onnxruntime-web in workers too, or" : "Correct it, or";
    throw new MMFSError(
      "RUNTIME_NOT_LOADED",
      `onnxruntime-web could not be loaded${folder === undefined ? "" : ` from runtimeUrl (${folder})`}. ${where} ` +
        "serve the files of its dist folder and name their address in runtimeUrl.",
      { cause },
    );
  }
}

/** The build that a device needs in this browser. */
export function buildFor(usesWebGpu: boolean): RuntimeBuild {
  if (!usesWebGpu) return "wasm";
  return "Suspending" in WebAssembly ? "jspi" : "webgpu";
}
