// Writes docs/hostile-pictures.md: hostile and odd photos, and what `stylize` answers. Needs a build and Node 20.15.
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { crc32 } from "node:zlib";
import { createStylizer } from "@mmfs/node";
import sharp from "sharp";

const noise = (width, height, channels = 3) =>
  sharp({ create: { width, height, channels, background: "grey", noise: { type: "gaussian", mean: 128, sigma: 40 } } });
const plain = (width, height) => sharp({ create: { width, height, channels: 3, background: "teal" } });
const text = (content) => Buffer.from(content);
const damaged = (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.alloc(64, 0xff), bytes.subarray(at + 64)]);

/** A PNG of 100 bytes whose header claims these sides. */
async function claiming(width, height) {
  const png = await plain(8, 8).png().toBuffer();
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

const jpeg = await noise(640, 480).jpeg().toBuffer();
const png = await noise(640, 480).png().toBuffer();

const inputs = {
  "no bytes at all": Buffer.alloc(0),
  "a text": text("this is not a picture"),
  "a web page": text("<!doctype html><title>404</title>"),
  "an SVG": text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  "an SVG that names a file of the system": text(
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&e;</text></svg>',
  ),
  "a PDF": text("%PDF-1.7\n1 0 obj"),
  "a GIF": await plain(64, 64).gif().toBuffer(),
  "a TIFF": await plain(64, 64).tiff().toBuffer(),
  "a HEIC header": Buffer.concat([Buffer.from([0, 0, 0, 24]), text("ftypheic\0\0\0\0mif1heic")]),
  "a JPEG cut in the middle": jpeg.subarray(0, jpeg.length / 2),
  "a JPEG of its first 20 bytes": jpeg.subarray(0, 20),
  "a JPEG with 64 bytes overwritten": damaged(jpeg, jpeg.length / 2),
  "a PNG cut in the middle": png.subarray(0, png.length / 2),
  "a PNG with 64 bytes overwritten": damaged(png, png.length / 2),
  "a PNG whose header claims 50000 × 50000": await claiming(50_000, 50_000),
  "a PNG whose header claims 2147483647 × 1": await claiming(2 ** 31 - 1, 1),
  "a picture of 9000 × 9000": await plain(9000, 9000).png({ compressionLevel: 1 }).toBuffer(),
  "a picture of one pixel": await plain(1, 1).png().toBuffer(),
  "a picture of 1 × 10000": await plain(1, 10_000).png().toBuffer(),
  "a picture that is transparent all over": await sharp({
    create: { width: 300, height: 300, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  })
    .png()
    .toBuffer(),
  "noise without a face": jpeg,
  "a path that leads nowhere": "no/such/photo.jpg",
  "a folder": tmpdir(),
  "an address as a string": "https://example.com/me.jpg",
  "an address, although remote photos are off": new URL("https://example.com/me.jpg"),
  "a file: URL with a host": new URL("file://server/share/me.jpg"),
  "a number": 42,
  null: null,
};

const local = {
  "http://127.0.0.1/me.jpg": "http://127.0.0.1/me.jpg",
  "http://localhost./me.jpg": "http://localhost./me.jpg",
  "http://[::ffff:10.0.0.1]/me.jpg": "http://[::ffff:10.0.0.1]/me.jpg",
  "http://169.254.169.254/latest/meta-data": "http://169.254.169.254/latest/meta-data",
  "http://0x7f000001/me.jpg": "http://0x7f000001/me.jpg",
  "ftp://example.com/me.jpg": "ftp://example.com/me.jpg",
};

const rows = [];
await ask(await createStylizer({ device: "cpu" }), inputs);
await ask(
  await createStylizer({ device: "cpu", allowRemote: true }),
  Object.fromEntries(Object.entries(local).map(([name, address]) => [`${name}, remote photos on`, new URL(address)])),
);

async function ask(stylizer, photos) {
  for (const [name, photo] of Object.entries(photos)) rows.push([name, ...(await answer(stylizer, photo))]);
  await stylizer.dispose();
}

async function answer(stylizer, photo) {
  try {
    await stylizer.stylize(photo);
    return ["done", ""];
  } catch (error) {
    return [`\`${error.code ?? error.name}\``, error.message.replaceAll(tmpdir(), "/tmp").replaceAll("|", "\\|")];
  }
}

const table = [["photo", "answer", "the error says"], ["---", "---", "---"], ...rows].map(
  (row) => `| ${row.join(" | ")} |`,
);
await writeFile(
  new URL("../docs/hostile-pictures.md", import.meta.url),
  `# Hostile and odd photos

All of these were given to one stylizer in this order, and those with "remote photos on" to a second one. Each answer is a
typed error, and the next photo is served.
\`node scripts/hostile-pictures.mjs\` writes this page anew.

${table.join("\n")}
`,
);
