import { Tensor } from "onnxruntime-common";
import { RandomGenerator } from "../random/random-generator.js";
import { StyleCode } from "../style/style-code.js";
import type { LoadOptions } from "../stylizer/options.js";
import type { GraphSet } from "./graph-set.js";
import { outputOf } from "./outputs.js";

/** The style of a seed: the mapping network's w of a unit normal z. */
export async function mapSeed(graphs: GraphSet, seed: number, load: LoadOptions): Promise<StyleCode> {
  const { styleDim } = graphs.network;
  const z = () => ({ z: new Tensor("float32", new RandomGenerator(seed).normals(styleDim), [1, styleDim]) });
  const { data } = outputOf(await graphs.run("mapping", z, load), "w");
  return StyleCode.fromRow(data as Float32Array, { type: "seed", seed });
}
