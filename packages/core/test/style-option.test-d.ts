// Checked by `npm run typecheck`: what `style` takes, what it refuses, and what is left where one alternative was ruled out.
import { expectTypeOf } from "vitest";
import type {
  Picture,
  StyleCode,
  StyleLayers,
  StyleName,
  StyleOption,
  StylePack,
  WeightedStyle,
} from "../src/index.js";

declare function take(style: StyleOption): void;
declare const code: StyleCode;
declare const pack: StylePack;
declare const picture: Picture;

const taken: StyleOption[] = [
  "charcoal",
  { seed: 7 },
  { code },
  { image: picture },
  { image: new ImageDataLike() },
  { pack },
  [{ style: "charcoal" }, { style: { seed: 7 }, weight: -0.5 }, { style: { code }, layers: "fine" }],
  [{ style: { image: picture }, weight: 2, layers: ["coarse", 7] }],
  [] as const,
];
expectTypeOf(taken).items.toEqualTypeOf<StyleOption>();

// @ts-expect-error a seed is a number
take({ seed: "7" });
// @ts-expect-error a file is for the packages of a platform
take({ image: "me.jpg" });
// @ts-expect-error a picture has pixels
take({ image: { width: 1, height: 1 } });
// @ts-expect-error a list holds styles with a weight, not styles
take(["charcoal", "ink"]);
// @ts-expect-error a pack has a decoder of its own and is no part of a mixture
take([{ style: { pack } }]);
// @ts-expect-error no mixture in a mixture
take([{ style: [{ style: "charcoal" }] }]);
// @ts-expect-error there is no such group of layers
take([{ style: "charcoal", layers: "finest" }]);
// @ts-expect-error a number alone says nothing
take(7);

expectTypeOf<StyleName>().toExtend<StyleOption>();
expectTypeOf<readonly WeightedStyle[]>().toExtend<StyleOption>();
expectTypeOf<Extract<StyleOption, readonly unknown[]>>().toEqualTypeOf<readonly WeightedStyle[]>();
expectTypeOf<Exclude<StyleOption, StyleName | readonly unknown[]>>().toEqualTypeOf<{ pack: StylePack }>();
expectTypeOf<WeightedStyle["layers"]>().toEqualTypeOf<StyleLayers | undefined>();
expectTypeOf<Extract<StyleName<Blob>, { image: unknown }>>().toEqualTypeOf<{ image: Blob }>();

/** An `ImageData` of browsers, which is a picture as it is. */
declare class ImageDataLike {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
  readonly colorSpace: "srgb";
}
