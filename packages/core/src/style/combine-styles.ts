import { MMFSError } from "../errors/mmfs-error.js";
import { StyleCode, type StyleOrigin } from "./style-code.js";
import { rowsOf, type StyleLayers } from "./style-groups.js";

/** A code between two others: `from` at 0, `to` at 1, beyond them outside of that range. */
export function interpolateStyles(from: StyleCode, to: StyleCode, amount: number): StyleCode {
  requireSameShape(from, to);
  const values = Float32Array.from(from.values, (value, i) => value + amount * (to.values[i]! - value));
  return new StyleCode(values, from.layers, from.dim, mixture(from, to));
}

/**
 * Style mixing: some rows of another code in the place of one's own.
 *
 * @param layers the rows that `other` governs, 0 (coarse: shape and light) to 9 (fine: colour and texture), or groups of them.
 * @throws {MMFSError} `INVALID_ARGUMENT` for a row that does not exist, `STYLE_INVALID` for codes of different shapes.
 * @see Karras et al. 2019, "A Style-Based Generator Architecture for GANs", section 3.1
 */
export function mixStyles(base: StyleCode, other: StyleCode, layers: StyleLayers): StyleCode {
  requireSameShape(base, other);
  const values = base.values.slice();
  for (const row of rowsOf(layers)) {
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

/** One style of {@link averageStyles}. */
export interface StylePart {
  code: StyleCode;
  /** @default 1 */
  weight?: number | undefined;
  /** @default all rows */
  layers?: StyleLayers | undefined;
}

/**
 * The weighted mean of codes, in each row by itself: with W the sum of the positive weights,
 * `row = center + Σ (weight / W) · (code − center)`. As long as no weight is negative this is the plain mean and `center`
 * cancels out. A negative weight takes that share of what sets its code apart from the centre out of the others: "less of" it.
 *
 * @param parts at least one, and in each row that has parts at least one with a weight above 0. A part with `layers` counts in
 * these rows only.
 * @param rest gives the rows that have no part.
 * @param center the code without a style, which negative weights need; the photo code or a mean code. @default `rest`
 * @throws {MMFSError} `INVALID_ARGUMENT`, `STYLE_INVALID`
 * @see Härkönen et al. 2020, "GANSpace", and Shen et al. 2020, "InterFaceGAN", for linear directions in the codes of a StyleGAN
 */
export function averageStyles(parts: readonly StylePart[], rest?: StyleCode, center = rest): StyleCode {
  const first = parts[0]?.code;
  if (first === undefined) throw new MMFSError("INVALID_ARGUMENT", "A mixture needs at least one style.");
  for (const { code } of parts) requireSameShape(first, code);
  for (const code of [rest, center]) if (code !== undefined) requireSameShape(first, code);
  const { layers, dim } = first;
  const values = new Float32Array(layers * dim);
  const weighted = parts.map(({ code, weight = 1, layers }) => ({ code, weight, rows: layers && rowsOf(layers) }));
  for (let row = 0; row < layers; row++) {
    const here = weighted.filter(({ rows }) => rows?.includes(row) ?? true);
    if (here.length === 0) {
      if (rest === undefined) {
        throw new MMFSError(
          "INVALID_ARGUMENT",
          `No style of the mixture governs row ${row}; add ${row} to the layers of one of them.`,
        );
      }
      values.set(rest.values.subarray(row * dim, (row + 1) * dim), row * dim);
      continue;
    }
    const whole = here.reduce((sum, { weight }) => sum + Math.max(weight, 0), 0);
    if (!(whole > 0)) {
      throw new MMFSError(
        "INVALID_ARGUMENT",
        `No style of the mixture has a weight above 0 in row ${row}; give one of them more than 0.`,
      );
    }
    const isPlain = here.every(({ weight }) => weight >= 0);
    if (!isPlain && center === undefined) {
      throw new MMFSError(
        "INVALID_ARGUMENT",
        "A negative weight needs a code to move away from, and the bundle has neither a photo code nor presets; " +
          "use weights of at least 0.",
      );
    }
    for (let i = row * dim; i < (row + 1) * dim; i++) {
      const from = isPlain ? 0 : center!.values[i]!;
      values[i] = here.reduce((sum, { code, weight }) => sum + (weight / whole) * (code.values[i]! - from), from);
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
