import { MMFSError, stylize } from "@mmfs/node";

const [photo, output = "art.png", style] = process.argv.slice(2);
if (!photo) {
  console.error("Usage: npm start -- PHOTO [OUTPUT] [STYLE]");
  process.exit(2);
}

try {
  const picture = await stylize(photo, { style });
  await picture.toFile(output);
  const faces = picture.faces.length === 1 ? "1 face" : `${picture.faces.length} faces`;
  console.log(`${output}: ${faces} in ${Math.round(picture.timings.total)} ms on ${picture.device}`);
  for (const warning of picture.warnings) console.warn(warning);
} catch (error) {
  if (!MMFSError.isInstance(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
