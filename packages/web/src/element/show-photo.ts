import { fetchPhoto } from "../picture/fetch-photo.js";
import type { PictureInput } from "../picture/picture-input.js";
import { takeInput } from "../picture/take-input.js";

/** Draws a photo on a canvas of its size, as it was given. @throws as the browser does for what it cannot decode */
export async function showPhoto(photo: PictureInput, canvas: HTMLCanvasElement): Promise<void> {
  const taken = await takeInput(photo);
  let bitmap: ImageBitmap;
  if (taken.type === "bitmap") bitmap = taken.bitmap;
  else if (taken.type === "pixels") {
    const { data, width, height } = taken.picture;
    bitmap = await createImageBitmap(new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height));
  } else bitmap = await createImageBitmap(taken.type === "file" ? taken.blob : await fetchPhoto(taken.url));
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
}
