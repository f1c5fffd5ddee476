import type { Device } from "@mmfs/core";
import { DEVICES } from "@mmfs/core/internal";

/** Which devices onnxruntime-node has on one machine or another. */
const IS_HERE: Record<Device, boolean> = {
  cpu: true,
  wasm: false,
  webgpu: true,
  cuda: true,
  coreml: true,
  dml: true,
};

/** The devices that onnxruntime-node has on one machine or another. */
export const NODE_DEVICES: readonly Device[] = DEVICES.filter((device) => IS_HERE[device]);
