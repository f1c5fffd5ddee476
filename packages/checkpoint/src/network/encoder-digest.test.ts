import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCheckpoint } from "../reading/read-checkpoint.js";
import { encoderDigest } from "./encoder-digest.js";
import { readNetwork } from "./read-network.js";

const file = readFileSync(new URL("../../test/__fixtures__/s32-half/checkpoint.safetensors", import.meta.url));

test("is the SHA-256 of the float16 bytes as a safetensors file keeps them", async () => {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString());
  const hash = createHash("sha256");
  for (const key of Object.keys(header).sort()) {
    if (!key.startsWith("encoder.")) continue;
    const [begin, end] = header[key].data_offsets;
    hash.update(file.subarray(8 + length + begin, 8 + length + end));
  }
  expect(await encoderDigest(readNetwork(readCheckpoint(file)))).toBe(hash.digest("hex"));
});
