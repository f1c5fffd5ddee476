import { createStyleEncoder } from "@mmfs/clip-mapper";
import { loadBundle, Stylizer } from "@mmfs/core";
import type { OpenedStylizer } from "@mmfs/core/internal";
import { FolderSource } from "../bundle/folder-source.js";
import { NodeRuntime } from "../runtime/node-runtime.js";
import type { NativeGate } from "../worker/native-gate.js";
import type { StylizerReference } from "./stylizer-reference.js";

/** Makes the core's stylizer of a reference, on onnxruntime-node and with the bundle of a folder. */
export async function openStylizer(reference: StylizerReference, gate: NativeGate): Promise<OpenedStylizer> {
  const { bundle: folder, device, dtype, threads } = reference;
  const runtime = new NodeRuntime({ threads, gate });
  const bundle = await loadBundle(new FolderSource(folder));
  const styleEncoder = await createStyleEncoder({ runtime, bundle, dtype });
  const stylizer = await Stylizer.create({ runtime, bundle, device, dtype, styleEncoder });
  return {
    stylizer,
    async dispose() {
      await stylizer.dispose();
      await styleEncoder.dispose();
      await runtime.dispose();
    },
  };
}
