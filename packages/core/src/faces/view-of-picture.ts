import { applySimilarity, invertSimilarity } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { resample, type Span } from "../picture/resample.js";
import { warpSquare } from "../picture/warp.js";

/**
 * What a square view shows of a picture, with black around it: mirrored edges, which suit a face that is cut off, would
 * show the detector every face near an edge twice.
 *
 * @param toView from pixels of the picture to pixels of the view.
 * @param size side of the view in pixels.
 * @returns an opaque picture of `size × size` pixels.
 */
export function viewOfPicture(picture: Picture, toView: SimilarityTransform, size: number): Picture {
  return toView.b === 0 && toView.a > 0 ? uprightView(picture, toView, size) : turnedView(picture, toView, size);
}

/** Cheaper than {@link warpSquare}, since it resamples once; what it rounds to whole pixels does not matter to a detector. */
function uprightView(picture: Picture, toView: SimilarityTransform, size: number): Picture {
  const across = shownSpan(toView.tx, toView.a, picture.width, size);
  const down = shownSpan(toView.ty, toView.a, picture.height, size);
  const filter = toView.a < 1 ? "area" : "cubic";
  const part = { columns: across.source, rows: down.source };
  const shown = resample(picture, part, { width: across.length, height: down.length }, filter);
  const view = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y++) {
    const row = y - down.begin;
    if (row >= 0 && row < down.length) {
      const from = row * across.length * 4;
      view.set(shown.data.subarray(from, from + across.length * 4), (y * size + across.begin) * 4);
    }
  }
  for (let at = 3; at < view.length; at += 4) view[at] = 255;
  return { width: size, height: size, data: view };
}

/** Along one axis: which part of the picture is shown, and on which pixels of the view. */
function shownSpan(shift: number, scale: number, pictureLength: number, size: number) {
  const start = Math.max(0, -shift / scale);
  const end = Math.min(pictureLength, (size - shift) / scale);
  const begin = Math.min(size - 1, Math.round(start * scale + shift));
  const length = Math.min(size - begin, Math.max(1, Math.round((end - start) * scale)));
  const source: Span = { start, length: end - start };
  return { source, begin, length };
}

function turnedView(picture: Picture, toView: SimilarityTransform, size: number): Picture {
  const view = warpSquare(picture, toView, size);
  const { width, height } = picture;
  const toPicture = invertSimilarity(toView);
  for (let v = 0, at = 0; v < size; v++) {
    for (let u = 0; u < size; u++, at += 4) {
      const { x, y } = applySimilarity(toPicture, { x: u + 0.5, y: v + 0.5 });
      if (x < 0 || y < 0 || x >= width || y >= height) view.data.fill(0, at, at + 3);
    }
  }
  return view;
}
