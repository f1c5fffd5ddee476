import { isMixture, type StyleName, type StyleOption, type WeightedStyle } from "./style-option.js";

/**
 * A style with other reference pictures in the place of its own, made one after the other. What is no style stays as it is, for
 * the core to refuse.
 */
export async function mapImages<From, To>(
  style: StyleOption<From>,
  map: (image: From) => Promise<To>,
): Promise<StyleOption<To>> {
  if (!isMixture(style)) return hasImage(style) ? { ...style, image: await map(style.image) } : style;
  const mapped: WeightedStyle<To>[] = [];
  for (const part of style) {
    const name: StyleName<From> | undefined = part?.style;
    const own: StyleName<To> = hasImage(name) ? { ...name, image: await map(name.image) } : name;
    mapped.push(name === undefined ? (part as WeightedStyle<never>) : { ...part, style: own });
  }
  return mapped;
}

function hasImage<Style>(style: Style): style is Extract<Style, { image: unknown }> {
  return typeof style === "object" && style !== null && "image" in style;
}
