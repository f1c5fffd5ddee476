import { type ClipStyleEncoder, createStyleEncoder } from "@mmfs/clip-mapper";
import {
  Stylizer as CoreStylizer,
  loadBundle,
  type Picture,
  pixelsOf,
  type StyleOption,
  wrapPicture,
} from "@mmfs/core";
import { FolderSource } from "../bundle/folder-source.js";
import type { RawPicture } from "../picture/raw-picture.js";
import { NodeRuntime } from "../runtime/node-runtime.js";
import type { NativeGate } from "../worker/native-gate.js";
import type { ServedCall, ServedFunction } from "../worker/serve.js";
import { mapImages } from "./map-images.js";
import type { RawResult } from "./raw-result.js";
import type { StylizerReference, ThreadFunctions } from "./thread-functions.js";

interface Opened {
  stylizer: CoreStylizer;
  styleEncoder: ClipStyleEncoder;
  runtime: NodeRuntime;
}

type Functions = {
  [Name in keyof ThreadFunctions]: (
    argument: ThreadFunctions[Name][0],
    call: ServedCall,
  ) => Promise<{ value: ThreadFunctions[Name][1]; transfer?: ArrayBuffer[] }>;
};

/** What the worker thread does: it keeps the core's stylizers and runs them. */
export function stylizerFunctions(gate: NativeGate): Record<string, ServedFunction> {
  const stylizers = new Map<number, Opened>();

  async function opened({ id, bundle: folder, device, dtype, threads }: StylizerReference): Promise<Opened> {
    const known = stylizers.get(id);
    if (known) return known;
    const runtime = new NodeRuntime({ threads, gate });
    const bundle = await loadBundle(new FolderSource(folder));
    const styleEncoder = await createStyleEncoder({ runtime, bundle, dtype });
    const stylizer = await CoreStylizer.create({ runtime, bundle, device, dtype, styleEncoder });
    const fresh = { runtime, styleEncoder, stylizer };
    stylizers.set(id, fresh);
    return fresh;
  }

  const functions: Functions = {
    async open(reference) {
      return { value: (await opened(reference)).stylizer.bundle.manifest };
    },

    async stylize({ stylizer: reference, picture, options }, { signal, onProgress }) {
      const { stylizer } = await opened(reference);
      const style = options.style === undefined ? undefined : await unpackStyle(options.style);
      const {
        picture: _view,
        faces,
        ...result
      } = await stylizer.stylize(unpack(picture), {
        ...options,
        style,
        signal,
        onProgress,
      });
      const raw: RawResult = {
        ...result,
        ...pack(wrapPicture(result.data, result.width, result.height)),
        faces: faces.map((face) => ({ ...face, picture: pack(face.picture) })),
      };
      return { value: raw, transfer: buffersOf([raw, ...raw.faces.map((face) => face.picture)]) };
    },

    async findFaces({ stylizer: reference, picture }, { signal, onProgress }) {
      const { stylizer } = await opened(reference);
      return { value: await stylizer.findFaces(unpack(picture), { signal, onProgress }) };
    },

    async presets(reference, { signal, onProgress }) {
      const { stylizer } = await opened(reference);
      return { value: [...(await stylizer.presets({ signal, onProgress }))] };
    },

    async resolveStyle({ stylizer: reference, style }, { signal, onProgress }) {
      const { stylizer } = await opened(reference);
      return { value: await stylizer.resolveStyle(await unpackStyle(style), { signal, onProgress }) };
    },

    async preload({ stylizer: reference, ...parts }, { signal, onProgress }) {
      const { stylizer } = await opened(reference);
      await stylizer.preload({ ...parts, signal, onProgress });
      return { value: undefined };
    },

    async close({ id }) {
      const known = stylizers.get(id);
      stylizers.delete(id);
      await known?.stylizer.dispose();
      await known?.styleEncoder.dispose();
      await known?.runtime.dispose();
      return { value: undefined };
    },
  };
  return functions as Record<string, ServedFunction>;
}

function unpackStyle(style: StyleOption<RawPicture>): Promise<StyleOption> {
  return mapImages(style, async (image) => unpack(image));
}

function unpack({ data, width, height }: RawPicture): Picture {
  return wrapPicture(data, width, height);
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
