import type { Device } from "@mmfs/core";
import { DEVICES } from "@mmfs/core/internal";

/** Which devices onnxruntime-web has in one browser or another. */
const IS_HERE = {
  cpu: false,
  wasm: true,
  webgpu: true,
  cuda: false,
  coreml: false,
  dml: false,
} as const satisfies Record<Device, boolean>;

/** A device that onnxruntime-web has in some browser. */
export type WebDevice = { [Each in Device]: (typeof IS_HERE)[Each] extends true ? Each : never }[Device];

/** The devices that onnxruntime-web has in one browser or another. */
export const WEB_DEVICES = DEVICES.filter((device): device is WebDevice => IS_HERE[device]);
