import type { StylizeResult } from "../stylizer/result.js";

/** Lets the visitor save a picture as a PNG. */
export async function savePicture(picture: Pick<StylizeResult, "toBlob">): Promise<void> {
  const url = URL.createObjectURL(await picture.toBlob("png"));
  Object.assign(document.createElement("a"), { href: url, download: "stylised.png" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
