import { parseStyleCode, type StyleOption, serializeStyleCode } from "@mmfs/web";
import { createStore, del, entries, set } from "idb-keyval";
import { type Choice, choices } from "./choices.js";
import { lanes, openStylizer } from "./engine.js";
import { saveFile } from "./save-file.js";

const PREFIX = "saved:";
const store = createStore("mmfs-studio", "styles");

/** Hangs the styles of earlier visits; each is kept as the text of its `.style` file. */
export async function hangSaved(): Promise<void> {
  const kept = await entries<string, string>(store);
  const saved = kept.flatMap(([name, text]): Choice[] => {
    try {
      return [{ id: PREFIX + name, name, kind: "saved", code: parseStyleCode(text) }];
    } catch {
      return [];
    }
  });
  choices.value = [...saved, ...choices.value];
}

/** Keeps a style, mixture included, in this browser under a name. */
export async function keepStyle(name: string, style: StyleOption): Promise<void> {
  const code = await codeOf(style);
  await set(name, serializeStyleCode(code), store);
  const choice: Choice = { id: PREFIX + name, name, kind: "saved", code };
  choices.value = [choice, ...choices.value.filter(({ id }) => id !== choice.id)];
}

export async function forgetStyle({ id, name }: Choice): Promise<void> {
  await del(name, store);
  choices.value = choices.value.filter((choice) => choice.id !== id);
}

/** Writes the `.style` file that `mmfs stylize --style` reads. */
export async function exportStyle(name: string, style: StyleOption): Promise<void> {
  saveFile(new Blob([serializeStyleCode(await codeOf(style))], { type: "application/json" }), `${name}.style`);
}

async function codeOf(style: StyleOption) {
  const stylizer = await openStylizer();
  return lanes.run("front", new AbortController().signal, () => stylizer.resolveStyle(style));
}
