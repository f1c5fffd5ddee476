import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { faceDetectorGraph, faceLandmarksGraph } from "@mmfs/checkpoint";
import type { FaceFinder, Picture, Runtime } from "@mmfs/core";
import type { FaceCrop } from "@mmfs/core/internal";
import { checkPicture, createFaceFinder } from "@mmfs/core/internal";
import sharp from "sharp";

/** The folder of the photo data set, or `undefined` where it is absent. */
export function photoData(): string | undefined {
  const folder = process.env.MMFS_DATA ?? fileURLToPath(new URL("../../shared/data", import.meta.url));
  return existsSync(join(folder, "faces/landmarks.csv")) ? folder : undefined;
}

/** A photo and where YuNet's landmarks put its FFHQ crop. */
export interface Reference {
  file: string;
  crop: FaceCrop;
}

/** The photos of one part of the data set. */
export async function references(folder: string, part: "unaligned" | "evaluation"): Promise<Reference[]> {
  const [header = "", ...rows] = (await readFile(join(folder, "faces/landmarks.csv"), "utf8")).trim().split(/\r?\n/);
  const columns = header.split(",");
  return rows
    .map((row) => row.split(","))
    .map((cells) => {
      const number = (name: string) => Number.parseFloat(cells[columns.indexOf(name)] ?? "");
      return {
        file: cells[columns.indexOf("file")] ?? "",
        crop: {
          center: { x: number("crop_center_x"), y: number("crop_center_y") },
          side: number("crop_side"),
          angle: number("crop_angle_degrees"),
        },
      };
    })
    .filter(({ file }) => file.startsWith(`${part}/`));
}

/** The face finder with MediaPipe's models as @vladmandic/human carries them. */
export async function faceFinder(runtime: Runtime): Promise<FaceFinder> {
  const human = pathToFileURL(createRequire(import.meta.url).resolve("@vladmandic/human"));
  const model = (name: string) => readFile(new URL(`../models/${name}`, human));
  const detector = faceDetectorGraph((await model("blazeface.json")).toString(), await model("blazeface.bin"));
  const landmarks = faceLandmarksGraph((await model("facemesh.json")).toString(), await model("facemesh.bin"));
  return createFaceFinder({
    detector: await runtime.createSession(detector, runtime.smallGraphDevice),
    landmarks: await runtime.createSession(landmarks, runtime.smallGraphDevice),
  });
}

/** The photo as it is, or resized to `size`, covering it. */
export async function readPicture(path: string | Buffer, size?: { width: number; height: number }): Promise<Picture> {
  const photo = size ? sharp(path).resize({ ...size, fit: "cover", position: "top" }) : sharp(path);
  const { data, info } = await photo.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return checkPicture({ width: info.width, height: info.height, data });
}

/** How far the largest face's crop is from the reference. */
interface CropError {
  file: string;
  /** Distance of the centres, in percent of the reference's side. */
  center: number;
  /** Difference of the sides, in percent of the reference's. */
  side: number;
  /** Difference of the angles in degrees. */
  angle: number;
}

export interface Accuracy {
  photos: number;
  errors: CropError[];
  /** Photos in which no face was found. */
  missed: string[];
}

export async function measureAccuracy(
  finder: FaceFinder,
  folder: string,
  photos: readonly Reference[],
): Promise<Accuracy> {
  const errors: CropError[] = [];
  const missed: string[] = [];
  for (const { file, crop } of photos) {
    const [face] = await finder.find(await readPicture(join(folder, "faces", file)));
    if (face) errors.push({ file, ...cropError(face.crop, crop) });
    else missed.push(file);
  }
  return { photos: photos.length, errors, missed };
}

function cropError(actual: FaceCrop, expected: FaceCrop): Omit<CropError, "file"> {
  const turn = Math.abs(actual.angle - expected.angle) % 360;
  return {
    center:
      (100 * Math.hypot(actual.center.x - expected.center.x, actual.center.y - expected.center.y)) / expected.side,
    side: 100 * Math.abs(actual.side / expected.side - 1),
    angle: Math.min(turn, 360 - turn),
  };
}

/** The value that the part `fraction` of the values does not exceed. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN;
}
