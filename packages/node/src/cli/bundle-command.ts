import { type Bundle, type BundlePart, type DType, loadBundle, MMFSError, type NetworkShape } from "@mmfs/core";
import { FolderSource } from "../bundle/folder-source.js";
import { loadOnnxRuntime } from "../runtime/load-onnxruntime.js";
import { describeError, errorToJson } from "./describe-error.js";
import { ExitCode } from "./exit-codes.js";
import { startProgress } from "./progress-bar.js";
import { printJson, printLine, type Terminal } from "./terminal.js";

export interface BundleArguments {
  json?: boolean;
}

/** A file of the bundle and what was found about it. */
interface CheckedFile {
  part: BundlePart;
  dtype: DType;
  path: string;
  bytes: number;
  sha256: string;
  graph?: { inputs: string[]; outputs: string[] };
  error?: unknown;
}

/** `mmfs bundle`: what a bundle holds, and whether all of it is as its manifest and the format say. @returns the exit code */
export async function bundleCommand(folder: string, given: BundleArguments, terminal: Terminal): Promise<number> {
  const bundle = await loadBundle(new FolderSource(folder), { signal: terminal.signal });
  const listed = listFiles(bundle);
  const progress = startProgress(terminal, listed.length, given.json);
  const files: CheckedFile[] = [];
  try {
    for (const [index, file] of listed.entries()) {
      terminal.signal.throwIfAborted();
      progress.update(index, file.path);
      files.push(await check(bundle, file, terminal.signal));
    }
  } finally {
    progress.stop();
  }
  checkEmbeddings(files);
  const valid = files.every((file) => file.error === undefined);
  if (given.json) {
    printJson(terminal, {
      ...bundle.manifest,
      parts: undefined,
      valid,
      files: files.map(({ error, ...file }) => (error === undefined ? file : { ...file, error: errorToJson(error) })),
    });
  } else {
    printBundle(bundle, files, terminal);
  }
  return valid ? ExitCode.done : ExitCode.failed;
}

function listFiles({ manifest }: Bundle): CheckedFile[] {
  return Object.entries(manifest.parts).flatMap(([part, entry]) => {
    if (entry === undefined) return [];
    const { variants, ...file } = entry;
    const files: CheckedFile[] = [{ part: part as BundlePart, dtype: "fp32", ...file }];
    for (const dtype of ["fp16", "int8"] as const) {
      const variant = variants?.[dtype];
      if (variant) files.push({ part: part as BundlePart, dtype, ...variant });
    }
    return files;
  });
}

async function check(bundle: Bundle, file: CheckedFile, signal: AbortSignal): Promise<CheckedFile> {
  try {
    if (file.part === "presets") await bundle.presets({ signal });
    const bytes = await bundle.part(file.part, { dtype: file.dtype, signal });
    if (!file.path.endsWith(".onnx")) return file;
    const graph = await readInterface(bytes);
    compare(graph, expectedInterface(file.part, bundle.manifest.network), file.path);
    return { ...file, graph };
  } catch (error) {
    signal.throwIfAborted();
    return { ...file, error };
  }
}

/** Inputs and outputs of a graph as `name [shape]`. */
async function readInterface(model: Uint8Array): Promise<{ inputs: string[]; outputs: string[] }> {
  const { InferenceSession } = await loadOnnxRuntime();
  const session = await InferenceSession.create(model, {
    logSeverityLevel: 4,
    graphOptimizationLevel: "disabled",
  }).catch((cause: unknown) => {
    throw new MMFSError("MODEL_LOAD", "onnxruntime refuses the graph.", { cause });
  });
  type Metadata = typeof session.inputMetadata;
  const describe = (metadata: Metadata) =>
    metadata.map((value) => `${value.name} [${value.isTensor ? value.shape.join(",") : "no tensor"}]`);
  const graph = { inputs: describe(session.inputMetadata), outputs: describe(session.outputMetadata) };
  await session.release();
  return graph;
}

/** The interface that the bundle format gives to the graphs, the noise maps and the length of embeddings aside. */
function expectedInterface(
  part: BundlePart,
  network: NetworkShape,
): { inputs: string[]; outputs: string[] } | undefined {
  const { fixedSize, baseWidth, styleDim: d, detail } = network;
  const sides = (factor: number) => {
    if (fixedSize !== undefined) return `${fixedSize / factor},${fixedSize / factor}`;
    return factor === 1 ? "height,width" : `height_${factor},width_${factor}`;
  };
  const image = `image [N,3,${sides(1)}]`;
  const features = [`features [N,${8 * baseWidth},${sides(16)}]`];
  if (detail) {
    features.push(`features_8 [N,${4 * baseWidth},${sides(8)}]`, `features_4 [N,${2 * baseWidth},${sides(4)}]`);
  }
  if (part === "encoder") return { inputs: [image], outputs: features };
  if (part === "decoder") return { inputs: [...features, `wplus [N,10,${d}]`], outputs: [image] };
  if (part === "mapping") return { inputs: [`z [N,${d}]`], outputs: [`w [N,${d}]`] };
  if (part === "mapper") return { inputs: [], outputs: [`wplus [N,10,${d}]`] };
  return undefined;
}

/** Marks each tower whose embeddings the mapper cannot take, or that of pictures where it is unlike that of texts. */
function checkEmbeddings(files: CheckedFile[]): void {
  const parts = ["mapper", "textTower", "imageTower"] as const;
  const known = parts.flatMap((part) => files.filter((file) => file.part === part && file.graph !== undefined));
  const [first] = known;
  for (const file of known) {
    try {
      const [found, wanted] = [embeddingDim(file), embeddingDim(first ?? file)];
      if (found === wanted) continue;
      throw new MMFSError(
        "BUNDLE_INVALID",
        `${file.path} is for embeddings of ${found} numbers, and ${first?.path} for ${wanted}. ` +
          "Convert the checkpoint again with the towers that its mapper was trained with.",
      );
    } catch (error) {
      file.error ??= error;
    }
  }
}

/** E: what the mapper takes, or a tower gives. */
function embeddingDim({ part, path, graph }: CheckedFile): string {
  const side = part === "mapper" ? "inputs" : "outputs";
  for (const value of graph?.[side] ?? []) {
    const dim = /^embedding \[[^,]+,(\d+)\]$/.exec(value)?.[1];
    if (dim !== undefined) return dim;
  }
  throw new MMFSError(
    "BUNDLE_INVALID",
    `${path} must have "embedding [N,E]" among its ${side}, but it has ${graph?.[side].join(", ")}.`,
  );
}

function compare(
  found: { inputs: string[]; outputs: string[] },
  expected: { inputs: string[]; outputs: string[] } | undefined,
  path: string,
): void {
  if (expected === undefined) return;
  // Whatever a graph calls its free dimensions is right.
  const free = (text: string) => text.replace(/\[[^,\]]+/, "[N").replace(/,[^,\]\d][^,\]]*/g, ",*");
  for (const side of ["inputs", "outputs"] as const) {
    const names = found[side].map(free);
    const missing = expected[side].find((value) => !names.includes(free(value)));
    if (missing !== undefined) {
      throw new MMFSError(
        "BUNDLE_INVALID",
        `${path} must have "${missing}" among its ${side}, but it has ${found[side].join(", ")}.`,
      );
    }
  }
  const wanted = expected.inputs.map(free);
  const unknown = found.inputs.find((value) => !wanted.includes(free(value)) && !value.startsWith("noise_"));
  if (unknown !== undefined && wanted.length > 0) {
    throw new MMFSError(
      "BUNDLE_INVALID",
      `${path} needs "${unknown}", which nothing gives it by the manifest: see whether its network has a detail path.`,
    );
  }
}

/** The sides that a face's square has for the network. */
function describeResolution({ resolution, fixedSize }: NetworkShape): string {
  if (fixedSize !== undefined) return `${fixedSize} px, no other (bundle format 1)`;
  return `${resolution.default} px, live ${resolution.live} px; graphs of any size`;
}

function printBundle({ manifest }: Bundle, files: readonly CheckedFile[], { stdout }: Terminal): void {
  const { name, description, license, network, provenance = {} } = manifest;
  printLine(stdout, `${name}${description === undefined ? "" : `: ${description}`}`);
  const facts = {
    license,
    ...provenance,
    network: `base width ${network.baseWidth}, style ${network.styleLayers} × ${network.styleDim}, ${network.detail ? "with" : "without"} detail path`,
    resolution: describeResolution(network),
  };
  const width = Math.max(...Object.keys(facts).map((key) => key.length));
  for (const [key, value] of Object.entries(facts)) printLine(stdout, `${key.padEnd(width)}  ${value}`);
  for (const { part, dtype, path, bytes, graph, error } of files) {
    const state = error === undefined ? "ok" : "BAD";
    printLine(
      stdout,
      `${state.padEnd(4)}${part.padEnd(14)} ${dtype}  ${(bytes / 1e6).toFixed(2).padStart(8)} MB  ${path}`,
    );
    if (graph) printLine(stdout, `      ${graph.inputs.join(", ")} -> ${graph.outputs.join(", ")}`);
    if (error !== undefined) printLine(stdout, `      ${describeError(error)}`);
  }
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  printLine(stdout, `${files.length} files, ${(total / 1e6).toFixed(2)} MB`);
}
