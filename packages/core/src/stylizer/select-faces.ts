import { MMFSError } from "../errors/mmfs-error.js";
import type { Face } from "../faces/face.js";
import type { FacesOption } from "./options.js";

/** A face and its place in the list of all. */
export interface SelectedFace {
  face: Face;
  index: number;
}

/**
 * The faces that are to be stylised, each once.
 *
 * @param faces all that were found, the largest first; with `"none"` they are not looked at.
 * @throws {MMFSError} `NO_FACE` if there is none, or none of a number that was asked for.
 */
export function selectFaces(faces: readonly Face[], option: FacesOption): SelectedFace[] {
  if (option === "none") return [];
  if (faces.length === 0) {
    throw new MMFSError(
      "NO_FACE",
      "No face was found. To paint the picture without looking for faces, set faces to none; else try a photo in which a face is larger, sharper or turned more to the camera; faces narrower than about a twentieth of the photo are missed, so cut the photo if they are small.",
      { data: { facesFound: 0 } },
    );
  }
  const all = faces.map((face, index) => ({ face, index }));
  if (option === "all") return all;
  if (option === "largest") return all.slice(0, 1);
  return [...new Set(option)].map((index) => {
    const selected = all[index];
    if (selected !== undefined) return selected;
    const found =
      faces.length === 1
        ? "1 face was found, number 0"
        : `${faces.length} faces were found, numbers 0 to ${faces.length - 1}`;
    throw new MMFSError("NO_FACE", `There is no face number ${index}: ${found}.`, {
      data: { facesFound: faces.length },
    });
  });
}
