import { InferenceSession, type Tensor } from "onnxruntime-node";
import type { Runtime } from "../../runtime/runtime.js";

/** onnxruntime on the CPU, in this thread. */
export function cpuRuntime(onRun: (inputs: readonly string[]) => void = () => {}): Runtime {
  return {
    devices: ["cpu"],
    smallGraphDevice: "cpu",
    async createSession(model, device) {
      const session = await InferenceSession.create(model, { executionProviders: ["cpu"], intraOpNumThreads: 1 });
      return {
        device,
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        run: (feeds) => {
          onRun(Object.keys(feeds));
          return session.run(feeds as Record<string, Tensor>);
        },
        dispose: () => session.release(),
      };
    },
    dispose: async () => {},
  };
}
