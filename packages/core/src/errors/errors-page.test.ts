import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { ERROR_CODES } from "./mmfs-error.js";

it("docs/errors.md says of every code, and of no other, when it comes and what to do", async () => {
  const page = await readFile(new URL("../../../../docs/errors.md", import.meta.url), "utf8");
  const rows = page.split("\n").flatMap((line) => /^\| `([A-Z_]+)` \| (.+?) \| (.+?) \| (.*)\|$/.exec(line) ?? []);
  const codes = rows.filter((_, column) => column % 5 === 1);
  expect([...codes].sort()).toEqual([...ERROR_CODES].sort());
});
