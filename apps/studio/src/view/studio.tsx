import { useEffect } from "preact/hooks";
import { camera } from "../live-camera.js";
import { fromFile } from "../new-style.js";
import { openPhoto, photo } from "../photo.js";
import { Camera } from "./camera.js";
import { Easel } from "./easel.js";
import { Panel } from "./panel.js";
import { Problem } from "./problem.js";
import { TopBar } from "./top-bar.js";
import { Welcome } from "./welcome.js";
import "./studio.css";

/** The page: an empty wall, or easel and gallery once there is a photo or a camera. */
export function Studio() {
  useEffect(() => takeFiles(window), []);
  const isOpen = photo.value !== undefined || camera.value !== undefined;
  return (
    <>
      <TopBar />
      {isOpen ? (
        <main class="workbench">
          <section class="stage" aria-label="Picture">
            {camera.value === undefined ? <Easel /> : <Camera />}
          </section>
          <Panel />
        </main>
      ) : (
        <Welcome />
      )}
      <Problem />
    </>
  );
}

/** Photos and styles may be dropped or pasted anywhere. */
function takeFiles(target: Window): () => void {
  const take = (files: FileList | undefined) => {
    const file = files?.[0];
    if (file === undefined) return false;
    if (file.name.endsWith(".style")) void fromFile(file);
    else void openPhoto(file, file.name);
    return true;
  };
  const over = (event: DragEvent) => {
    event.preventDefault();
    document.documentElement.classList.toggle(
      "is-dragging",
      event.type !== "dragleave" || event.relatedTarget !== null,
    );
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    document.documentElement.classList.remove("is-dragging");
    take(event.dataTransfer?.files);
  };
  const paste = (event: ClipboardEvent) => {
    if (take(event.clipboardData?.files)) event.preventDefault();
  };
  const ending = new AbortController();
  const { signal } = ending;
  target.addEventListener("dragover", over, { signal });
  target.addEventListener("dragleave", over, { signal });
  target.addEventListener("drop", drop, { signal });
  target.addEventListener("paste", paste, { signal });
  return () => ending.abort();
}
