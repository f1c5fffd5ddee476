/** Milliseconds without a move after which something is at rest. */
const REST = 250;

/**
 * Draws something quickly, and again for every move of it, until it rests: the sketches that are seen while a slider is dragged.
 * A sketch that was begun is finished, or else none would be seen while the hand is moving.
 */
export class SketchLoop {
  #moves = 0;
  #onMove: (() => void) | undefined;
  #isRunning = false;

  /** Whether a move is answered by a sketch. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Tells that there is something new to sketch. */
  move(): void {
    this.#moves += 1;
    this.#onMove?.();
  }

  /**
   * @param sketch draws the newest state of things.
   * @param rest @default 250 milliseconds
   * @returns resolves when nothing has moved for as long as `rest` since the newest state was drawn. Rejects as `sketch` does.
   */
  async run(sketch: () => Promise<void>, rest: number = REST): Promise<void> {
    this.#isRunning = true;
    try {
      let drawn: number;
      do {
        drawn = this.#moves;
        await sketch();
        if (this.#moves === drawn) await this.#moveWithin(rest);
      } while (this.#moves !== drawn);
    } finally {
      this.#isRunning = false;
    }
  }

  #moveWithin(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#onMove = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
