import { MMFSError } from "@mmfs/core";
import { decodeUtf8 } from "../reading/decode-utf8.js";

/** CLIP's own has 2 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What a text tower needs of its tokenizer. */
export interface TokenizerNeeds {
  /** Rows of the table of tokens. */
  vocabulary: number;
  /** The id of the token that ends a text; undefined where the tower does not name one. */
  endToken: number | undefined;
  /** The kind of `model` that makes the tokens. */
  model: "BPE" | "WordPiece";
}

/**
 * Checks that a `tokenizer.json` of Hugging Face fits the text tower: a model of the right kind whose ids are all rows of
 * the table of tokens, the id of the end token among them.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID`, saying which token does not fit
 */
export function checkTokenizer(bytes: Uint8Array, needs: TokenizerNeeds): void {
  if (bytes.length > MAX_BYTES) throw unusable(`it has ${bytes.length} bytes, above ${MAX_BYTES}`);
  let json: unknown;
  try {
    json = JSON.parse(decodeUtf8(bytes, "tokenizer.json"));
  } catch (cause) {
    if (MMFSError.isInstance(cause)) throw cause;
    throw unusable("it is not JSON", cause);
  }
  const model = isRecord(json) ? json.model : undefined;
  if (!isRecord(json) || !isRecord(model)) throw unusable("it has no model");
  // files of early versions do not name the type
  if (model.type !== undefined && model.type !== needs.model) {
    throw unusable(
      `its model is ${String(JSON.stringify(model.type)).slice(0, 60)} where the tower needs "${needs.model}"`,
    );
  }
  if (!isRecord(model.vocab)) throw unusable("it has no vocabulary");
  if (needs.model === "BPE" && !Array.isArray(model.merges)) throw unusable("it has no vocabulary with merges");
  const added = Array.isArray(json.added_tokens) ? json.added_tokens.filter(isRecord) : [];
  const entries: [string, unknown][] = [
    ...Object.entries(model.vocab),
    ...added.map(({ content, id }): [string, unknown] => [String(content), id]),
  ];
  for (const [token, id] of entries) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= needs.vocabulary) {
      throw unusable(
        `its token ${JSON.stringify(token.slice(0, 60))} has the id ${String(JSON.stringify(id)).slice(0, 60)}, and the text tower has ` +
          `${needs.vocabulary} tokens`,
      );
    }
  }
  if (needs.endToken !== undefined && !entries.some(([, id]) => id === needs.endToken)) {
    throw unusable(`none of its tokens has the id ${needs.endToken}, which the tower says ends a text`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unusable(what: string, cause?: unknown): MMFSError {
  return new MMFSError(
    "CHECKPOINT_INVALID",
    `This tokenizer.json does not belong to the text tower: ${what}.`,
    cause === undefined ? undefined : { cause },
  );
}
