/** Reads mutated checkpoints for some seconds: fuzz.ts [SECONDS [FIRST_SEED]]. Stops at the first wrong answer. */
import { type FuzzCount, fuzz } from "../test/hostile/fuzz.js";

const [seconds = "60", firstSeed = String(Date.now() % 2 ** 30)] = process.argv.slice(2);
const count: FuzzCount = { cases: 0, answers: {}, slowestMs: 0 };
const end = Date.now() + Number(seconds) * 1000;
let seed = Number(firstSeed);
console.log(`first seed ${seed}`);
while (Date.now() < end) {
  fuzz(seed, 100, count);
  seed += 100;
}
console.log(`${count.cases} cases, slowest ${count.slowestMs.toFixed(0)} ms:`, count.answers);
