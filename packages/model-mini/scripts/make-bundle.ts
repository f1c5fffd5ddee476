import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  type ConvertedTowers,
  convertCheckpoint,
  convertTowers,
  faceDetectorGraph,
  faceLandmarksGraph,
  personMatteGraph,
  readCheckpoint,
} from "@mmfs/checkpoint";
import { type Preset, STYLE_LAYERS, StyleCode, serializePresets } from "@mmfs/core";
import * as v from "valibot";

/**
 * The side in pixels of a face's square by default; the live one is half of it. The network was trained with smaller ones and,
 * being convolutional, keeps more of a face at this one.
 */
const RESOLUTION = 512;

const SELFIE_SEGMENTATION = "@mediapipe/selfie_segmentation/selfie_segmentation.tflite";

/** What `mmfs_training export` says of the model beside its tensors; what only the evaluation needs is left out. */
const ModelSchema = v.object({
  format: v.literal(1),
  baseWidth: v.number(),
  styleDim: v.number(),
  photo: v.string(),
  presets: v.array(v.object({ name: v.string(), description: v.string(), tags: v.array(v.string()) })),
});

/**
 * The files of the bundle, by path, from what `python -m mmfs_training export` writes into a folder:
 * `mmfs-mini.safetensors`, `presets.safetensors` and `presets.json`. Where the network has a mapper and there are
 * `towers.safetensors` and `tokenizer.json` too, the bundle understands prompts and reference pictures.
 */
export async function makeBundle(folder: string): Promise<Map<string, Uint8Array>> {
  const model = v.parse(ModelSchema, JSON.parse(await readFile(join(folder, "presets.json"), "utf8")));
  const codes = readCheckpoint(await readFile(join(folder, "presets.safetensors"))).tensors;
  const code = (name: string): StyleCode => {
    const tensor = codes.get(name);
    if (String(tensor?.shape) !== String([STYLE_LAYERS, model.styleDim])) {
      throw new Error(
        `presets.safetensors needs ${name} [${STYLE_LAYERS},${model.styleDim}], and has [${tensor?.shape}]`,
      );
    }
    const values = tensor?.toFloat32() ?? new Float32Array();
    return new StyleCode(values, STYLE_LAYERS, model.styleDim, { type: "preset", name });
  };
  const presets: Preset[] = model.presets.map((preset) => ({ ...preset, code: code(preset.name) }));

  const network = await readFile(join(folder, "mmfs-mini.safetensors"));
  const towers = await readTowers(folder, network);
  return convertCheckpoint(network, {
    name: "mmfs-mini",
    description: `${presets.length} styles at any size, with the face finder${towers ? ", prompts and reference pictures" : ""}`,
    license: "Apache-2.0",
    size: RESOLUTION,
    towers,
    presets: new TextEncoder().encode(serializePresets({ photo: code(model.photo), presets })),
    faceParts: {
      faceDetector: faceDetectorGraph(...(await faceModel("blazeface"))),
      faceLandmarks: faceLandmarksGraph(...(await faceModel("facemesh"))),
    },
    personMatte: personMatteGraph(await readFile(createRequire(import.meta.url).resolve(SELFIE_SEGMENTATION))),
    provenance: {
      weights: "trained by mmfs_training; MODEL_CARD.md names the data",
      faceDetector: "BlazeFace of MediaPipe (Google, Apache-2.0), as carried by @vladmandic/human 3.3.6 (MIT)",
      faceLandmarks: "FaceMesh of MediaPipe (Google, Apache-2.0), as carried by @vladmandic/human 3.3.6 (MIT)",
      personMatte: "Selfie Segmentation of MediaPipe (Google, Apache-2.0), from @mediapipe/selfie_segmentation",
    },
  });
}

/** Without a mapper, nothing reads what towers give. */
async function readTowers(folder: string, network: Uint8Array): Promise<ConvertedTowers | undefined> {
  const [weights, tokenizer] = ["towers.safetensors", "tokenizer.json"].map((name) => join(folder, name));
  const hasMapper = [...readCheckpoint(network).tensors.keys()].some((key) => key.startsWith("clip_mapper."));
  if (!hasMapper || !weights || !tokenizer || !existsSync(weights) || !existsSync(tokenizer)) return undefined;
  return convertTowers({ weights: await readFile(weights), tokenizer: await readFile(tokenizer) });
}

async function faceModel(name: string): Promise<[json: string, weights: Uint8Array]> {
  // the package exports its code in dist/ and nothing else, but carries the models beside it
  const models = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/human")), "..", "models");
  return [await readFile(join(models, `${name}.json`), "utf8"), await readFile(join(models, `${name}.bin`))];
}
