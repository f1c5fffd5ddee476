import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Device } from "@mmfs/core";
import { whySharedLibraryFails } from "./shared-library.js";

/** What the checks look at; tests pass their own. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  env: Record<string, string | undefined>;
  exists(path: string): boolean;
  /** The names in a folder, or none where it cannot be read. */
  list(folder: string): string[];
  /** @see whySharedLibraryFails */
  whyLibraryFails(name: string): string | undefined;
  /** The folder of onnxruntime-node's native libraries. */
  onnxRuntimeLibraries(): string | undefined;
}

export const thisMachine: Machine = {
  platform: process.platform,
  arch: process.arch,
  env: process.env,
  exists: existsSync,
  list(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
  whyLibraryFails: whySharedLibraryFails,
  onnxRuntimeLibraries() {
    try {
      const entry = createRequire(import.meta.url).resolve("onnxruntime-node");
      return join(dirname(entry), "..", "bin", "napi-v6", process.platform, process.arch);
    } catch {
      return undefined;
    }
  },
};

/** The devices that onnxruntime-node has on a platform, in the order in which `auto` prefers them. */
function platformDevices({ platform, arch }: Machine): readonly Device[] {
  if (platform === "linux") return arch === "x64" ? ["cuda", "webgpu", "cpu"] : ["cpu"];
  if (platform === "darwin") return ["webgpu", "coreml", "cpu"];
  if (platform === "win32") return ["webgpu", "dml", "cpu"];
  return ["cpu"];
}

/** What CUDA's provider of onnxruntime 1.30 is linked against, beside its own two files. */
const CUDA_LIBRARIES = ["libcuda.so.1", "libcudart.so.12", "libcublas.so.12", "libcudnn.so.9"];

/**
 * Why a device cannot work here, found without asking onnxruntime: its own attempts at a missing CUDA or Vulkan library
 * write red lines to stderr.
 *
 * @returns undefined where nothing is known against it.
 */
export function whyUnavailable(device: Device, machine: Machine = thisMachine): string | undefined {
  if (!platformDevices(machine).includes(device)) {
    return `onnxruntime-node has no ${device} on ${machine.platform}-${machine.arch}`;
  }
  if (machine.platform !== "linux") return undefined;
  if (device === "cuda") {
    const folder = machine.onnxRuntimeLibraries();
    if (folder === undefined || !machine.exists(join(folder, "libonnxruntime_providers_cuda.so"))) {
      return (
        "the CUDA libraries of onnxruntime-node are not installed; allow its install script " +
        "(see the CUDA section in the README of @mmfs/node)"
      );
    }
    for (const library of CUDA_LIBRARIES) {
      const reason = machine.whyLibraryFails(library);
      if (reason !== undefined) return `the CUDA 12 library ${library} cannot be loaded: ${reason}`;
    }
  }
  if (device === "webgpu") {
    const reason = machine.whyLibraryFails("libvulkan.so.1");
    if (reason !== undefined) return `the Vulkan loader is not installed (Debian package libvulkan1): ${reason}`;
  }
  return undefined;
}

/**
 * The devices that `auto` tries: those that could work here and would be faster than the CPU. A GPU that is not in the
 * machine is left out silently; one that is there and fails is for the caller to report.
 */
export function autoDevices(machine: Machine = thisMachine): Device[] {
  return platformDevices(machine).filter((device) => {
    // Core ML takes graphs apart between itself and the CPU, which is refused; it runs only where it is named.
    if (device === "coreml") return false;
    if (device === "webgpu" && machine.platform === "linux" && !hasVulkanHardware(machine)) return false;
    return whyUnavailable(device, machine) === undefined;
  });
}

const VULKAN_DRIVER_FOLDERS = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
const SOFTWARE_DRIVER = /swiftshader|lvp_icd|lavapipe|llvmpipe/i;

/** True where a graphics card and a Vulkan driver for one are there: drivers in software are slower than the CPU device. */
function hasVulkanHardware(machine: Machine): boolean {
  const card = machine.list("/dev/dri").some((name) => name.startsWith("renderD")) || machine.exists("/dev/nvidia0");
  if (!card) return false;
  const chosen = machine.env.VK_DRIVER_FILES ?? machine.env.VK_ICD_FILENAMES;
  const drivers = chosen ? chosen.split(":") : VULKAN_DRIVER_FOLDERS.flatMap((folder) => machine.list(folder));
  return drivers.some((driver) => driver.endsWith(".json") && !SOFTWARE_DRIVER.test(driver));
}
