import type { Box, FaceCrop, Point } from "../geometry/types.js";

/** The five points that FFHQ's alignment is made from. Right and left are the person's own. */
export interface FacePoints {
  rightEye: Point;
  leftEye: Point;
  noseTip: Point;
  mouthRight: Point;
  mouthLeft: Point;
}

/** A face found in a photo; all coordinates in pixels of the photo. */
export interface Face {
  /** The bounds of the landmarks. */
  box: Box;
  /** How sure it is a face, 0 to 1: the detector's score times the landmark network's presence. */
  score: number;
  points: FacePoints;
  /** MediaPipe's 468 points of the face mesh. */
  landmarks: readonly Point[];
  crop: FaceCrop;
}
