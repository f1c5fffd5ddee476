import type { ProgressEvent, Stage } from "./options.js";

/** About how long the steps take in relation to each other; encode and stylize for a square of 256 px. */
const COST: Record<TimedStage, number> = {
  map: 1,
  detect: 3,
  align: 1,
  encode: 8,
  stylize: 16,
  people: 8,
  composite: 2,
};

/** The cells of a square of 256 px. */
const USUAL_CELLS = 256;

/** The steps that the core takes itself. */
export type TimedStage = Exclude<Stage, "decode" | "write">;

/** What a step works on. */
export interface StepPlace {
  /** Its place among the faces that are painted in squares of their own, and how many these are. */
  face?: number;
  faces?: number;
  /** Its place among the tiles of a photo that is painted whole, and how many these are. */
  tile?: number;
  tiles?: number;
  /** How much a graph computes, in cells of 16 × 16 px. @default 256 */
  cells?: number;
}

/** Tells of the steps of one call, measures them, and ends the call between two of them. */
export class StageClock {
  /** Milliseconds by step, summed over faces and tiles. */
  readonly timings: Partial<Record<Stage, number>> & { total: number } = { total: 0 };
  readonly #start = performance.now();
  readonly #onProgress: ((event: ProgressEvent) => void) | undefined;
  readonly #throwIfEnded: () => void;
  #expected = 0;
  #done = 0;
  #progress = 0;

  /** @param throwIfEnded is called before and after every step, and throws to end the call. */
  constructor(onProgress: ((event: ProgressEvent) => void) | undefined, throwIfEnded: () => void) {
    this.#onProgress = onProgress;
    this.#throwIfEnded = throwIfEnded;
  }

  /** Counts a step that is to come. @param cells as of {@link StepPlace}. */
  expect(stage: TimedStage, cells?: number): void {
    this.#expected += costOf(stage, cells);
  }

  /** Runs a step. */
  async step<T>(stage: TimedStage, run: () => Promise<T> | T, place: StepPlace = {}): Promise<T> {
    this.#throwIfEnded();
    const { cells, ...told } = place;
    this.#onProgress?.({ type: "stage", stage, ...told, progress: this.#progress });
    const start = performance.now();
    const result = await run();
    this.timings[stage] = (this.timings[stage] ?? 0) + performance.now() - start;
    this.skip(stage, cells);
    this.#throwIfEnded();
    return result;
  }

  /** Counts a step as done that is not needed. */
  skip(stage: TimedStage, cells?: number): void {
    this.#done += costOf(stage, cells);
    // What was not expected must not take progress back.
    const share = this.#done / Math.max(this.#expected, this.#done, costOf("encode") + costOf("stylize"));
    this.#progress = Math.max(this.#progress, Math.min(share, 1));
  }

  /** Tells that all is done. @param stage the last one. */
  finish(stage: TimedStage): void {
    this.timings.total = performance.now() - this.#start;
    this.#onProgress?.({ type: "stage", stage, progress: 1 });
  }
}

function costOf(stage: TimedStage, cells = USUAL_CELLS): number {
  return COST[stage] * (stage === "encode" || stage === "stylize" ? cells / USUAL_CELLS : 1);
}
