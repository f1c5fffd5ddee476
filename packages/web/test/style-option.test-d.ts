// Checked by `npm run typecheck`: what `style` takes in a page, where a reference picture may be whatever a photo may be.
import { expectTypeOf } from "vitest";
import type { PictureInput, StyleCode, StyleOption, StylePack, StylizeOptions, WeightedStyle } from "../src/index.js";

declare function take(style: StyleOption): void;
declare const code: StyleCode;
declare const pack: StylePack;

const taken: StyleOption[] = [
  "charcoal",
  { seed: 7 },
  { code },
  { pack },
  { image: "starry-night.jpg" },
  { image: new URL("https://example.com/starry-night.jpg") },
  { image: new Blob([]) },
  { image: new ImageData(1, 1) },
  { image: document.createElement("canvas") },
  { image: { width: 1, height: 1, data: new Uint8ClampedArray(4) } },
  [
    { style: "oil painting", weight: 2 },
    { style: { image: "starry-night.jpg" }, layers: "fine" },
  ],
];
expectTypeOf(taken).items.toExtend<StyleOption>();

// @ts-expect-error a file is a picture and has to be said to be one
take(new URL("https://example.com/starry-night.jpg"));
// @ts-expect-error a number is no picture
take({ image: 7 });
// @ts-expect-error a pack is no part of a mixture
take([{ style: { pack } }]);

expectTypeOf<Extract<StyleOption, { image: unknown }>>().toEqualTypeOf<{ image: PictureInput }>();
expectTypeOf<Extract<StyleOption, readonly unknown[]>>().toEqualTypeOf<readonly WeightedStyle[]>();
expectTypeOf<StylizeOptions["style"]>().toEqualTypeOf<StyleOption | undefined>();
