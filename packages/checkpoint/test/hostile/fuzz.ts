import { readFileSync } from "node:fs";
import { readZip } from "../../src/reading/zip-archive.js";
import { mutate } from "./mutations.js";
import { join, uint64 } from "./pickle-bytes.js";
import { answerTo } from "./table.js";
import { zip } from "./zip-bytes.js";

const fixture = (path: string) => new Uint8Array(readFileSync(new URL(`../__fixtures__/${path}`, import.meta.url)));

/** A sound file, and how to change it at random. */
interface Target {
  name: string;
  change(seed: number): Uint8Array;
}

/** Changes a file anywhere. */
function anywhere(path: string): Target {
  const bytes = fixture(path);
  return { name: path, change: (seed) => mutate(bytes, seed) };
}

/** Changes the pickle of a `.pth` and packs it again, past the CRC-32 that would catch it. */
function inPickle(path: string): Target {
  const entries = [...readZip(fixture(path))].map(([name, entry]) => ({ name, content: entry.read() }));
  return {
    name: `the pickle of ${path}`,
    change: (seed) =>
      zip(
        entries.map(({ name, content }) => ({
          name,
          content: name.endsWith("data.pkl") ? mutate(content, seed) : content,
        })),
      ),
  };
}

/** Changes the header of a `.safetensors` and states its new length truly. */
function inHeader(path: string): Target {
  const bytes = fixture(path);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const data = bytes.subarray(8 + length);
  return {
    name: `the header of ${path}`,
    change: (seed) => {
      const header = mutate(bytes.subarray(8, 8 + length), seed);
      return join(uint64(BigInt(header.length)), header, data);
    },
  };
}

const fuzzTargets: readonly Target[] = [
  anywhere("training-state/state.pth"),
  anywhere("training-state/state-legacy.pth"),
  anywhere("training-state/state-protocol4.pth"),
  anywhere("s48-odd/checkpoint.safetensors"),
  inPickle("training-state/state.pth"),
  inPickle("training-state/state-protocol4.pth"),
  inPickle("s32/checkpoint.pth"),
  inHeader("s48-odd/checkpoint.safetensors"),
];

export interface FuzzCount {
  cases: number;
  answers: Record<string, number>;
  slowestMs: number;
}

/** Reads mutations of every target; throws with the seed at the first answer that is neither a result nor an MMFSError. */
export function fuzz(firstSeed: number, casesPerTarget: number, count: FuzzCount): void {
  for (const target of fuzzTargets) {
    for (let seed = firstSeed; seed < firstSeed + casesPerTarget; seed++) {
      const bytes = target.change(seed);
      const start = performance.now();
      let code: string;
      try {
        code = answerTo(bytes).code;
      } catch (cause) {
        throw new Error(`${target.name} with seed ${seed} was answered by ${cause}`, { cause });
      }
      count.cases += 1;
      count.answers[code] = (count.answers[code] ?? 0) + 1;
      count.slowestMs = Math.max(count.slowestMs, performance.now() - start);
    }
  }
}
