/** Writes the table of docs/hostile-inputs.md anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { hostileTable } from "../test/hostile/table.js";

const page = new URL("../docs/hostile-inputs.md", import.meta.url);
const text = readFileSync(page, "utf8");
const mark = "<!-- table -->\n\n";
writeFileSync(page, text.slice(0, text.indexOf(mark)) + mark + hostileTable());
