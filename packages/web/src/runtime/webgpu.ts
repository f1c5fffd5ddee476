/** A WebGPU adapter, or why there is none. */
export type AdapterAnswer = { adapter: GPUAdapter } | { reason: string };

/**
 * Asks for an adapter: `navigator.gpu` is there also in browsers that have none to give.
 *
 * @param gpu `navigator.gpu`.
 */
export async function requestAdapter(gpu: GPU | undefined): Promise<AdapterAnswer> {
  if (gpu === undefined) {
    const insecure = globalThis.isSecureContext === false;
    return {
      reason: insecure ? "WebGPU needs a page served over https or from localhost" : "the browser has no WebGPU",
    };
  }
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    return adapter === null ? { reason: "the browser found no graphics adapter" } : { adapter };
  } catch (cause) {
    return { reason: `the browser gave no graphics adapter (${cause instanceof Error ? cause.message : cause})` };
  }
}

/** True for an adapter that computes in software, which is slower than WebAssembly. */
export function isSoftware(adapter: GPUAdapter): boolean {
  const { info } = adapter;
  return info?.isFallbackAdapter === true || /swiftshader|llvmpipe/i.test(`${info?.architecture} ${info?.description}`);
}

/** What onnxruntime's graphs need more of than every device has. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxStorageBuffersPerShaderStage",
] as const;

/** A device with all that the adapter has to offer of what onnxruntime uses. */
export function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredFeatures = (["shader-f16", "subgroups"] as GPUFeatureName[]).filter((feature) =>
    adapter.features.has(feature),
  );
  const requiredLimits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  return adapter.requestDevice({ requiredFeatures, requiredLimits });
}
