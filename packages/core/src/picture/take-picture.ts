import { fromNdarray, isNdarray, type NdarrayView } from "./ndarray.js";
import { checkPicture, type Picture } from "./picture.js";

/** True for what has the form of a picture in memory, whatever is in it; {@link takePicture} looks at that. */
export function isPictureLike(value: unknown): value is Picture | NdarrayView {
  return isNdarray(value) || (typeof value === "object" && value !== null && "data" in value && "width" in value);
}

/** The picture of whatever holds one in memory: a picture itself, or a view of an ndarray. @throws {MMFSError} `INVALID_ARGUMENT` */
export function takePicture(given: Picture | NdarrayView): Picture {
  return isNdarray(given) ? fromNdarray(given) : checkPicture(given);
}
