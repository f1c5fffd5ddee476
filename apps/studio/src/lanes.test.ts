import { describe, expect, it } from "vitest";
import { Lanes } from "./lanes.js";

describe("Lanes", () => {
  it("runs one at a time, the front before the back, and skips what was aborted", async () => {
    const lanes = new Lanes();
    const order: string[] = [];
    let running = 0;
    const { signal } = new AbortController();
    const gone = new AbortController();
    const task = (name: string) => async () => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(name);
      running -= 1;
    };
    const all = [
      lanes.run("back", signal, task("first")),
      lanes.run("back", signal, task("back")),
      lanes.run("front", gone.signal, task("gone")),
      lanes.run("front", signal, task("front")),
      lanes.run("front", signal, () => Promise.reject(new Error("fails"))),
    ];
    gone.abort();
    const told = await Promise.allSettled(all);
    expect(told.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled", "rejected"]);
    expect(order).toEqual(["first", "front", "back"]);
  });
});
