import type { Device } from "@mmfs/core";
import { DEVICES } from "@mmfs/core/internal";

/** Which devices onnxruntime-node has on one machine or another. */
const IS_HERE = {
  cpu: true,
  wasm: false,
  webgpu: true,
  cuda: true,
  coreml: true,
  dml: true,
} as const satisfies Record<Device, boolean>;

/** A device that onnxruntime-node has on some machine. */
export type NodeDevice = { [Each in Device]: (typeof IS_HERE)[Each] extends true ? Each : never }[Device];

/** The devices that onnxruntime-node has on one machine or another. */
export const NODE_DEVICES = DEVICES.filter((device): device is NodeDevice => IS_HERE[device]);
