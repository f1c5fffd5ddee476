import { describe, expect, it } from "vitest";
import { autoDevices, type Machine, whyUnavailable } from "./device-check.js";

/** A Linux machine with a graphics card, its Vulkan driver, and CUDA in full; tests take things away. */
function machine(changes: Partial<Machine> & { files?: string[]; folders?: Record<string, string[]> } = {}): Machine {
  const files = changes.files ?? ["/ort/libonnxruntime_providers_cuda.so", "/dev/nvidia0"];
  const folders = changes.folders ?? {
    "/dev/dri": ["card0", "renderD128"],
    "/usr/share/vulkan/icd.d": ["radeon_icd.json"],
  };
  return {
    platform: "linux",
    arch: "x64",
    env: {},
    exists: (path) => files.includes(path),
    list: (folder) => folders[folder] ?? [],
    whyLibraryFails: () => undefined,
    onnxRuntimeLibraries: () => "/ort",
    ...changes,
  };
}

describe("autoDevices", () => {
  it.each([
    ["a Linux machine with everything", machine(), ["cuda", "webgpu", "cpu"]],
    ["without onnxruntime's CUDA libraries", machine({ files: [] }), ["webgpu", "cpu"]],
    ["without a card", machine({ files: [], folders: {} }), ["cpu"]],
    [
      "with a card, but Vulkan in software alone",
      machine({
        files: [],
        folders: { "/dev/dri": ["renderD128"], "/usr/share/vulkan/icd.d": ["lvp_icd.x86_64.json"] },
      }),
      ["cpu"],
    ],
    [
      "with a driver in software chosen by the environment",
      machine({ files: [], env: { VK_DRIVER_FILES: "/usr/lib/chromium/vk_swiftshader_icd.json" } }),
      ["cpu"],
    ],
    ["without the Vulkan loader", machine({ files: [], whyLibraryFails: (name) => `${name}: not found` }), ["cpu"]],
    ["Linux on arm64", machine({ arch: "arm64" }), ["cpu"]],
    ["macOS", machine({ platform: "darwin", arch: "arm64" }), ["webgpu", "cpu"]],
    ["Windows", machine({ platform: "win32" }), ["webgpu", "dml", "cpu"]],
    ["FreeBSD", machine({ platform: "freebsd" }), ["cpu"]],
  ])("%s: %j", (_name, there, expected) => {
    expect(autoDevices(there)).toEqual(expected);
  });
});

describe("whyUnavailable", () => {
  it.each([
    ["cuda", machine({ files: [] }), /install script/],
    ["cuda", machine({ whyLibraryFails: (name) => (name.includes("cudnn") ? "no such file" : undefined) }), /libcudnn/],
    ["webgpu", machine({ whyLibraryFails: () => "no such file" }), /libvulkan1/],
    ["dml", machine(), /has no dml on linux-x64/],
    ["wasm", machine(), /has no wasm/],
  ] as const)("%s: says what is missing", (device, there, message) => {
    expect(whyUnavailable(device, there)).toMatch(message);
  });

  it("leaves a named device to onnxruntime where nothing is known against it, card or not", () => {
    expect(whyUnavailable("webgpu", machine({ folders: {} }))).toBeUndefined();
    expect(whyUnavailable("cpu", machine())).toBeUndefined();
  });
});
