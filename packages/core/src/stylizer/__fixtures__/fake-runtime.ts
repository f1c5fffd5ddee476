import { Tensor } from "onnxruntime-common";
import { MMFSError } from "../../errors/mmfs-error.js";
import type { Device, Runtime } from "../../runtime/runtime.js";

/** A runtime for the tiny bundle whose graphs give zeros and whose failures are scripted. */
export class FakeRuntime implements Runtime {
  devices: Device[] = ["cpu"];
  readonly smallGraphDevice = "cpu";
  /** What happened, such as `create encoder on cpu`, `run decoder` and `dispose encoder`. */
  readonly log: string[] = [];
  /** Called before anything happens; may wait or throw. */
  before: (event: string) => Promise<void> | void = () => {};

  async createSession(model: Uint8Array, device: Device) {
    const inputs = new TextDecoder("latin1").decode(model);
    const name = ["encoder", "decoder", "mapping"].find((each) => inputs.includes(`mmfs-${each}`)) ?? "unknown";
    await this.#happen(`create ${name} on ${device}`);
    return {
      device,
      inputNames: [],
      outputNames: [],
      run: async () => {
        await this.#happen(`run ${name}`);
        return {
          features: new Tensor("float32", new Float32Array(8 * 2 * 2), [1, 8, 2, 2]),
          image: new Tensor("float32", new Float32Array(3 * 32 * 32), [1, 3, 32, 32]),
          w: new Tensor("float32", new Float32Array(4), [1, 4]),
        };
      },
      dispose: () => this.#happen(`dispose ${name}`),
    };
  }

  async dispose() {}

  async #happen(event: string): Promise<void> {
    this.log.push(event);
    await this.before(event);
  }
}

export const refused = (device: Device) =>
  new MMFSError("DEVICE_UNAVAILABLE", `The device ${device} cannot be used here: there is none.`);
