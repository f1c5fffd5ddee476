/** Cosine of the angle between two vectors, -1 to 1. */
export function cosine(one: Float32Array, other: Float32Array): number {
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

/** Euclidean distance of two vectors. */
export function distance(one: Float32Array, other: Float32Array): number {
  return Math.hypot(...one.map((value, i) => value - other[i]!));
}

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, i) => sum + value * other[i]!, 0);
}

/** How alike two faces are. */
export interface Likeness {
  cosine: number;
  distance: number;
}

export function likeness(one: Float32Array, other: Float32Array): Likeness {
  return { cosine: cosine(one, other), distance: distance(one, other) };
}

/** The likeness of many pairs: its means. */
export interface LikenessSummary extends Likeness {
  pairs: number;
  /** Part of the pairs that are nearer than the threshold, 0 to 1. */
  belowThreshold: number;
}

export function summarise(pairs: readonly Likeness[], threshold: number): LikenessSummary {
  const mean = (value: (pair: Likeness) => number) => pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;
  return {
    pairs: pairs.length,
    cosine: mean((pair) => pair.cosine),
    distance: mean((pair) => pair.distance),
    belowThreshold: mean((pair) => (pair.distance < threshold ? 1 : 0)),
  };
}

/** Whether no value is above the one before it. */
export function falls(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value <= values[i - 1]!);
}

/** The likeness of every two of the vectors. */
export function allPairs(vectors: readonly Float32Array[]): Likeness[] {
  return vectors.flatMap((one, i) => vectors.slice(i + 1).map((other) => likeness(one, other)));
}

/** Place of the candidate at the least Euclidean distance; the first of equal ones. */
export function nearest(vector: Float32Array, candidates: readonly Float32Array[]): number {
  const distances = candidates.map((candidate) => distance(vector, candidate));
  return distances.indexOf(Math.min(...distances));
}

/** So many of the items, evenly spread over the list and in its order; all where there are not more. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]!);
}
