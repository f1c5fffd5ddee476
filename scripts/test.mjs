// The tests of the repository: vitest for the packages, pytest for the training where a Python with PyTorch is found.
//   node scripts/test.mjs           those that answer soon
//   node scripts/test.mjs --soak    the others, *.soak.test.ts and what pytest marks as soak: browsers, memory, long comparisons
// The last line counts them. With MMFS_REQUIRE_ALL=1 a skipped test is a failure.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPython } from "./find-python.mjs";
import { installAndBuild } from "./install-and-build.mjs";
import { pnpm } from "./pnpm.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const requireAll = process.env.MMFS_REQUIRE_ALL === "1";
const soak = process.argv.includes("--soak");
const total = { passed: 0, failed: 0, skipped: 0 };

installAndBuild();

const reports = mkdtempSync(join(tmpdir(), "mmfs-test-"));
try {
  runVitest(join(reports, "vitest.json"), soak ? [".soak.test."] : ["--exclude=**/*.soak.test.ts"]);
  if (soak) runInChromium(join(reports, "chromium.json"));
  runPytest(join(reports, "pytest.xml"));
} finally {
  rmSync(reports, { recursive: true, force: true });
}

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (total.failed > 0 || (requireAll && total.skipped > 0)) process.exitCode = 1;

/** @param args options, and the files that are wanted */
function runVitest(report, args) {
  const status = pnpm([
    "exec",
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...args,
    ...process.argv.slice(2).filter((argument) => argument !== "--soak"),
  ]);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, "utf8"));
  total.passed += numPassedTests;
  total.failed += numFailedTests;
  total.skipped += numPendingTests + numTodoTests;
  // A file that could not even be loaded fails the run without failing a test.
  if (status !== 0 && numFailedTests === 0) total.failed += 1;
}

/** The unit tests of the core, which the first run has run in Node. */
function runInChromium(report) {
  if (existsSync(process.env.MMFS_CHROMIUM ?? "/usr/bin/chromium")) {
    runVitest(report, ["--root=packages/core", "--config=vitest.browser.config.ts"]);
    return;
  }
  console.log("\ncore in Chromium: skipped, there is none (apt-get install chromium, or name it in MMFS_CHROMIUM)");
  total.skipped += 1;
}

function runPytest(report) {
  const python = findPython(["torch", "pytest", "numpy", "safetensors"]);
  if (!python) {
    console.log(
      "\ntraining: skipped, no Python with PyTorch and pytest was found (training/README.md says how to install)",
    );
    total.skipped += 1;
    return;
  }
  const { status } = spawnSync(
    python,
    ["-m", "pytest", "-q", "-m", soak ? "soak" : "not soak", `--junitxml=${report}`],
    {
      cwd: join(root, "training"),
      stdio: "inherit",
    },
  );
  const xml = readFileSync(report, "utf8");
  const count = (name) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(xml)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  total.passed += count("tests") - failed - count("skipped");
  total.failed += failed;
  total.skipped += count("skipped");
  if (status !== 0 && failed === 0) total.failed += 1;
}
