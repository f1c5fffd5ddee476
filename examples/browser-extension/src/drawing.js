import { defineStylizerElement } from "@mmfs/web/element";
import "./drawing.css";

defineStylizerElement();

const stylizer = document.querySelector("mmfs-stylizer");
const status = document.querySelector("[role=status]");
const picture = new URL(location.href).searchParams.get("picture");
if (picture) {
  try {
    // With the permission for the host, the extension may read what a page of another site may not.
    const answer = await fetch(picture);
    if (!answer.ok) throw new Error(`its server answers ${answer.status}`);
    await stylizer.open(await answer.blob());
  } catch (error) {
    status.textContent = `The picture could not be fetched: ${error.message}. Save it, and choose the file.`;
  }
}
