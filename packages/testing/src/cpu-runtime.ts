import type { Runtime, Tensors } from "@mmfs/core";
import { InferenceSession, type Tensor } from "onnxruntime-node";

/** onnxruntime on the CPU, in this thread. @param onRun is told of the inputs of every run */
export function cpuRuntime(onRun: (inputs: readonly string[]) => void = () => {}, tellsShapes = true): Runtime {
  return {
    devices: ["cpu"],
    smallGraphDevice: "cpu",
    async createSession(model, device) {
      const session = await InferenceSession.create(model, { executionProviders: ["cpu"], intraOpNumThreads: 1 });
      const shapes = session.inputMetadata.map((input) => [input.name, input.isTensor ? input.shape : []] as const);
      return {
        device,
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        ...(tellsShapes && { inputShapes: Object.fromEntries(shapes) }),
        run: async (feeds: Tensors) => {
          onRun(Object.keys(feeds));
          return session.run(feeds as Record<string, Tensor>);
        },
        dispose: () => session.release(),
      };
    },
    dispose: async () => {},
  };
}
