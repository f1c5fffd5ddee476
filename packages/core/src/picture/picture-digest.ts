import type { Picture } from "./picture.js";

/**
 * A short name for the content of a picture: its size and 64 bits that any change of a byte changes. Made for recognising
 * pictures seen before, not against forgery.
 *
 * @see Appleby, MurmurHash3: the mixing steps of its 32-bit variant, in two lanes
 */
export function pictureDigest({ width, height, data }: Picture): string {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, width * height);
  let one = 0x9747b28c;
  let other = 0x5bd1e995;
  for (let i = 0; i < words.length; i++) {
    const word = Math.imul(words[i]!, 0xcc9e2d51);
    const mixed = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    one ^= mixed;
    one = (Math.imul((one << 13) | (one >>> 19), 5) + 0xe6546b64) | 0;
    other = Math.imul(other ^ word, 0x85ebca6b);
    other ^= other >>> 13;
  }
  return `${width}x${height}-${finish(one)}${finish(other)}`;
}

function finish(hash: number): string {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
