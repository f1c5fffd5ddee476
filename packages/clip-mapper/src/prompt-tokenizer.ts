import type { Tokenizer } from "@huggingface/tokenizers";
import { MMFSError } from "@mmfs/core";
import * as v from "valibot";

/** Tokens that a text tower reads at most, where tokenizer.json does not say: those of all published CLIPs. */
const CLIP_LENGTH = 77;

/** What is looked at here; the rest of the file is for the tokenizer. */
const TokenizerSchema = v.looseObject({
  model: v.looseObject({ vocab: v.record(v.string(), v.number()), unk_token: v.nullish(v.string()) }),
  truncation: v.nullish(
    v.looseObject({ max_length: v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(65536)) }),
  ),
});

/** Turns prompts into the ids that a text tower reads, as the Python library `tokenizers` does. */
export class PromptTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #maxLength: number;
  readonly #unknown: string | undefined;
  readonly #lowersCase: boolean;

  private constructor(tokenizer: Tokenizer, maxLength: number, unknown: string | undefined) {
    this.#tokenizer = tokenizer;
    this.#maxLength = maxLength;
    this.#unknown = unknown;
    this.#lowersCase = tokenizer.normalizer?.normalize("A") === "a";
  }

  /**
   * @param file Hugging Face's `tokenizer.json`.
   * @param location of the bundle, for messages.
   * @throws {MMFSError} `BUNDLE_INVALID`
   */
  static async read(file: Uint8Array, location: string): Promise<PromptTokenizer> {
    try {
      const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file));
      const { model, truncation } = v.parse(TokenizerSchema, json);
      const { Tokenizer } = await import("@huggingface/tokenizers");
      const tokenizer = new Tokenizer(json as object, {});
      return new PromptTokenizer(tokenizer, truncation?.max_length ?? CLIP_LENGTH, model.unk_token ?? undefined);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new MMFSError(
        "BUNDLE_INVALID",
        `The tokenizer of the bundle at ${location} is no tokenizer.json of Hugging Face that is understood here (${reason}). ` +
          "Convert the text tower again.",
        { cause },
      );
    }
  }

  /**
   * The ids of a prompt, start and end tokens included. A long one is cut before its end tokens.
   *
   * @throws {MMFSError} `PROMPT_NOT_UNDERSTOOD` if the vocabulary has none of its words.
   */
  encode(prompt: string): number[] {
    // JavaScript lowers the capital sigma at the end of a word to ς, Python's tokenizers always to σ.
    const text = this.#lowersCase ? prompt.replaceAll("Σ", "σ") : prompt;
    const words = this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
    if (!this.#understands(words)) {
      throw new MMFSError(
        "PROMPT_NOT_UNDERSTOOD",
        `The bundle's text tower knows no word of the prompt ${JSON.stringify(shorten(prompt))}. Use common English words, such as ` +
          '"watercolor painting".',
      );
    }
    const ids = this.#tokenizer.encode(text).ids;
    const excess = ids.length - this.#maxLength;
    if (excess <= 0) return ids;
    const before = ids.findIndex((_, start) => words.every((id, i) => ids[start + i] === id));
    const end = before + words.length;
    return [...ids.slice(0, end - excess), ...ids.slice(end)];
  }

  /** Byte-level vocabularies have no unknown token in their texts: they spell what they do not know. */
  #understands(words: readonly number[]): boolean {
    if (words.length === 0) return false;
    const unknown = this.#unknown === undefined ? undefined : this.#tokenizer.token_to_id(this.#unknown);
    if (!words.some((id) => id === unknown)) return true;
    return words.some((id) => id !== unknown && /[\p{L}\p{N}]/u.test(this.#tokenizer.id_to_token(id) ?? ""));
  }
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
