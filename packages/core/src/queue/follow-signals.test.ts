import { describe, expect, it, vi } from "vitest";
import { followSignals, leaveOnAbort } from "./follow-signals.js";

describe("followSignals", () => {
  it("tells the reason of the first signal that fires, once", () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const leave = vi.fn();
    followSignals([one.signal, undefined, other.signal], leave);
    other.abort("other");
    one.abort("one");
    expect(leave.mock.calls).toEqual([["other"]]);
  });

  it("tells at once of a signal that has fired, and nothing after it was stopped", () => {
    const leave = vi.fn();
    followSignals([AbortSignal.abort("early")], leave);
    const late = new AbortController();
    followSignals([late.signal], leave)();
    late.abort("late");
    expect(leave.mock.calls).toEqual([["early"]]);
  });
});

describe("leaveOnAbort", () => {
  it("waits for the promise, or rejects with the reason of the signal", async () => {
    const controller = new AbortController();
    expect(await leaveOnAbort(Promise.resolve(1), controller.signal)).toBe(1);
    expect(await leaveOnAbort(Promise.resolve(2), undefined)).toBe(2);
    const left = leaveOnAbort(new Promise(() => {}), controller.signal);
    controller.abort("enough");
    await expect(left).rejects.toBe("enough");
  });
});
