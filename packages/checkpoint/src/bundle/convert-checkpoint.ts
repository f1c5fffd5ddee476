import { type BundleFile, type BundlePart, type Manifest, MMFSError } from "@mmfs/core";
import { BUNDLE_FORMAT, MANIFEST_NAME, parsePresets, sha256 } from "@mmfs/core/internal";
import { encoderDigest } from "../network/encoder-digest.js";
import { readNetwork } from "../network/read-network.js";
import { decoderGraph } from "../onnx/decoder-graph.js";
import { encoderGraph } from "../onnx/encoder-graph.js";
import { mapperGraph } from "../onnx/mapper-graph.js";
import { mappingGraph } from "../onnx/mapping-graph.js";
import { readCheckpoint } from "../reading/read-checkpoint.js";
import type { ConvertOptions } from "./convert-options.js";

/** A file to be written; `work` is its share of the time. */
interface Step {
  part: BundlePart;
  path: string;
  variant?: "fp16";
  work: number;
  make(): Uint8Array;
}

/**
 * Turns a checkpoint into the files of a bundle, by path: the graphs, and `mmfs.json` that names them with their
 * SHA-256. Neither Python nor PyTorch is needed, and nothing in the checkpoint is executed.
 *
 * @param bytes the whole `.pth`, `.pt` or `.safetensors`; leave it unchanged until the promise settles
 * @throws {MMFSError} `CHECKPOINT_INVALID`, `CHECKPOINT_UNSAFE`, `INVALID_ARGUMENT`, and `BUNDLE_INVALID` for presets or
 *   towers of another network; an aborted call rejects with `signal.reason`
 */
export async function convertCheckpoint(
  bytes: Uint8Array,
  options: ConvertOptions = {},
): Promise<Map<string, Uint8Array>> {
  const { signal, onProgress, faceParts, personMatte, presets, towers, dtypes = ["fp32"] } = options;
  signal?.throwIfAborted();
  for (const dtype of dtypes) {
    if (dtype !== "fp32" && dtype !== "fp16") {
      throw new MMFSError("INVALID_ARGUMENT", `dtypes may hold "fp32" and "fp16", not ${JSON.stringify(dtype)}.`);
    }
  }
  onProgress?.(0, "reading the checkpoint");
  const checkpoint = readCheckpoint(bytes);
  const network = readNetwork(checkpoint, { size: options.size });
  if (presets) parsePresets(presets, network.shape, "the presets to be put in");
  if (towers) checkTowers(network.embeddingDim, towers.embeddingDim);

  const steps: Step[] = [
    { part: "encoder", path: "encoder.onnx", work: 5, make: () => encoderGraph(network, "fp32") },
    { part: "decoder", path: "decoder.onnx", work: 12, make: () => decoderGraph(network, "fp32") },
    { part: "mapping", path: "mapping.onnx", work: 2, make: () => mappingGraph(network) },
  ];
  if (dtypes.includes("fp16")) {
    steps.push(
      {
        part: "encoder",
        variant: "fp16",
        path: "encoder.fp16.onnx",
        work: 5,
        make: () => encoderGraph(network, "fp16"),
      },
      {
        part: "decoder",
        variant: "fp16",
        path: "decoder.fp16.onnx",
        work: 12,
        make: () => decoderGraph(network, "fp16"),
      },
    );
  }
  if (network.embeddingDim !== undefined) {
    steps.push({ part: "mapper", path: "mapper.onnx", work: 12, make: () => mapperGraph(network) });
  }
  if (faceParts) {
    steps.push(
      { part: "faceDetector", path: "face-detector.onnx", work: 1, make: () => faceParts.faceDetector },
      { part: "faceLandmarks", path: "face-landmarks.onnx", work: 1, make: () => faceParts.faceLandmarks },
    );
  }
  if (personMatte) {
    steps.push({ part: "personMatte", path: "person-matte.onnx", work: 1, make: () => personMatte });
  }
  if (presets) steps.push({ part: "presets", path: "presets.json", work: 1, make: () => presets });

  const files = new Map<string, Uint8Array>();
  const parts: Manifest["parts"] = {};
  const allWork = steps.reduce((sum, { work }) => sum + work, 0);
  let done = 0;
  for (const { part, path, variant, work, make } of steps) {
    onProgress?.(done / allWork, `writing ${path}`);
    const content = make();
    files.set(path, content);
    const file: BundleFile = { path, bytes: content.byteLength, sha256: await sha256(content) };
    // the fp32 step of a part comes before its variants
    parts[part] = variant === undefined ? file : { ...(parts[part] ?? file), variants: { [variant]: file } };
    signal?.throwIfAborted();
    done += work;
  }
  if (towers) {
    for (const [path, content] of towers.files) files.set(path, content);
    Object.assign(parts, towers.parts);
  }

  const manifest: Manifest = {
    format: BUNDLE_FORMAT,
    name: options.name ?? "mmfs",
    ...(options.description !== undefined && { description: options.description }),
    license: options.license ?? "unknown: ask whoever gave you the checkpoint",
    provenance: {
      ...options.provenance,
      checkpointSha256: await sha256(bytes),
      encoderSha256: await encoderDigest(network),
      tool: "@mmfs/checkpoint",
    },
    network: network.shape,
    parts,
  };
  files.set(MANIFEST_NAME, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  onProgress?.(1, "done");
  return files;
}

function checkTowers(mapperDim: number | undefined, towersDim: number): void {
  if (mapperDim === towersDim) return;
  const takes =
    mapperDim === undefined
      ? "has no mapper (phase 3 of the training adds one)"
      : `has a mapper for ${mapperDim} numbers`;
  throw new MMFSError(
    "BUNDLE_INVALID",
    `The towers give embeddings of ${towersDim} numbers, and the checkpoint ${takes}. Bring the towers that it was trained with.`,
  );
}
