import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { assertSamePicture, expectedPixels, NO_FACE_PNG, PORTRAIT_PNG, pixelsOf } from "./pictures.mjs";

const COMMAND = `npm start -- photos art "ink etching"`;

export async function check(example) {
  await mkdir(example.path("photos"));
  const add = (name, bytes) => writeFile(example.path("photos", name), bytes);
  await add("a.png", PORTRAIT_PNG);
  await add("b.png", NO_FACE_PNG);
  await add("c.jpg", "no picture at all");
  await add("d.png", PORTRAIT_PNG);

  const first = await example.run(COMMAND, { status: 1 });
  assert.match(first, /2 done, 0 skipped, 2 failed\nb\.png: NO_FACE: .+\nc\.jpg: UNSUPPORTED_IMAGE: /);
  assert.match(first, /^4\/4 d\.png$/m);
  const expected = await expectedPixels({ style: "ink etching" });
  for (const name of ["a.png", "d.png"]) assertSamePicture(await pixelsOf(example.path("art", name)), expected, 2);

  await resumes(example, add);
  await needsNoMoreMemoryForMorePhotos(example);
}

/** After Ctrl-C the same command makes what is missing, and leaves what there is. */
async function resumes(example, add) {
  for (const name of ["b.png", "c.jpg"]) await rm(example.path("photos", name));
  for (let i = 0; i < 12; i += 1) await add(`e${i}.png`, PORTRAIT_PNG);
  const before = (await stat(example.path("art", "a.png"))).mtimeMs;

  const running = example.start(COMMAND);
  while (!running.output.includes("e0.png") && running.child.exitCode === null) await sleep(5);
  await running.stop("SIGINT"); // of the shell and npm too, so that the status is theirs
  assert.match(running.output, /Interrupted; the same command goes on from here\./);
  const [, done] = /(\d+) done, 2 skipped, 0 failed/.exec(running.output) ?? assert.fail(running.output);
  assert(Number(done) < 12, "it was interrupted too late for this test");

  assert.match(
    await example.run(COMMAND),
    new RegExp(`${12 - Number(done)} done, ${2 + Number(done)} skipped, 0 failed`),
  );
  assert.equal((await stat(example.path("art", "a.png"))).mtimeMs, before);
}

async function needsNoMoreMemoryForMorePhotos(example) {
  const peak = async () => {
    await rm(example.path("art"), { recursive: true });
    const report = `import{writeFileSync}from"fs";process.on("exit",()=>writeFileSync("peak-"+process.argv.length,""+process.resourceUsage().maxRSS))`;
    const preload = `data:text/javascript,${encodeURIComponent(report)}`;
    await example.run(COMMAND, { env: { NODE_OPTIONS: `--import=${preload}` } });
    // The script has three arguments, and npm, which is preloaded alike, has others.
    return Number(await readFile(example.path("peak-5"), "utf8"));
  };
  const few = await peak();
  for (let i = 0; i < 28; i += 1) await copyFile(example.path("photos", "a.png"), example.path("photos", `f${i}.png`));
  const many = await peak();
  const megabytes = (kilobytes) => `${Math.round(kilobytes / 1024)} MB`;
  console.log(`  peak memory: ${megabytes(few)} for 14 photos, ${megabytes(many)} for 42`);
  assert(many < few * 1.25, "memory grows with the number of photos");
}
