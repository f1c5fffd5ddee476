import type { Face } from "../faces/face.js";
import { createFaceFinder, type FaceFinder } from "../faces/face-finder.js";
import type { GraphSet } from "../networks/graph-set.js";
import type { Picture } from "../picture/picture.js";
import type { LoadOptions } from "./options.js";
import type { PhotoMemory } from "./photo-memory.js";

/** Finds the faces of photos with a bundle's graphs, or with a finder in their place, and remembers them. */
export class FaceSearch {
  readonly #graphs: GraphSet;
  readonly #memory: PhotoMemory;
  readonly #finder: FaceFinder | undefined;

  constructor(graphs: GraphSet, memory: PhotoMemory, finder: FaceFinder | undefined) {
    this.#graphs = graphs;
    this.#memory = memory;
    this.#finder = finder;
  }

  /** Loads what finding faces needs. */
  async load(load: LoadOptions): Promise<FaceFinder> {
    if (this.#finder !== undefined) return this.#finder;
    const detector = await this.#graphs.load("faceDetector", load);
    const landmarks = await this.#graphs.load("faceLandmarks", load);
    return createFaceFinder({ detector, landmarks });
  }

  /** The faces of a photo, the largest first. @param photo opaque. @param digest a name for its content. */
  async find(photo: Picture, digest: string, load: LoadOptions): Promise<readonly Face[]> {
    const known = this.#memory.faces.get(digest);
    if (known !== undefined) return known;
    const faces = await this.#graphs.reloadIfLost(async () =>
      (await this.load(load)).find(photo, { signal: load.signal }),
    );
    this.#memory.faces.set(digest, faces);
    return faces;
  }
}
