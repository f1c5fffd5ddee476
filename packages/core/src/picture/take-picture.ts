import { fromNdarray, isNdarray, type NdarrayView } from "./ndarray.js";
import { checkPicture, type Picture } from "./picture.js";

/** The picture of whatever holds one in memory: a picture itself, or a view of an ndarray. @throws {MMFSError} `INVALID_ARGUMENT` */
export function takePicture(given: Picture | NdarrayView): Picture {
  return isNdarray(given) ? fromNdarray(given) : checkPicture(given);
}
