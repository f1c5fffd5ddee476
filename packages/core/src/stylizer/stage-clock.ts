import type { ProgressEvent, Stage } from "./options.js";

/** About how long the steps take in relation to each other. */
const COST = { map: 1, detect: 3, align: 1, encode: 8, stylize: 16, composite: 2 } as const;

type TimedStage = keyof typeof COST;

const COST_OF_PHOTO = COST.map + COST.detect;
const COST_OF_FACE = COST.align + COST.encode + COST.stylize + COST.composite;

/** Tells of the steps of one call, measures them, and ends the call between two of them. */
export class StageClock {
  /** Milliseconds by step, summed over faces. */
  readonly timings: Partial<Record<Stage, number>> & { total: number } = { total: 0 };
  readonly #start = performance.now();
  readonly #onProgress: ((event: ProgressEvent) => void) | undefined;
  readonly #throwIfEnded: () => void;
  #faces = 1;
  #done = 0;
  #progress = 0;

  /** @param throwIfEnded is called before and after every step, and throws to end the call. */
  constructor(onProgress: ((event: ProgressEvent) => void) | undefined, throwIfEnded: () => void) {
    this.#onProgress = onProgress;
    this.#throwIfEnded = throwIfEnded;
  }

  /** How many faces will be stylised, once that is known. */
  set faces(count: number) {
    this.#faces = count;
  }

  /**
   * Runs a step.
   *
   * @param face its place among the faces that are stylised, for the steps that each face goes through.
   */
  async step<T>(stage: TimedStage, run: () => Promise<T> | T, face?: number): Promise<T> {
    this.#throwIfEnded();
    const place = face === undefined ? {} : { face, faces: this.#faces };
    this.#onProgress?.({ type: "stage", stage, ...place, progress: this.#progress });
    const start = performance.now();
    const result = await run();
    this.timings[stage] = (this.timings[stage] ?? 0) + performance.now() - start;
    this.skip(stage);
    this.#throwIfEnded();
    return result;
  }

  /** Counts a step as done that is not needed. */
  skip(stage: TimedStage): void {
    this.#done += COST[stage];
    const share = this.#done / (COST_OF_PHOTO + this.#faces * COST_OF_FACE);
    // More faces than expected must not take progress back.
    this.#progress = Math.max(this.#progress, Math.min(share, 1));
  }

  /** Tells that all is done. @param stage the last one. */
  finish(stage: TimedStage): void {
    this.timings.total = performance.now() - this.#start;
    this.#onProgress?.({ type: "stage", stage, progress: 1 });
  }
}
