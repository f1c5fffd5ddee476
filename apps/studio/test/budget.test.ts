import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const dist = fileURLToPath(new URL("../dist", import.meta.url));

it("has less than 200 kB of code, gzipped, without onnxruntime and weights", () => {
  const own = readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(html|css|js)$/.test(path) && !/ort[.-]/.test(path))
    .map((path) => ({ path, bytes: gzipSync(readFileSync(join(dist, path))).byteLength }));
  expect(own.map(({ path }) => path)).toEqual(expect.arrayContaining(["index.html", "sw.js"]));
  expect(own.length).toBeGreaterThan(5);
  const total = own.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`The studio's own code: ${(total / 1000).toFixed(1)} kB gzipped`);
  expect(total).toBeLessThan(200_000);
});
