import { describe, expect, it } from "vitest";
import { Slots } from "./slots.js";

const never = new AbortController().signal;

describe("Slots", () => {
  it("lets as many in as there are, in the order in which they came, also after failures", async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const calls = Array.from({ length: 7 }, (_value, number) =>
      slots.use(async () => {
        order.push(number);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
        if (number % 2 === 1) throw new Error("odd");
        return number;
      }, never),
    );
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status === "fulfilled")).toEqual([true, false, true, false, true, false, true]);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(2);
  });

  it("forgets who stops waiting", async () => {
    const slots = new Slots(1);
    let finish = () => {};
    const first = slots.use(() => new Promise<void>((resolve) => (finish = resolve)), never);
    const controller = new AbortController();
    const second = slots.use(() => Promise.resolve("second"), controller.signal);
    const third = slots.use(() => Promise.resolve("third"), never);
    controller.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    finish();
    await first;
    expect(await third).toBe("third");
    expect(await slots.use(() => Promise.resolve("fourth"), never)).toBe("fourth");
  });
});
