import { MMFSError } from "@mmfs/core";

/** One embedding of {@link combineEmbeddings}. */
export interface WeightedEmbedding {
  /** E numbers, L2-normalised. */
  embedding: Float32Array;
  /** Its share; negative for less of it. @default 1 */
  weight?: number | undefined;
}

/** Below this length nothing but rounding is left of a sum of embeddings. */
const SHORTEST = 1e-4;

/**
 * The weighted mean of embeddings, L2-normalised again. With W the sum of the positive weights and m the mean of the
 * embeddings that have one, it is `m + Σ (|weight| / W) · (m − embedding)` over the negative ones: less of something is the way
 * from it to the others and on. All shares add up to 1, so what all embeddings have in common stays, which in a CLIP is much.
 *
 * @param parts at least one with a weight above 0.
 * @throws {MMFSError} `INVALID_ARGUMENT` also if the parts cancel each other out
 * @see Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision", section 3.1.4, for the
 *   mean of several prompts
 */
export function combineEmbeddings(parts: readonly WeightedEmbedding[]): Float32Array {
  const weights = parts.map(({ weight = 1 }) => weight);
  const whole = weights.reduce((sum, weight) => sum + Math.max(weight, 0), 0);
  if (!weights.every(Number.isFinite) || !(whole > 0) || !Number.isFinite(whole)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A mixture needs finite weights and one of them above 0; ${weights.join(", ") || "none"} was given.`,
    );
  }
  const length = parts[0]!.embedding.length;
  if (parts.some(({ embedding }) => embedding.length !== length)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `Embeddings of ${[...new Set(parts.map(({ embedding }) => embedding.length))].join(" and ")} numbers cannot be combined: ` +
        "they belong to different towers.",
    );
  }
  const less = weights.reduce((sum, weight) => sum + Math.max(-weight, 0), 0) / whole;
  const sum = Float64Array.from({ length }, (_, i) =>
    parts.reduce((total, { embedding }, part) => {
      const share = weights[part]! / whole;
      return total + (share > 0 ? share * (1 + less) : share) * embedding[i]!;
    }, 0),
  );
  const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  if (!(norm >= SHORTEST)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      "The styles of the mixture are not finite or cancel each other out; change their weights.",
    );
  }
  return Float32Array.from(sum, (value) => value / norm);
}
