import { wrapPicture } from "../picture/create-picture.js";
import type { Picture } from "../picture/picture.js";
import { pixelsOf } from "../picture/pixels.js";
import type { RawPicture } from "../picture/raw-picture.js";
import { mapImages } from "../style/map-images.js";
import type { StyleOption } from "../stylizer/options.js";
import type { Stylizer } from "../stylizer/stylizer.js";
import type { RawResult } from "./raw-result.js";
import type { ServedCall, ServedFunction } from "./serve.js";
import type { ServedStylizer } from "./served-stylizer.js";

/** A stylizer of a worker, with what belongs to it. */
export interface OpenedStylizer {
  stylizer: Stylizer;
  /** What the user should know of the place where it runs. */
  warnings?(): readonly string[];
  /** Frees the stylizer and all that was made for it. */
  dispose(): Promise<void>;
}

/** What a platform brings to {@link stylizerFunctions}. */
export interface StylizerPlatform<Reference extends { id: number }, Photo> {
  open(reference: Reference, call: ServedCall): Promise<OpenedStylizer>;
  /** The pixels of a photo, as it arrived in the worker. */
  decode(photo: Photo, reference: Reference, call: ServedCall): Promise<RawPicture>;
}

type Functions<Reference, Photo> = {
  [Name in keyof ServedStylizer<Reference, Photo>]: (
    argument: ServedStylizer<Reference, Photo>[Name][0],
    call: ServedCall,
  ) => Promise<{ value: ServedStylizer<Reference, Photo>[Name][1]; transfer?: ArrayBuffer[] }>;
};

/** What a worker that computes does: it keeps stylizers and runs them. */
export function stylizerFunctions<Reference extends { id: number }, Photo>(
  platform: StylizerPlatform<Reference, Photo>,
): Record<string, ServedFunction> {
  const stylizers = new Map<number, OpenedStylizer>();

  async function opened(reference: Reference, call: ServedCall): Promise<OpenedStylizer> {
    const known = stylizers.get(reference.id);
    if (known) return known;
    const fresh = await platform.open(reference, call);
    stylizers.set(reference.id, fresh);
    return fresh;
  }

  const decode = async (photo: Photo, reference: Reference, call: ServedCall): Promise<Picture> => {
    const { data, width, height } = await platform.decode(photo, reference, call);
    return wrapPicture(data, width, height);
  };
  const decodeStyle = (style: StyleOption<Photo>, reference: Reference, call: ServedCall): Promise<StyleOption> =>
    mapImages(style, (image) => decode(image, reference, call));

  const functions: Functions<Reference, Photo> = {
    async open(reference, call) {
      return { value: (await opened(reference, call)).stylizer.bundle.manifest };
    },

    async stylize({ stylizer: reference, photo, options }, call) {
      const { stylizer, warnings } = await opened(reference, call);
      const start = performance.now();
      const decoded = await decode(photo, reference, call);
      const style = options.style === undefined ? undefined : await decodeStyle(options.style, reference, call);
      const decodeTime = performance.now() - start;
      const result = await stylizer.stylize(decoded, { ...options, ...call, style });
      const { picture: _view, faces, timings, ...rest } = result;
      const raw: RawResult = {
        ...rest,
        ...pack(result.picture),
        timings: { ...timings, decode: decodeTime, total: timings.total + decodeTime },
        warnings: [...(warnings?.() ?? []), ...result.warnings],
        faces: faces.map((face) => ({ ...face, picture: pack(face.picture) })),
      };
      return { value: raw, transfer: buffersOf([raw, ...raw.faces.map((face) => face.picture)]) };
    },

    async findFaces({ stylizer: reference, photo }, call) {
      const { stylizer } = await opened(reference, call);
      return { value: await stylizer.findFaces(await decode(photo, reference, call), call) };
    },

    async presets(reference, call) {
      const { stylizer } = await opened(reference, call);
      return { value: [...(await stylizer.presets(call))] };
    },

    async resolveStyle({ stylizer: reference, style }, call) {
      const { stylizer } = await opened(reference, call);
      return { value: await stylizer.resolveStyle(await decodeStyle(style, reference, call), call) };
    },

    async preload({ stylizer: reference, ...parts }, call) {
      const { stylizer } = await opened(reference, call);
      await stylizer.preload({ ...parts, ...call });
      return { value: undefined };
    },

    async close({ id }) {
      const known = stylizers.get(id);
      stylizers.delete(id);
      await known?.dispose();
      return { value: undefined };
    },
  };
  return functions as Record<string, ServedFunction>;
}

/** The bytes of a picture in a buffer of their own, so that it may be given away. */
function pack(picture: Picture): RawPicture {
  const { data, width, height } = pixelsOf(picture);
  const own = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
  return { width, height, data: own ? (data as Uint8ClampedArray<ArrayBuffer>) : new Uint8ClampedArray(data) };
}

function buffersOf(pictures: readonly RawPicture[]): ArrayBuffer[] {
  return [...new Set(pictures.map((picture) => picture.data.buffer))];
}
