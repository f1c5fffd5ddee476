import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Tokenizer } from "@huggingface/tokenizers";
import { expect, test } from "vitest";
import { findTransformers } from "../parity/clip.js";

interface Row {
  text: string;
  ids: number[];
}

const python = findTransformers();
if (!python) console.log("CLIP's tokenizer in Python is skipped: install transformers beside torch");

/** JavaScript writes a capital sigma at the end of a word as ς, the Lowercase of Python's tokenizers always as σ. */
const lowerSigma = (text: string) => text.replaceAll("Σ", "σ");
/** A byte order mark is a space in JavaScript's regular expressions and a symbol in those of Python's tokenizers. */
const BYTE_ORDER_MARK = "\ufeff";

test.skipIf(!python)("a tokenizer.json like CLIP's is read in JavaScript as in Python, but for two characters", () => {
  const folder = mkdtempSync(join(tmpdir(), "mmfs-tokenizer-"));
  try {
    const script = fileURLToPath(new URL("clip_tokenizer_reference.py", import.meta.url));
    const env = { ...process.env, HF_HUB_OFFLINE: "1" };
    const { status, stderr } = spawnSync(python as string, [script, folder], { encoding: "utf8", env });
    expect(status, stderr).toBe(0);
    const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
    const tokenizer = new Tokenizer(read("tokenizer.json"), {});
    const rows: Row[] = read("texts.json");
    expect(rows).toHaveLength(1000);
    expect(new Set(rows.flatMap(({ ids }) => ids)).size).toBeGreaterThan(500);

    const different = (change: (text: string) => string) =>
      rows
        .filter(({ text, ids }) => String(tokenizer.encode(change(text)).ids) !== String(ids))
        .map(({ text }) => text);
    expect(different(lowerSigma).filter((text) => !text.includes(BYTE_ORDER_MARK))).toEqual([]);
    const verbatim = different((text) => text);
    expect(verbatim.filter((text) => !text.includes(BYTE_ORDER_MARK) && !text.includes("Σ"))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
