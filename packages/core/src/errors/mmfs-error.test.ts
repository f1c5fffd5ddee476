import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { describe, expect, expectTypeOf, it } from "vitest";
import { reviveError, type SerializedError, serializeError } from "../worker/serialize-error.js";
import { MMFSError, type MMFSErrorCode, type StylizeErrorCode } from "./mmfs-error.js";

function throughThread(error: unknown): Error {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(serializeError(error));
  const { message } = receiveMessageOnPort(port2) as { message: SerializedError };
  port1.close();
  return reviveError(message);
}

describe("MMFSError", () => {
  it("has the data of its code, also after it went to another thread", () => {
    const data = { width: 3, height: 2, maxPixels: 5 };
    const cause = new MMFSError("BUNDLE_PART_MISSING", "None.", { data: { part: "mapper" } });
    const error = throughThread(new MMFSError("IMAGE_TOO_LARGE", "Too large.", { cause, data }));
    expect(MMFSError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      code: "IMAGE_TOO_LARGE",
      message: "Too large.",
      data,
      cause: { data: { part: "mapper" } },
    });
  });

  it("has no data, and no cause, where none was given", () => {
    const error = new MMFSError("DISPOSED", "Gone.");
    expect(error.data).toEqual({});
    expect("cause" in error).toBe(false);
    expect(throughThread(new TypeError("no code"))).not.toHaveProperty("data");
  });

  it("is known by instanceof too, of whichever copy of the package it is", () => {
    const copy = Object.assign(new Error("Gone."), { [Symbol.for("mmfs.error")]: true, code: "DISPOSED", data: {} });
    expect(copy instanceof MMFSError).toBe(true);
    expect(new Error("Gone.") instanceof MMFSError).toBe(false);
  });

  it("is typed by its code", () => {
    const error: unknown = new MMFSError("MODEL_DOWNLOAD", "Gone.", {
      data: { url: "https://example.com", status: 404 },
    });
    if (!MMFSError.isInstance(error)) throw error;
    if (error.code === "MODEL_DOWNLOAD") expectTypeOf(error.data.status).toEqualTypeOf<number | undefined>();
    if (error.code === "BUNDLE_PART_MISSING") expectTypeOf(error.data.part).toExtend<string>();
    expectTypeOf<"PACK_MISMATCH">().toExtend<StylizeErrorCode>();
    expectTypeOf<"CHECKPOINT_UNSAFE">().not.toExtend<StylizeErrorCode>();
    if (error instanceof MMFSError) expectTypeOf(error.code).toEqualTypeOf<MMFSErrorCode>();
    // @ts-expect-error: an address is needed
    new MMFSError("MODEL_DOWNLOAD", "Gone.");
  });
});
