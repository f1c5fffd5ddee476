import { sha256 } from "@mmfs/core/internal";
import { toHalves } from "../half-float.js";
import { encoderLayout } from "./network-layout.js";
import type { Network } from "./read-network.js";

/**
 * SHA-256 of an encoder's weights, in lower-case hexadecimal digits: its tensors as little-endian float16, joined in the
 * order of their keys (`encoder.0.0.weight` before `encoder.0.1.bias`). Rounding makes it the same for a checkpoint of
 * float32 and the float16 file exported from it.
 */
export function encoderDigest(network: Pick<Network, "shape" | "weights">): Promise<string> {
  const keys = [...encoderLayout(network.shape.baseWidth).keys()].sort();
  const tensors = keys.map((key) => toHalves(network.weights(key)));
  const bytes = new Uint8Array(2 * tensors.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let position = 0;
  for (const tensor of tensors) {
    for (const half of tensor) {
      view.setUint16(position, half, true);
      position += 2;
    }
  }
  return sha256(bytes);
}
