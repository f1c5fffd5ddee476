import { startCamera } from "../live-camera.js";
import { openPhoto } from "../photo.js";
import { FRAMES, Frame } from "./frame.js";
import { Icon } from "./icon.js";
import { PhotoButton } from "./photo-button.js";
import "./welcome.css";

/** The empty wall: frames that wait for a face. */
export function Welcome() {
  return (
    <main class="welcome">
      <div class="invitation">
        <h1>
          Sit for a <i>portrait</i>
        </h1>
        <p>
          Bring a photo. All of it is painted, in charcoal, ink, watercolour or oil, in any style you can name or show,
          here in this page.
        </p>
        <div class="doors">
          <PhotoButton class="primary large" onFile={(file) => void openPhoto(file, file.name)}>
            <Icon name="photo" /> Choose a photo
          </PhotoButton>
          <button type="button" class="secondary large" onClick={startCamera}>
            <Icon name="camera" /> Use the camera
          </button>
        </div>
        <p class="hint">
          Or drop one anywhere, or paste it. Nothing is uploaded; the painter comes to you once (about 40 MB) and stays
          for visits without a network.
        </p>
      </div>
      <div class="wall" aria-hidden="true">
        {FRAMES.map((frame) => (
          <Frame key={frame.name} {...frame} />
        ))}
      </div>
    </main>
  );
}
