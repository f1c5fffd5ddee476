import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { hostileInputs } from "./hostile-inputs.js";
import { answerTo, hostileTable } from "./table.js";

test.each(hostileInputs.map((input) => [`${input.group}: ${input.name}`, input] as const))(
  "%s",
  (_, { code, make }) => {
    const bytes = make();
    const start = performance.now();
    const answer = answerTo(bytes);
    expect(answer.code).toBe(code);
    // generous, for slow machines: none of these may be a way to keep a computer busy
    expect(performance.now() - start).toBeLessThan(10_000);
  },
);

test("docs/hostile-inputs.md tells what happens", () => {
  const page = readFileSync(new URL("../../docs/hostile-inputs.md", import.meta.url), "utf8");
  // a formatter may align the cells of the page
  const plain = (markdown: string) => markdown.replace(/ +/g, " ").replace(/-{2,}/g, "---").trim();
  expect(
    plain(page.split("<!-- table -->")[1] ?? "")
      .replaceAll("| --- ", "|---")
      .replaceAll("--- |", "---|"),
  ).toBe(plain(hostileTable()));
});

test("no hostile input takes more than twice its size and 64 MB", { timeout: 60_000 }, () => {
  const script = fileURLToPath(new URL("../../scripts/hostile-memory.ts", import.meta.url));
  const args = ["--conditions=@mmfs/source", "--expose-gc", "--max-semi-space-size=2", "--import", "tsx", script];
  // node looks for tsx from the working folder, which is the root's when all packages are tested
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 24, cwd });
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { name: string; megabytes: number; allowed: number });
  expect(rows.length, stderr).toBe(hostileInputs.length);
  for (const { name, megabytes, allowed } of rows) expect(megabytes, name).toBeLessThan(allowed);
});
