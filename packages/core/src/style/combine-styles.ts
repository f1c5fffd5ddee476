import { MMFSError } from "../errors/mmfs-error.js";
import { StyleCode, type StyleOrigin } from "./style-code.js";

/** A code between two others: `from` at 0, `to` at 1, beyond them outside of that range. */
export function interpolateStyles(from: StyleCode, to: StyleCode, amount: number): StyleCode {
  requireSameShape(from, to);
  const values = Float32Array.from(from.values, (value, i) => value + amount * (to.values[i]! - value));
  return new StyleCode(values, from.layers, from.dim, mixture(from, to));
}

/**
 * Style mixing: some rows of another code in the place of one's own.
 *
 * @param layers the rows that `other` governs, 0 (coarse: shape and light) to 9 (fine: colour and texture).
 * @throws {MMFSError} `INVALID_ARGUMENT` for a row that does not exist, `STYLE_INVALID` for codes of different shapes.
 * @see Karras et al. 2019, "A Style-Based Generator Architecture for GANs", section 3.1
 */
export function mixStyles(base: StyleCode, other: StyleCode, layers: readonly number[]): StyleCode {
  requireSameShape(base, other);
  const values = base.values.slice();
  for (const row of layers) {
    if (!Number.isInteger(row) || row < 0 || row >= base.layers) {
      throw new MMFSError("INVALID_ARGUMENT", `A style has the rows 0 to ${base.layers - 1}; ${row} is none of them.`);
    }
    values.set(other.values.subarray(row * base.dim, (row + 1) * base.dim), row * base.dim);
  }
  return new StyleCode(values, base.layers, base.dim, mixture(base, other));
}

/**
 * The truncation trick: moves a code towards a centre, which makes it more usual.
 *
 * @param center the mean code of the network.
 * @param psi 1 leaves the code as it is, 0 gives the centre.
 * @see Karras et al. 2019, section "Truncation trick in W"
 */
export function truncateStyle(code: StyleCode, center: StyleCode, psi: number): StyleCode {
  const { values, layers, dim } = interpolateStyles(center, code, psi);
  return new StyleCode(values, layers, dim, code.origin);
}

/**
 * The weighted mean of codes.
 *
 * @param parts at least one; the weights are divided by their sum, which must not be 0. A part with `layers` counts in
 * these rows only; in a row that has no part the mean of the row is taken from `rest`.
 * @throws {MMFSError} `INVALID_ARGUMENT`, `STYLE_INVALID`
 */
export function averageStyles(
  parts: readonly { code: StyleCode; weight?: number | undefined; layers?: readonly number[] | undefined }[],
  rest?: StyleCode,
): StyleCode {
  const first = parts[0]?.code;
  if (first === undefined) throw new MMFSError("INVALID_ARGUMENT", "A mixture needs at least one style.");
  for (const { code } of parts) requireSameShape(first, code);
  const { layers, dim } = first;
  const values = new Float32Array(layers * dim);
  for (let row = 0; row < layers; row++) {
    const here = parts.filter((part) => part.layers?.includes(row) ?? true);
    const shares = here.map(({ weight = 1 }) => weight);
    const sum = shares.reduce((total, share) => total + share, 0);
    if (here.length > 0 && !(sum > 0)) {
      throw new MMFSError(
        "INVALID_ARGUMENT",
        `The weights of the styles in row ${row} add up to ${sum}; give one of them more than 0.`,
      );
    }
    if (here.length === 0 && rest === undefined) {
      throw new MMFSError(
        "INVALID_ARGUMENT",
        `No style of the mixture governs row ${row}; add ${row} to the layers of one of them.`,
      );
    }
    for (let i = row * dim; i < (row + 1) * dim; i++) {
      if (here.length === 0) values[i] = rest!.values[i]!;
      else values[i] = here.reduce((total, { code }, part) => total + (shares[part]! / sum) * code.values[i]!, 0);
    }
  }
  const origin: StyleOrigin = parts.length === 1 ? first.origin : mixture(...parts.map(({ code }) => code));
  return new StyleCode(values, layers, dim, origin);
}

function requireSameShape(one: StyleCode, other: StyleCode): void {
  if (one.layers === other.layers && one.dim === other.dim) return;
  throw new MMFSError(
    "STYLE_INVALID",
    `Style codes of ${one.layers} × ${one.dim} and ${other.layers} × ${other.dim} numbers cannot be combined: they belong to different networks.`,
  );
}

/** The origin of a combination; nested ones are written as one list, each origin once. */
function mixture(...codes: StyleCode[]): StyleOrigin {
  const all = codes.flatMap(({ origin }) => (origin.type === "mixture" ? origin.of : [origin]));
  const of = [...new Map(all.map((origin) => [JSON.stringify(origin), origin])).values()];
  return of.length === 1 ? of[0]! : { type: "mixture", of };
}
