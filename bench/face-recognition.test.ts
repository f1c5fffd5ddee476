import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Face, Picture } from "@mmfs/core";
import { alignFace, applySimilarity, checkPicture, cropToSquare, flatten } from "@mmfs/core/internal";
import { NodeRuntime } from "@mmfs/node";
import sharp, { type Sharp } from "sharp";
import { beforeAll, expect, test } from "vitest";
import { DLIB_CHIP, type FaceRecognition, loadFaceRecognition, SAME_PERSON_DISTANCE } from "./face-recognition.js";
import { faceFinder, readPicture } from "./faces-accuracy.js";
import { allPairs, distance, nearest } from "./identity-figures.js";

const demo = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")), "demo");
/** Each shows three to five persons, so that two faces of one photo are two persons; some are seen on more than one. */
const photos = [1, 2, 3, 4, 5, 6].map((number) => join(demo, `sample${number}.jpg`));
const areHere = photos.every((photo) => existsSync(photo));
if (!areHere)
  console.log("skipped: the sample photos of @vladmandic/face-api are not here; persons are not told apart");

interface Person {
  face: Face;
  aligned: Picture;
  descriptor: Float32Array;
}

let recognition: FaceRecognition;
const groups: Person[][] = [];

beforeAll(async () => {
  if (!areHere) return;
  recognition = await loadFaceRecognition();
  const runtime = new NodeRuntime({ threads: 1 });
  const finder = await faceFinder(runtime);
  for (const path of photos) {
    const photo = await readPicture(path);
    const group: Person[] = [];
    for (const face of await finder.find(photo)) {
      const { picture: aligned } = alignFace(flatten(photo), face.crop, 256);
      group.push({ face, aligned, descriptor: await recognition.descriptor(aligned) });
    }
    groups.push(group);
  }
  await runtime.dispose();
});

test.skipIf(!areHere)("the chip has eyes and nose where dlib's has them", () => {
  // From dlib/image_transforms/interpolation.h, with the padding 0.25; the indices are those of the face mesh.
  const template = [
    { index: 263, x: 0.8595674595992, y: 0.2134981538014 },
    { index: 362, x: 0.6460604764104, y: 0.2289674387677 },
    { index: 33, x: 0.1205750620789, y: 0.2137274526848 },
    { index: 133, x: 0.3340850613712, y: 0.2290642403242 },
    { index: 2, x: 0.4901123135679, y: 0.6277975316475 },
  ];
  const faces = groups.flat().map(({ face }) => face);
  for (const { index, x, y } of template) {
    const inChip = faces.map(({ landmarks, crop }) => {
      const point = applySimilarity(cropToSquare(crop, 1), landmarks[index]!);
      const { center, side } = DLIB_CHIP;
      return { x: (point.x - center.x) / side + 0.5, y: (point.y - center.y) / side + 0.5 };
    });
    const mean = (key: "x" | "y") => inChip.reduce((sum, point) => sum + point[key], 0) / inChip.length;
    expect(Math.abs(mean("x") - (0.25 + x) / 1.5)).toBeLessThan(0.03);
    expect(Math.abs(mean("y") - (0.25 + y) / 1.5)).toBeLessThan(0.03);
  }
});

test.skipIf(!areHere)("two persons are far from each other", () => {
  const distances = groups.flatMap((group) => allPairs(group.map(({ descriptor }) => descriptor)));
  expect(distances.length).toBeGreaterThan(25);
  const mean = distances.reduce((sum, pair) => sum + pair.distance, 0) / distances.length;
  expect(mean).toBeGreaterThan(0.65);
  const alike = distances.filter((pair) => pair.distance < SAME_PERSON_DISTANCE);
  expect(alike.length / distances.length).toBeLessThan(0.2);
});

const copies = {
  "a little blurred": (photo: Sharp) => photo.blur(1),
  brighter: (photo: Sharp) => photo.modulate({ brightness: 1.15 }),
  darker: (photo: Sharp) => photo.modulate({ brightness: 0.85 }),
};
for (const [what, change] of Object.entries(copies)) {
  test.skipIf(!areHere)(`a face that is ${what} stays the same person`, async () => {
    const persons = groups.flat();
    const known = persons.map(({ descriptor }) => descriptor);
    const distances: number[] = [];
    for (const [index, { aligned, descriptor }] of persons.entries()) {
      const changed = await recognition.descriptor(await changePicture(aligned, change));
      expect(nearest(changed, known)).toBe(index);
      distances.push(distance(descriptor, changed));
    }
    expect(Math.max(...distances)).toBeLessThan(0.2);
  });
}

async function changePicture(picture: Picture, change: (photo: Sharp) => Sharp): Promise<Picture> {
  const { width, height } = picture;
  const photo = sharp(picture.data, { raw: { width, height, channels: 4 } });
  return checkPicture({ width, height, data: await change(photo).ensureAlpha().raw().toBuffer() });
}
