/** The rows of w+ by what they govern: shape and light, features and strokes, colour and texture. */
export const STYLE_GROUPS = {
  coarse: [0, 1, 2, 3],
  middle: [4, 5, 6],
  fine: [7, 8, 9],
} as const;

/** A named group of rows; see {@link STYLE_GROUPS}. */
export type StyleGroup = keyof typeof STYLE_GROUPS;

/** Rows of w+: a group, or a list of groups and of numbers from 0 (coarse) to 9 (fine). */
export type StyleLayers = StyleGroup | readonly (StyleGroup | number)[];

/** The numbers of the rows, as they were given; a row that is named twice comes twice. */
export function rowsOf(layers: StyleLayers): number[] {
  const list = typeof layers === "string" ? [layers] : layers;
  return list.flatMap((layer) => (typeof layer === "number" ? [layer] : STYLE_GROUPS[layer]));
}
