import { MessageChannel } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../bundle/sha256.js";
import { MMFSError } from "../errors/mmfs-error.js";
import type { StylePack } from "../pack/style-pack.js";
import { createPicture, type Picture } from "../picture/picture.js";
import { StyleCode } from "../style/style-code.js";
import { cpuRuntime } from "../stylizer/__fixtures__/cpu-runtime.js";
import { fakeFace, fakeFinder } from "../stylizer/__fixtures__/fake-faces.js";
import { readTinyFile, tinyBundle } from "../stylizer/__fixtures__/tiny-bundle.js";
import { Stylizer } from "../stylizer/stylizer.js";
import type { Request } from "../worker/messages.js";
import { serve } from "../worker/serve.js";
import type { StylizerReference } from "../worker/served-stylizer.js";
import { stylizerFunctions } from "../worker/stylizer-functions.js";
import { RemoteStylizer } from "./remote-stylizer.js";
import { shareStylizer } from "./share-stylizer.js";
import { type Connect, type ConnectionEvents, WorkerClient } from "./worker-client.js";

const photo = createPicture(40, 40);
photo.data.fill(90);
const code = StyleCode.fromRow(Float32Array.of(1, -2, 0.5, 0), { type: "pack", name: "rose" });

/** What was sent to the worker, in the order in which it was. */
let posted: Request[] = [];
let broken: ConnectionEvents["onFailure"];
const opened: { end(): unknown }[] = [];
afterEach(async () => {
  posted = [];
  for (const each of opened.splice(0)) await each.end();
});

/** A worker in the same thread, behind a port that clones as the one of a thread does. */
const connect: Connect = ({ onReply, onFailure }) => {
  const { port1: here, port2: there } = new MessageChannel();
  const functions = stylizerFunctions<StylizerReference, Picture>({
    async open({ device, dtype }) {
      const faceFinder = fakeFinder(fakeFace({ x: 20, y: 20 }, 30));
      const stylizer = await Stylizer.create({
        runtime: cpuRuntime(),
        bundle: tinyBundle(),
        device,
        dtype,
        faceFinder,
      });
      return { stylizer, dispose: () => stylizer.dispose() };
    },
    decode: async (picture) => picture,
  });
  here.on("message", onReply);
  there.on(
    "message",
    serve((reply, transfer) => there.postMessage(reply, transfer), functions),
  );
  broken = onFailure;
  const connection = {
    send(request: Request) {
      posted.push(request);
      here.postMessage(request);
    },
    end: () => here.close(),
  };
  opened.push(connection);
  return connection;
};

const take = vi.fn(async (input: Picture | string) => {
  if (typeof input === "string") throw new MMFSError("UNSUPPORTED_IMAGE", "No picture.", { data: { format: "GIF" } });
  return { photo: input, transfer: [], warnings: ["It was taken."] };
});

function open() {
  const client = new WorkerClient(connect);
  return RemoteStylizer.open<Picture | string, { side: number }, Picture>({
    client,
    reference: { device: "auto", dtype: "fp32", threads: undefined },
    onProgress: undefined,
    take,
    output: ({ width }) => ({ side: width }),
    closes: true,
    leave: () => client.terminate(),
  });
}

async function tinyPack(): Promise<StylePack> {
  const decoder = await readTinyFile("decoder.onnx");
  const { parts } = JSON.parse(new TextDecoder().decode(await readTinyFile("mmfs.json")));
  return {
    name: "rose",
    base: { bundle: "tiny", encoder: parts.encoder.sha256 },
    network: { baseWidth: 1, styleDim: 4, styleLayers: 10, detail: false, fixedSize: 32 },
    code,
    decoder,
    decoderSha256: await sha256(decoder),
  };
}

/** How many bytes of the requests are a decoder's. */
const decoderBytes = () => posted.reduce((sum, each) => sum + (each.type === "bytes" ? each.bytes!.byteLength : 0), 0);

/** The largest block of bytes that any part of a request holds. */
function largestBlock(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(largestBlock));
}

describe("RemoteStylizer", () => {
  it("gives what a stylizer gives, with what the platform adds to its pictures", async () => {
    const remote = await open();
    const faceFinder = fakeFinder(fakeFace({ x: 20, y: 20 }, 30));
    const local = await Stylizer.create({ runtime: cpuRuntime(), bundle: tinyBundle(), faceFinder });
    const options = { style: { code }, strength: 0.5 };
    const [result, expected] = [await remote.stylize(photo, options), await local.stylize(photo, options)];
    expect(result.data).toEqual(expected.data);
    expect(result.style.code).toEqual(expected.style.code);
    expect(result.style.code).toBeInstanceOf(StyleCode);
    expect(result.side).toBe(40);
    expect(result.faces[0]?.side).toBe(result.faces[0]?.picture.width);
    expect(result.warnings).toEqual(["It was taken.", ...expected.warnings]);
    expect(await remote.findFaces(photo)).toEqual(await local.findFaces(photo));
    await Promise.all([remote.dispose(), local.dispose()]);
    await expect(remote.presets()).rejects.toMatchObject({ code: "DISPOSED" });
  });

  it("sends a pack to the worker once, and to a worker that was started anew again", async () => {
    const pack = await tinyPack();
    const size = pack.decoder.byteLength;
    const remote = await open();
    const first = await remote.stylize(photo, { style: { pack } });
    expect(decoderBytes()).toBe(size);

    posted = [];
    const second = await remote.stylize(photo, { style: { pack } });
    expect(posted.map(({ type }) => type)).toEqual(["call"]);
    expect(JSON.stringify(posted)).toContain(pack.decoderSha256);
    const call = posted[0] as Extract<Request, { type: "call" }>;
    expect(largestBlock((call.argument as { options: unknown }).options)).toBe(code.values.byteLength);
    expect(second.data).toEqual(first.data);

    broken(new MMFSError("WORKER_FAILED", "It was ended."));
    posted = [];
    expect((await remote.stylize(photo, { style: { pack } })).data).toEqual(first.data);
    expect(decoderBytes()).toBe(size);
    await remote.dispose();
  });

  it("judges every option before it takes the photo", async () => {
    const remote = await open();
    take.mockClear();
    posted = [];
    for (const options of [{ strength: 9 }, { strenght: 1 }, { style: { sed: 1 } }, { style: { pack: {} } }]) {
      await expect(remote.stylize("/nope.jpg", options as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    await expect(remote.findFaces("/nope.jpg", { singal: 1 } as never)).rejects.toMatchObject({
      data: { option: "singal", near: ["signal"] },
    });
    await expect(remote.resolveStyle({ image: null as never })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(remote.preload({ prompts: "yes" as never })).rejects.toMatchObject({ data: { option: "prompts" } });
    expect(take).not.toHaveBeenCalled();
    expect(posted).toEqual([]);
    await remote.dispose();
  });

  it("says that it is the reference picture that cannot be used, with the code and data of the reason", async () => {
    const remote = await open();
    await expect(remote.stylize(photo, { style: { image: "a.gif" } })).rejects.toMatchObject({
      code: "UNSUPPORTED_IMAGE",
      message: "The reference picture of the style cannot be used. No picture.",
      data: { format: "GIF" },
    });
    await remote.dispose();
  });

  it("hands the data of an error through from the worker", async () => {
    const remote = await open();
    const failure = remote.stylize(photo, { style: "no such preset", faces: [5] });
    await expect(failure).rejects.toMatchObject({ code: "STYLE_UNKNOWN", data: { near: expect.any(Array) } });
    await expect(remote.stylize(photo, { faces: [5] })).rejects.toMatchObject({
      code: "NO_FACE",
      data: { facesFound: 1 },
    });
    await remote.dispose();
  });
});

describe("shareStylizer", () => {
  it("opens one stylizer for all calls, after their options were judged, and tries again where that failed", async () => {
    const create = vi.fn(open).mockRejectedValueOnce(new MMFSError("BUNDLE_INVALID", "damaged"));
    const stylize = shareStylizer(create);
    await expect(stylize(photo, { strength: 9 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(create).not.toHaveBeenCalled();
    await expect(stylize(photo)).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
    expect((await stylize(photo)).side).toBe(40);
    expect((await stylize(photo)).side).toBe(40);
    expect(create).toHaveBeenCalledTimes(2);
  });
});
