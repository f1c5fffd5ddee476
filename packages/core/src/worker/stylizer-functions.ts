import type { Picture } from "../picture/picture.js";
import { mapImages } from "../style/map-images.js";
import type { StyleOption } from "../style/style-option.js";
import type { StylizeResult } from "../stylizer/result.js";
import type { Stylizer } from "../stylizer/stylizer.js";
import type { ServedCall, ServedFunction } from "./serve.js";
import type { ServedStylizer, TravellingStyle } from "./served-stylizer.js";

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
  /** Whether what is decoded belongs to the worker alone, so that a result may take its bytes. @default false */
  ownsPhotos?: boolean | undefined;
  /** The pixels of a photo, as it arrived in the worker. */
  decode(photo: Photo, reference: Reference, call: ServedCall): Promise<Picture>;
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

  async function decodeStyle(
    style: TravellingStyle<Photo>,
    reference: Reference,
    call: ServedCall,
  ): Promise<StyleOption> {
    if (typeof style === "object" && "pack" in style) {
      return { pack: { ...style.pack, decoder: await call.bytes(style.pack.decoderSha256) } };
    }
    return mapImages(style, (image) => platform.decode(image, reference, call));
  }

  const functions: Functions<Reference, Photo> = {
    async open(reference, call) {
      return { value: (await opened(reference, call)).stylizer.bundle.manifest };
    },

    async stylize({ stylizer: reference, photo, options, tiles }, call) {
      const { stylizer, warnings } = await opened(reference, call);
      const start = performance.now();
      const decoded = await platform.decode(photo, reference, call);
      const style = options.style === undefined ? undefined : await decodeStyle(options.style, reference, call);
      const decodeTime = performance.now() - start;
      const { signal, onProgress, onTile } = call;
      const given = { ...options, signal, onProgress, onTile: tiles ? onTile : undefined, style };
      const result = await stylizer.stylize(decoded, given, { mayOverwrite: platform.ownsPhotos });
      const { faces, timings, ...rest } = result;
      const value: StylizeResult = {
        ...rest,
        ...pack(result),
        timings: { ...timings, decode: decodeTime, total: timings.total + decodeTime },
        warnings: [...(warnings?.() ?? []), ...result.warnings],
        faces: faces.map((face) => ({ ...face, picture: pack(face.picture) })),
      };
      return { value, transfer: buffersOf([value, ...value.faces.map((face) => face.picture)]) };
    },

    async findFaces({ stylizer: reference, photo }, call) {
      const { stylizer } = await opened(reference, call);
      return { value: await stylizer.findFaces(await platform.decode(photo, reference, call), call) };
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
      const { signal, onProgress } = call;
      await stylizer.preload({ ...parts, signal, onProgress });
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
function pack({ width, height, data }: Picture): Picture {
  const own = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
  return { width, height, data: own ? data : new Uint8ClampedArray(data) };
}

function buffersOf(packed: readonly Picture[]): ArrayBuffer[] {
  return [...new Set(packed.map(({ data }) => data.buffer as ArrayBuffer))];
}
