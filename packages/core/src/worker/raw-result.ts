import type { RawPicture } from "../picture/raw-picture.js";
import type { StylizedFace, StylizeResult } from "../stylizer/result.js";

/** A face of the result as it travels between threads. */
export type RawFace = Omit<StylizedFace, "picture"> & { picture: RawPicture };

/** The core's result as it travels between threads: pictures are plain bytes, style codes lose their class. */
export type RawResult = Omit<StylizeResult, "picture" | "faces" | "data"> & RawPicture & { faces: RawFace[] };
