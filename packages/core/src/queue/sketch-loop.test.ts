import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { SketchLoop } from "./sketch-loop.js";

describe("SketchLoop", () => {
  it("finishes each sketch, draws the newest state after it, and ends at rest", async () => {
    const loop = new SketchLoop();
    let state = 0;
    const drawn: number[] = [];
    const sketch = async () => {
      const mine = state;
      await sleep(10);
      drawn.push(mine);
    };
    const run = loop.run(sketch, 30);
    for (state = 1; state < 3; state++) loop.move();
    await sleep(35);
    expect(loop.isRunning).toBe(true);
    state = 4;
    loop.move();
    await run;
    expect(drawn).toEqual([0, 3, 4]);
    expect(loop.isRunning).toBe(false);
  });

  it("ends when a sketch fails, and may run again", async () => {
    const loop = new SketchLoop();
    await expect(loop.run(() => Promise.reject(new Error("no paint")), 1)).rejects.toThrow("no paint");
    expect(loop.isRunning).toBe(false);
    await loop.run(async () => {}, 1);
  });
});
