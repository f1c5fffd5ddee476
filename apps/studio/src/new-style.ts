import { parseStyleCode } from "@mmfs/web";
import { signal } from "@preact/signals";
import { type Choice, hang } from "./choices.js";
import { resolve } from "./engine.js";
import { explainError } from "./explain-error.js";

export const isResolving = signal(false);
export const styleProblem = signal("");

/** A style from a sentence. */
export const fromWords = (words: string) =>
  add(async () => ({ id: `words:${words}`, name: words, kind: "words", code: await resolve(words) }));

/** A style from a picture of one. */
export const fromPicture = (image: File) =>
  add(async () => ({
    id: `picture:${image.name}:${image.size}`,
    name: image.name.replace(/\.\w+$/, ""),
    kind: "picture",
    code: await resolve({ image }),
  }));

/** A style that chance picks. @param random @default Math.random */
export const fromChance = (random: () => number = Math.random) =>
  add(async () => {
    const seed = Math.floor(random() * 100_000);
    return { id: `seed:${seed}`, name: `No. ${seed}`, kind: "seed", code: await resolve({ seed }) };
  });

/** A style from a `.style` file, as `mmfs style` writes it. */
export const fromFile = (file: File) =>
  add(async () => {
    const name = file.name.replace(/\.(style|json)$/, "");
    return { id: `file:${name}`, name, kind: "saved", code: parseStyleCode(await file.text()) };
  });

async function add(make: () => Promise<Choice>): Promise<void> {
  isResolving.value = true;
  styleProblem.value = "";
  try {
    hang(await make());
  } catch (error) {
    styleProblem.value = explainError(error);
  } finally {
    isResolving.value = false;
  }
}
