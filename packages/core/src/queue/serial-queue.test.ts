import { describe, expect, it } from "vitest";
import { SerialQueue } from "./serial-queue.js";

describe("SerialQueue", () => {
  it("runs as many tasks as it is wide, in the order in which they came, also after failures", async () => {
    const queue = new SerialQueue(2);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const calls = Array.from({ length: 7 }, (_value, number) =>
      queue.run(async () => {
        order.push(number);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
        if (number % 2 === 1) throw new Error("odd");
        return number;
      }),
    );
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status === "fulfilled")).toEqual([true, false, true, false, true, false, true]);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(2);
  });

  it("forgets who stops waiting", async () => {
    const queue = new SerialQueue();
    let finish = () => {};
    const first = queue.run(() => new Promise<void>((resolve) => (finish = resolve)));
    const controller = new AbortController();
    const second = queue.run(() => Promise.resolve("second"), controller.signal);
    const third = queue.run(() => Promise.resolve("third"));
    controller.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    finish();
    await first;
    expect(await third).toBe("third");
    expect(await queue.run(() => Promise.resolve("fourth"))).toBe("fourth");
  });
});
