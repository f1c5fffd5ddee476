import { Tensor } from "onnxruntime-common";
import { MMFSError } from "../errors/mmfs-error.js";
import { applySimilarity, composeSimilarity, cropToSquare, invertSimilarity } from "../geometry/similarity.js";
import type { FaceCrop, Point, SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { toTensorData } from "../picture/tensor-data.js";
import { warpSquare } from "../picture/warp.js";
import type { Session } from "../runtime/runtime.js";

/** Side of the landmark network's input in pixels. */
export const LANDMARKS_SIZE = 192;

/** What the landmark network says of a square. */
export interface FaceMesh {
  /** The 468 points in pixels of the picture. */
  points: Point[];
  /** Probability that the square shows a face, 0 to 1. */
  presence: number;
  /** What the network saw. */
  square: MeshSquare;
}

/** A square of a picture as the landmark network takes it. */
export interface MeshSquare {
  /** `[3, 192, 192]` in [0, 1]. */
  planes: Float32Array;
  /** From pixels of the picture to pixels of the square. */
  toSquare: SimilarityTransform;
}

/**
 * Runs the landmark network on a square of a picture.
 *
 * @param landmarks MediaPipe's FaceMesh (Apache-2.0): `image [1, 3, 192, 192]` in [0, 1] → `landmarks [1, 468, 3]` in
 * pixels of the input and `presence [1]`, 0 to 1.
 * @param region a square around the face in pixels of the picture, turned so that the face is upright in it.
 * @see Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs"
 */
export async function landmarksInRegion(landmarks: Session, picture: Picture, region: FaceCrop): Promise<FaceMesh> {
  const toSquare = cropToSquare(region, LANDMARKS_SIZE);
  const planes = toTensorData(warpSquare(picture, toSquare, LANDMARKS_SIZE));
  for (let index = 0; index < planes.length; index++) planes[index] = (planes[index]! + 1) / 2;
  return landmarksInSquare(landmarks, { planes, toSquare });
}

/** What the landmark network says of the same square turned by 180 degrees, without another look at the picture. */
export function landmarksReversed(landmarks: Session, { planes, toSquare }: MeshSquare): Promise<FaceMesh> {
  const plane = LANDMARKS_SIZE * LANDMARKS_SIZE;
  const turned = planes.slice();
  for (let at = 0; at < turned.length; at += plane) turned.subarray(at, at + plane).reverse();
  const halfTurn = { a: -1, b: 0, tx: LANDMARKS_SIZE, ty: LANDMARKS_SIZE };
  return landmarksInSquare(landmarks, { planes: turned, toSquare: composeSimilarity(halfTurn, toSquare) });
}

async function landmarksInSquare(landmarks: Session, square: MeshSquare): Promise<FaceMesh> {
  const image = new Tensor("float32", square.planes, [1, 3, LANDMARKS_SIZE, LANDMARKS_SIZE]);
  const { landmarks: mesh, presence } = await landmarks.run({ image });
  if (!(mesh?.data instanceof Float32Array && presence?.data instanceof Float32Array)) {
    throw new MMFSError(
      "BUNDLE_INVALID",
      "The face landmarks must have the outputs landmarks and presence; use the bundle's own.",
    );
  }
  const toPicture = invertSimilarity(square.toSquare);
  const points: Point[] = [];
  for (let at = 0; at < mesh.data.length; at += 3) {
    points.push(applySimilarity(toPicture, { x: mesh.data[at]!, y: mesh.data[at + 1]! }));
  }
  return { points, presence: presence.data[0] ?? 0, square };
}
