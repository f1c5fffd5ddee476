// Photographs and art for a training run that proves the recipe, not its taste: one public-domain face, many ways.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

export const PORTRAIT = fileURLToPath(new URL("../docs/assets/astronaut.jpg", import.meta.url));

/** Where the FFHQ crop of the portrait's face is, in its pixels, as `mmfs faces` finds it; the tilt of 3° is left. */
const FACE = { x: 225, y: 105, side: 172 };
const SIDE = 128;

/** The styles of configs/smoke.yaml: what each makes of a photo, pixel by pixel. */
const STYLES = {
  negative: { caption: "a photograph with its colours inverted", draw: (photo) => photo.negate() },
  ruddy: {
    caption: "a red and dark picture",
    draw: (photo) => photo.recomb([Array(3).fill(1 / 3), Array(3).fill(0), Array(3).fill(0)]),
  },
};

/**
 * Writes `photos/face-00.png` … and `art/STYLE/face-00.png` … with `art/art.csv` into a folder. The same pictures
 * every time.
 *
 * @returns the two folders
 */
export async function drawSmokePictures(folder, count) {
  const photos = join(folder, "photos");
  const art = join(folder, "art");
  await mkdir(photos, { recursive: true });
  for (const style of Object.keys(STYLES)) await mkdir(join(art, style), { recursive: true });

  const rows = [];
  for (let i = 0; i < count; i += 1) {
    const name = `face-${String(i).padStart(2, "0")}.png`;
    const photo = await drawPhoto(i);
    await writeFile(join(photos, name), photo);
    for (const [style, { caption, draw }] of Object.entries(STYLES)) {
      await draw(sharp(photo))
        .png()
        .toFile(join(art, style, name));
      rows.push(`${style}/${name},${style},${caption},photos/${name}`);
    }
  }
  await writeFile(join(art, "art.csv"), `file,style,caption,photo\n${rows.join("\n")}\n`);
  return { photos, art };
}

/** The face at another place, size, exposure and white balance; every second one mirrored. PNG bytes. */
function drawPhoto(i) {
  // multiples of irrational numbers, without their whole part, are spread evenly: -1 to 1
  const spread = (factor) => 2 * ((i * factor) % 1) - 1;
  const side = Math.round(FACE.side + 6 * spread(Math.SQRT2));
  const left = Math.round(FACE.x - side / 2 + 5 * spread(Math.sqrt(3)));
  const top = Math.round(FACE.y - side / 2 + 5 * spread(Math.sqrt(5)));
  const exposure = 1 + 0.25 * spread(Math.sqrt(7));
  const warmth = 0.12 * spread(Math.sqrt(11));
  return sharp(PORTRAIT)
    .extract({ left, top, width: side, height: side })
    .flop(i % 2 === 1)
    .resize(SIDE, SIDE)
    .linear([exposure * (1 + warmth), exposure, exposure * (1 - warmth)], Array(3).fill(20 * spread(Math.sqrt(13))))
    .png()
    .toBuffer();
}
