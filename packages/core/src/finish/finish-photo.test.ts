import { describe, expect, it } from "vitest";
import type { Picture } from "../picture/picture.js";
import type { StylizeOptions } from "../stylizer/options.js";
import { parseOptions } from "../stylizer/parse-options.js";
import { finishPhoto } from "./finish-photo.js";

const even = (side: number, grey: number, alpha = 255): Picture => ({
  width: side,
  height: side,
  data: Uint8ClampedArray.from({ length: side * side * 4 }, (_, i) => ((i & 3) === 3 ? alpha : grey)),
});

/** People on the left half of the photo. */
const matte = { width: 8, height: 8, values: Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 1 : 0)) };
/** New ones each time: what was painted is changed in place. */
const parts = (around: Pick<StylizeOptions, "surroundings" | "size">) => {
  const whole = { scaled: even(8, 100), painting: even(8, 200) };
  const options = parseOptions({ subject: "people", ...around });
  return { whole, layers: [], matte, opacity: 1, mayOverwrite: false, options };
};
const pixel = ({ data }: Picture, x: number) => [...data.subarray(x * 4, x * 4 + 4)];

describe("people alone", () => {
  it.each(["photo", "painting"] as const)(
    "are painted in a photo that keeps its alpha, in the size of the %s",
    (size) => {
      const side = size === "photo" ? 16 : 8;
      const result = finishPhoto({ ...parts({ surroundings: "photo", size }), photo: even(16, 100, 60) });
      expect([result.width, result.height]).toEqual([side, side]);
      expect([pixel(result, 0), pixel(result, side - 1)]).toEqual([
        [200, 200, 200, 60],
        [100, 100, 100, 60],
      ]);
    },
  );

  it("are cut out where nothing is to be around them", () => {
    const result = finishPhoto({ ...parts({ surroundings: "transparent", size: "photo" }), photo: even(8, 100) });
    expect(pixel(result, 0)).toEqual([200, 200, 200, 255]);
    expect(pixel(result, 7)[3]).toBe(0);
  });
});
