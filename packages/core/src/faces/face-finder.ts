import {
  applySimilarity,
  composeSimilarity,
  cropToSquare,
  invertSimilarity,
  makeSimilarity,
} from "../geometry/similarity.js";
import type { FaceCrop, SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { resize } from "../picture/resize.js";
import type { Session } from "../runtime/runtime.js";
import { DETECTOR_SIZE } from "./anchors.js";
import { detectInView } from "./detect-in-view.js";
import { type FaceDetection, transformDetection } from "./detection.js";
import type { Face } from "./face.js";
import { facePoints } from "./face-points.js";
import { boundsOf, regionOfDetection, regionOfLandmarks } from "./face-region.js";
import { ffhqCrop } from "./ffhq-crop.js";
import { type FaceMesh, LANDMARKS_SIZE, landmarksInRegion, landmarksReversed } from "./landmarks-in-region.js";
import { type Square, squareContainment } from "./merge-detections.js";
import { tileViews, wholeView } from "./search-views.js";

/** The graphs that find faces; see the bundle's parts `faceDetector` and `faceLandmarks`. */
export interface FaceFinderOptions {
  /** MediaPipe's BlazeFace; see {@link detectInView} for its inputs and outputs. */
  detector: Session;
  /** MediaPipe's FaceMesh; see {@link landmarksInRegion} for its inputs and outputs. */
  landmarks: Session;
}

/** Finds faces in photos. */
export interface FaceFinder {
  /**
   * Finds the faces of a photo, from about a twentieth of its width to ones that fill it, tilted either way.
   *
   * @param picture opaque; {@link flatten} it first.
   * @returns the largest face first; an empty list where there is none.
   * @throws {MMFSError} `INFERENCE_FAILED`, `DEVICE_LOST`, `DISPOSED`; and `signal.reason`
   */
  find(picture: Picture, options?: { signal?: AbortSignal | undefined }): Promise<Face[]>;
}

/** The least score of a detection that the landmark network is asked about. */
const CANDIDATE_SCORE = 0.5;

/** Upright faces score more than this as a rule, upside-down ones less, and their landmarks then come out reversed. */
const SURE_SCORE = 0.8;

/** A face that is seen upside down must score this much more than an upright one, which is likelier: 1 / 0.9. */
const REVERSED_WEIGHT = 0.9;

/** The least presence in the detector's square that is worth a second look in the more exact one of the landmarks. */
const PROPOSED_PRESENCE = 0.1;

/** The least detector's score times landmark network's presence of a face. */
const FACE_SCORE = 0.55;

/** Of two squares that share more than this part of the smaller one, only one shows a face. */
const SAME_FACE_PART = 0.5;

/** Where the largest face is smaller than this part of the picture's longer side, tiles are searched for others like it. */
const SMALL_FACE = 0.06;

/** Landmarks are placed anew while their square turns by more degrees than this, or moves by more than this part of its side. */
const [SETTLED_TURN, SETTLED_SHIFT] = [5, 0.03];

/** So many times at most. */
const MOST_REFINEMENTS = 3;

/**
 * The landmark network's presence for faces that it sees upright. In 60 portraits at 12 angles it was as high for all of
 * these, for two people's faces seen upside down, and for none seen lying on its side.
 */
const SURE_PRESENCE = 0.99999;

/**
 * So much likelier must the reading turned by 180 degrees be than the one that led to the face, by the geometric mean of
 * the odds in both squares: photos are upright as a rule.
 */
const BETTER_ODDS = 10;

/** Side of the detector's view of one face, in sides of the landmark network's square. */
const DETECTOR_PART = 1.2;

/** Pictures with a longer side above the first number are searched in a copy with the second. */
const [LARGE_PICTURE, SEARCH_SIDE] = [2048, 1024];

/**
 * Makes a finder of two graphs: BlazeFace proposes faces, FaceMesh confirms them and places their landmarks, in a second
 * run on the square that the landmarks of the first give. A third run, on that square turned by 180 degrees, settles
 * which way is up.
 */
export function createFaceFinder(sessions: FaceFinderOptions): FaceFinder {
  return {
    async find(picture, { signal } = {}) {
      signal?.throwIfAborted();
      const search = new Search(sessions, picture, signal);
      const { width, height } = search;
      const upright = await search.detect([wholeView(width, height)]);
      const sure = upright.some(({ score }) => score >= SURE_SCORE);
      const reversed = sure ? [] : await search.detect([wholeView(width, height, 180)]);
      await search.confirm([...upright, ...reversed.map((it) => ({ ...it, score: it.score * REVERSED_WEIGHT }))]);
      if (search.faces.length === 0) {
        await search.confirm(await search.detect([90, -90].map((turn) => wholeView(width, height, turn))));
      }
      if (search.largest < SMALL_FACE * Math.max(width, height)) {
        await search.confirm(await search.detect(tileViews(width, height)));
      }
      return search.faces.sort((one, other) => other.crop.side - one.crop.side);
    },
  };
}

/** The search for the faces of one photo. */
class Search {
  readonly faces: Face[] = [];
  /** Size of the picture that is searched, the photo or a smaller copy; views refer to it. */
  readonly width: number;
  readonly height: number;
  readonly #sessions: FaceFinderOptions;
  readonly #photo: Picture;
  readonly #searched: Picture;
  readonly #toPhoto: SimilarityTransform;
  readonly #signal: AbortSignal | undefined;
  readonly #known: Square[] = [];

  constructor(sessions: FaceFinderOptions, photo: Picture, signal: AbortSignal | undefined) {
    const { width, height } = photo;
    const longer = Math.max(width, height);
    const scale = longer > LARGE_PICTURE ? longer / SEARCH_SIDE : 1;
    this.width = Math.max(1, Math.round(width / scale));
    this.height = Math.max(1, Math.round(height / scale));
    this.#searched = scale === 1 ? photo : resize(photo, this.width, this.height);
    this.#toPhoto = makeSimilarity({ scale });
    this.#sessions = sessions;
    this.#photo = photo;
    this.#signal = signal;
  }

  /** Side of the largest face so far, in pixels of the picture that is searched. */
  get largest(): number {
    return Math.max(0, ...this.#known.map(({ side }) => side)) / this.#toPhoto.a;
  }

  /** What the detector sees in these views, in pixels of the photo. */
  async detect(views: readonly SimilarityTransform[]): Promise<FaceDetection[]> {
    const detections: FaceDetection[] = [];
    for (const view of views) {
      this.#signal?.throwIfAborted();
      detections.push(...(await detectInView(this.#sessions.detector, this.#searched, view, CANDIDATE_SCORE)));
    }
    return detections.map((detection) => transformDetection(detection, this.#toPhoto));
  }

  /** Adds the faces among these detections that are not known yet. */
  async confirm(detections: readonly FaceDetection[]): Promise<void> {
    const bestFirst = [...detections].sort((one, other) => other.score - one.score);
    for (const detection of bestFirst) await this.#confirm(detection);
  }

  async #confirm(detection: FaceDetection): Promise<void> {
    if (this.#isKnown(detection)) return;
    const proposed = await this.#mesh(regionOfDetection(detection));
    if (proposed.presence < PROPOSED_PRESENCE) return;
    const refined = await this.#refine(proposed);
    if (detection.score * refined.presence < FACE_SCORE) return;
    const { points, presence } = await this.#settle(refined);
    const score = detection.score * presence;
    const box = boundsOf(points);
    const square = {
      center: { x: box.x + box.width / 2, y: box.y + box.height / 2 },
      side: Math.sqrt(box.width * box.height),
    };
    if (this.#isKnown(square)) return;
    this.#known.push(square);
    const five = facePoints(points);
    this.faces.push({ box, score, points: five, landmarks: points, crop: ffhqCrop(five) });
  }

  /** Landmarks of the square that the landmarks themselves give, which is more exact than the detector's. */
  async #refine(proposed: FaceMesh): Promise<FaceMesh> {
    let mesh = proposed;
    let region = regionOfLandmarks(mesh.points);
    for (let settled = false, count = 0; !settled && count < MOST_REFINEMENTS; count++) {
      const refined = await this.#mesh(region);
      // a profile may slip out of the square
      if (refined.presence < 0.9 * mesh.presence) return mesh;
      const next = regionOfLandmarks(refined.points);
      const turn = ((next.angle - region.angle + 540) % 360) - 180;
      const shift = Math.hypot(next.center.x - region.center.x, next.center.y - region.center.y) / region.side;
      settled = Math.abs(turn) <= SETTLED_TURN && shift <= SETTLED_SHIFT;
      [mesh, region] = [refined, next];
    }
    return mesh;
  }

  /**
   * The landmarks the right way round: both networks see upright faces in upside-down ones, the mouth in the brow. The
   * same square turned by 180 degrees is read, too, and the presence tells which of the two the landmark network knows.
   * Unless it is sure of the first and not of the other, both are read once more, in the square that the landmarks give,
   * since a single presence may mislead where a face is half covered. Where the network is sure of both, the detector
   * decides; where of neither, the face may lie on its side.
   */
  async #settle(mesh: FaceMesh): Promise<FaceMesh> {
    const meshReversed = await this.#reversed(mesh);
    if (isSure(mesh) && !isSure(meshReversed)) return mesh;
    const region = regionOfLandmarks(mesh.points);
    const turned = (angle: number): FaceCrop => ({ ...region, angle: region.angle + angle });
    const again = await this.#mesh(region);
    const reversed = await this.#reversed(again);
    if (isSure(again) && isSure(reversed)) {
      const reversedScores = (await this.#score(turned(180))) > (await this.#score(region));
      return reversedScores ? this.#refine(reversed) : mesh;
    }
    const gain = Math.sqrt((odds(meshReversed) / odds(mesh)) * (odds(reversed) / odds(again)));
    let best = gain > BETTER_ODDS ? reversed : mesh;
    if (!isSure(again) && !isSure(reversed)) {
      for (const angle of [90, -90]) {
        const quarter = await this.#mesh(turned(angle));
        if (isSure(quarter) && quarter.presence > best.presence) best = quarter;
      }
    }
    return best === mesh ? mesh : this.#refine(best);
  }

  /** What the landmark network says of the mesh's square turned by 180 degrees. */
  #reversed({ square }: FaceMesh): Promise<FaceMesh> {
    this.#signal?.throwIfAborted();
    return landmarksReversed(this.#sessions.landmarks, square);
  }

  /** The detector's score of the face in this square, seen upright. */
  async #score(region: FaceCrop): Promise<number> {
    this.#signal?.throwIfAborted();
    const center = applySimilarity(invertSimilarity(this.#toPhoto), region.center);
    const square = { ...region, center, side: (DETECTOR_PART * region.side) / this.#toPhoto.a };
    const view = cropToSquare(square, DETECTOR_SIZE);
    const [best] = await detectInView(this.#sessions.detector, this.#searched, view, 0);
    return best?.score ?? 0;
  }

  #isKnown(square: Square): boolean {
    return this.#known.some((known) => squareContainment(known, square) > SAME_FACE_PART);
  }

  async #mesh(region: FaceCrop): Promise<FaceMesh> {
    this.#signal?.throwIfAborted();
    const { landmarks } = this.#sessions;
    const scale = this.#toPhoto.a;
    if (region.side / scale < LANDMARKS_SIZE) return landmarksInRegion(landmarks, this.#photo, region);
    const center = { x: region.center.x / scale, y: region.center.y / scale };
    const mesh = await landmarksInRegion(landmarks, this.#searched, { ...region, center, side: region.side / scale });
    const toSquare = composeSimilarity(mesh.square.toSquare, invertSimilarity(this.#toPhoto));
    return {
      ...mesh,
      points: mesh.points.map((point) => applySimilarity(this.#toPhoto, point)),
      square: { ...mesh.square, toSquare },
    };
  }
}

function isSure({ presence }: FaceMesh): boolean {
  return presence >= SURE_PRESENCE;
}

/** Of a face against none; a presence of exactly 1 is one that was rounded. */
function odds({ presence }: FaceMesh): number {
  return presence / (1 - presence + Number.EPSILON);
}
