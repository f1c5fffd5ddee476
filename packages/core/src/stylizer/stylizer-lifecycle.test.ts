import { describe, expect, it } from "vitest";
import { MMFSError } from "../errors/mmfs-error.js";
import { createPicture } from "../picture/picture.js";
import { fakeFace, fakeFinder } from "./__fixtures__/fake-faces.js";
import { FakeRuntime, refused } from "./__fixtures__/fake-runtime.js";
import { tinyBundle } from "./__fixtures__/tiny-bundle.js";
import type { PreloadOptions } from "./options.js";
import { Stylizer, type StylizerParts } from "./stylizer.js";

const photo = (seed: number) => {
  const picture = createPicture(40, 40);
  picture.data.fill(seed);
  return picture;
};

/** The faces alone, so that each graph runs once. */
const surroundings = "photo";

async function setUp(changes: Partial<StylizerParts> = {}) {
  const runtime = new FakeRuntime();
  const faceFinder = fakeFinder(fakeFace({ x: 20, y: 20 }, 30));
  const stylizer = await Stylizer.create({ runtime, bundle: tinyBundle(), faceFinder, ...changes });
  return { runtime, stylizer };
}

/** Holds an event up until it is released. */
function gate(runtime: FakeRuntime, event: string) {
  let reached = () => {};
  let release = () => {};
  const isReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  runtime.before = async (happening) => {
    if (happening !== event) return;
    reached();
    await isReleased;
  };
  return { isReached, release };
}

describe("a preload", () => {
  it("loads the networks, and what prompts need if the style encoder is there to do it", async () => {
    const asked: object[] = [];
    const never = () => Promise.reject(new Error("not asked for"));
    const preload = async ({ prompts, references }: PreloadOptions = {}) => void asked.push({ prompts, references });
    const { runtime, stylizer } = await setUp({ styleEncoder: { fromText: never, fromImage: never, preload } });
    await stylizer.preload();
    expect(asked).toEqual([]);
    const loaded = runtime.log.filter((event) => event.startsWith("create"));
    expect(loaded).toHaveLength(2);
    await stylizer.preload({ prompts: true });
    expect(asked).toEqual([{ prompts: true, references: false }]);
    expect(runtime.log.filter((event) => event.startsWith("create"))).toEqual(loaded);
  });

  it("of prompts without a style encoder says who loads them", async () => {
    const { stylizer } = await setUp();
    const error = { code: "INVALID_ARGUMENT", message: expect.stringContaining("createStyleEncoder") };
    await expect(stylizer.preload({ references: true })).rejects.toMatchObject(error);
  });
});

describe("calls at the same time", () => {
  it("run one after the other, in the order in which they came", async () => {
    const { runtime, stylizer } = await setUp();
    const done: number[] = [];
    await Promise.all(
      [1, 2, 3].map((seed) => stylizer.stylize(photo(seed), { surroundings }).then(() => done.push(seed))),
    );
    expect(done).toEqual([1, 2, 3]);
    expect(runtime.log.filter((event) => event.startsWith("run"))).toEqual([
      ...["run encoder", "run decoder", "run encoder", "run decoder", "run encoder", "run decoder"],
    ]);
  });

  it("are not held up by one that fails", async () => {
    const { runtime, stylizer } = await setUp();
    let runs = 0;
    runtime.before = (event) => {
      if (event === "run encoder" && ++runs === 1) throw new MMFSError("INFERENCE_FAILED", "out of memory");
    };
    const [failed, fine] = await Promise.allSettled([
      stylizer.stylize(photo(1), { surroundings }),
      stylizer.stylize(photo(2), { surroundings }),
    ]);
    expect(failed).toMatchObject({ status: "rejected", reason: { code: "INFERENCE_FAILED" } });
    expect(fine.status).toBe("fulfilled");
  });

  it("leave the queue at once when they are aborted", async () => {
    const { runtime, stylizer } = await setUp();
    const { isReached, release } = gate(runtime, "run encoder");
    const running = stylizer.stylize(photo(1), { surroundings });
    await isReached;
    const reason = new Error("enough");
    const controller = new AbortController();
    const waiting = stylizer.stylize(photo(2), { surroundings, signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    release();
    await running;
    expect(runtime.log.filter((event) => event === "run encoder")).toHaveLength(1);
  });
});

describe("an aborted call", () => {
  it.each([
    ["before it begins", undefined],
    ["while a graph is loaded", "create encoder on cpu"],
    ["while the encoder runs", "run encoder"],
    ["while the decoder runs", "run decoder"],
  ])("rejects with the reason when that is %s, and does not harm the next", async (_, event) => {
    const { runtime, stylizer } = await setUp();
    const reason = new Error("enough");
    const controller = new AbortController();
    if (event === undefined) controller.abort(reason);
    runtime.before = (happening) => {
      if (happening === event) controller.abort(reason);
    };
    await expect(stylizer.stylize(photo(1), { surroundings, signal: controller.signal })).rejects.toBe(reason);
    const after = runtime.log.slice(runtime.log.indexOf(event ?? "") + 1);
    if (event !== undefined) expect(after).toEqual([]);
    runtime.before = () => {};
    await expect(stylizer.stylize(photo(1), { surroundings })).resolves.toMatchObject({ facesFound: 1 });
  });
});

describe("Stylizer.dispose", () => {
  it("lets the present step end, rejects what runs and what waits, and frees the graphs", async () => {
    const { runtime, stylizer } = await setUp();
    const { isReached, release } = gate(runtime, "run encoder");
    const calls = [stylizer.stylize(photo(1), { surroundings }), stylizer.stylize(photo(2), { surroundings })];
    await isReached;
    const disposal = stylizer.dispose();
    await expect(calls[1]).rejects.toMatchObject({ code: "DISPOSED" });
    expect(runtime.log).not.toContain("dispose encoder");
    release();
    await expect(calls[0]).rejects.toMatchObject({ code: "DISPOSED" });
    await disposal;
    expect(runtime.log).toContain("dispose encoder");
    expect(runtime.log).not.toContain("run decoder");
  });

  it("may be called again, and calls after it are refused", async () => {
    const { runtime, stylizer } = await setUp();
    await stylizer.stylize(photo(1), { surroundings });
    await Promise.all([stylizer.dispose(), stylizer.dispose()]);
    await stylizer[Symbol.asyncDispose]();
    expect(runtime.log.filter((event) => event === "dispose encoder")).toHaveLength(1);
    await expect(stylizer.stylize(photo(1), { surroundings })).rejects.toMatchObject({ code: "DISPOSED" });
  });
});

describe("the device", () => {
  it("is with auto the first that works, and the result says why not another", async () => {
    const { runtime, stylizer } = await setUp();
    runtime.devices = ["cuda", "webgpu", "cpu"];
    const auto = await Stylizer.create({
      runtime,
      bundle: tinyBundle(),
      faceFinder: fakeFinder(fakeFace({ x: 9, y: 9 }, 9)),
    });
    runtime.before = (event) => {
      if (event.endsWith("on cuda")) throw refused("cuda");
      if (event.endsWith("on webgpu")) throw new MMFSError("MODEL_LOAD", "No such operator.");
    };
    const { device, warnings } = await auto.stylize(photo(1), { surroundings });
    expect(device).toBe("cpu");
    expect(warnings).toEqual([
      expect.stringMatching(/cuda.*cpu instead/),
      expect.stringMatching(/operator.*cpu instead/),
    ]);
    expect(runtime.log.slice(0, 5)).toEqual([
      "create encoder on cuda",
      "create encoder on webgpu",
      "create encoder on cpu",
      "create decoder on cpu",
      "run encoder",
    ]);
    await stylizer.dispose();
  });

  it("is the next one for all graphs when only a later graph is refused", async () => {
    const runtime = new FakeRuntime();
    runtime.devices = ["webgpu", "cpu"];
    const { stylizer } = await setUp({ runtime });
    runtime.before = (event) => {
      if (event === "create decoder on webgpu") throw refused("webgpu");
    };
    expect(await stylizer.stylize(photo(1), { surroundings })).toMatchObject({ device: "cpu" });
    await stylizer.stylize(photo(2), { surroundings });
    expect(runtime.log.filter((event) => event.startsWith("create"))).toEqual([
      ...["create encoder on webgpu", "create decoder on webgpu", "create decoder on cpu", "create encoder on cpu"],
    ]);
    expect(runtime.log.indexOf("run encoder")).toBeGreaterThan(runtime.log.indexOf("create encoder on cpu"));
    expect(runtime.log).toContain("dispose encoder");
  });

  it("that was named is used or refused, and tried again by the next call", async () => {
    const { runtime, stylizer } = await setUp({ device: "webgpu" });
    runtime.before = (event) => {
      if (event.endsWith("on webgpu")) throw refused("webgpu");
    };
    await expect(stylizer.stylize(photo(1), { surroundings })).rejects.toMatchObject({ code: "DEVICE_UNAVAILABLE" });
    runtime.before = () => {};
    expect(await stylizer.stylize(photo(1), { surroundings })).toMatchObject({ device: "webgpu", warnings: [] });
  });

  it("lists every reason when none works", async () => {
    const runtime = new FakeRuntime();
    runtime.devices = ["cuda", "cpu"];
    const { stylizer } = await setUp({ runtime });
    runtime.before = (event) => {
      const device = (["cuda", "cpu"] as const).find((each) => event.endsWith(`on ${each}`));
      if (device !== undefined) throw refused(device);
    };
    await expect(stylizer.stylize(photo(1), { surroundings })).rejects.toMatchObject({
      code: "DEVICE_UNAVAILABLE",
      message: expect.stringMatching(/cuda.*cpu/),
    });
  });

  it("is set up anew once when it was lost", async () => {
    const { runtime, stylizer } = await setUp();
    let losses = 1;
    runtime.before = (event) => {
      if (event === "run decoder" && losses-- > 0) throw new MMFSError("DEVICE_LOST", "The device was lost.");
    };
    await stylizer.stylize(photo(1), { surroundings });
    expect(runtime.log.filter((event) => event.includes("decoder"))).toEqual([
      ...["create decoder on cpu", "run decoder", "dispose decoder", "create decoder on cpu", "run decoder"],
    ]);
    losses = 2;
    await expect(stylizer.stylize(photo(1), { surroundings })).rejects.toMatchObject({ code: "DEVICE_LOST" });
    await expect(stylizer.stylize(photo(1), { surroundings })).resolves.toMatchObject({ device: "cpu" });
  });

  it("says when the bundle lacks the precision asked for", async () => {
    const { stylizer } = await setUp({ dtype: "fp16" });
    const { dtype, warnings } = await stylizer.stylize(photo(1), { surroundings });
    expect(dtype).toBe("fp32");
    expect(warnings.join()).toMatch(/no fp16 variant of its encoder and decoder/);
  });
});
