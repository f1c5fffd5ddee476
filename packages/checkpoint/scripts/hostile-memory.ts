/** Prints, for every hostile input, by how many megabytes the process grew while it was read, one JSON object a line. */
import { readFileSync, writeFileSync } from "node:fs";
import { hostileInputs } from "../test/hostile/hostile-inputs.js";
import { answerTo } from "../test/hostile/table.js";

/** Resident megabytes, and their peak since {@link forgetPeak}. Other systems than Linux know no such peak. */
function resident(): { now: number; peak: number } {
  const now = process.memoryUsage.rss() / 2 ** 20;
  if (process.platform !== "linux") return { now, peak: now };
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return { now, peak: Number(peak) / 1024 };
}

function forgetPeak(): void {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
}

for (const { group, name, make } of hostileInputs) {
  const bytes = make();
  globalThis.gc?.();
  forgetPeak();
  const { now } = resident();
  answerTo(bytes);
  const { peak } = resident();
  const allowed = 64 + (2 * bytes.length) / 2 ** 20;
  console.log(JSON.stringify({ name: `${group}: ${name}`, megabytes: Math.round(peak - now), allowed }));
}
