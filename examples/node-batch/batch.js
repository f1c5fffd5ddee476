import { access, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createStylizer, MMFSError } from "@mmfs/node";

/** What is wrong with one photo and says nothing about the next; any other error ends the batch. */
const ABOUT_ONE_PHOTO = ["NO_FACE", "UNSUPPORTED_IMAGE", "IMAGE_TOO_LARGE", "FILE_NOT_READABLE"];

const [input, output, style] = process.argv.slice(2);
if (!input || !output) {
  console.error("Usage: npm start -- FOLDER OUTPUT_FOLDER [STYLE]");
  process.exit(2);
}

const interruption = new AbortController();
const { signal } = interruption;
process.once("SIGINT", () => interruption.abort());

const photos = (await readdir(input)).filter((name) => /\.(jpe?g|png|webp|avif)$/i.test(name)).sort();
await mkdir(output, { recursive: true });

const count = { done: 0, skipped: 0 };
const failures = [];
const stylizer = await createStylizer();

// Two workers share one iterator: while one photo is computed, the next is decoded or the last one written. More would not be
// faster, and however many photos there are, only these two are in memory.
const queue = photos.entries();
await Promise.all([work(), work()]);
await stylizer.dispose();

console.log(`${count.done} done, ${count.skipped} skipped, ${failures.length} failed`);
for (const { name, error } of failures) console.error(`${name}: ${error.code}: ${error.message}`);
if (signal.aborted) console.error("Interrupted; the same command goes on from here.");
process.exitCode = signal.aborted ? 130 : failures.length > 0 ? 1 : 0;

async function work() {
  for (const [index, name] of queue) {
    if (signal.aborted) return;
    await turn(name);
    console.log(`${index + 1}/${photos.length} ${name}`);
  }
}

async function turn(name) {
  const path = join(output, name);
  // A file stands under its name only when it is complete, so one that exists need not be made again.
  if (await exists(path)) {
    count.skipped += 1;
    return;
  }
  try {
    const picture = await stylizer.stylize(join(input, name), { style, signal });
    await picture.toFile(path);
    count.done += 1;
  } catch (error) {
    if (signal.aborted) return;
    if (!MMFSError.isInstance(error) || !ABOUT_ONE_PHOTO.includes(error.code)) throw error;
    failures.push({ name, error });
  }
}

function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
