import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

/** A portrait of NASA's, public domain: one face. */
export const PORTRAIT = fileURLToPath(new URL("../../../docs/assets/astronaut.jpg", import.meta.url));

/** Four people, from the npm package @vladmandic/face-api (MIT). */
export const GROUP = require.resolve("@vladmandic/face-api/demo/sample6.jpg");
