import { MMFSError } from "../errors/mmfs-error.js";
import { STYLE_LAYERS, type StyleCode } from "./style-code.js";

/**
 * Refuses what is not a style code, or is one for a network of another shape. Codes that went through `structuredClone`
 * are accepted.
 *
 * @param dim D of the network that will read it; any when left out.
 * @throws {MMFSError} `STYLE_INVALID`
 */
export function checkStyleCode(code: StyleCode, dim?: number): void {
  const refuse = (reason: string) => {
    throw new MMFSError(
      "STYLE_INVALID",
      `${reason} Load it with parseStyleCode, or take it from a result or a preset.`,
    );
  };
  const { values } = (code ?? {}) as Partial<StyleCode>;
  if (!(values instanceof Float32Array)) refuse("The style code does not hold its numbers as a Float32Array.");
  if (code.layers !== STYLE_LAYERS) refuse(`A style code has ${STYLE_LAYERS} rows, this one has ${code.layers}.`);
  if (code.values.length !== code.layers * code.dim) {
    refuse(`A style code of ${code.layers} × ${code.dim} numbers was expected, but it holds ${code.values.length}.`);
  }
  if (!code.values.every(Number.isFinite)) refuse("The style code holds numbers that are not finite.");
  if (dim !== undefined && code.dim !== dim) {
    throw new MMFSError(
      "STYLE_INVALID",
      `The style code has ${code.dim} numbers in a row, but the bundle's network reads ${dim}: it was made with another bundle. Use it with the bundle it came from.`,
    );
  }
}
