import { camera, startCamera, stopCamera } from "../live-camera.js";
import { closePhoto, openPhoto, photo } from "../photo.js";
import { Icon } from "./icon.js";
import { PhotoButton } from "./photo-button.js";
import "./top-bar.css";

export function TopBar() {
  const isOpen = photo.value !== undefined || camera.value !== undefined;
  const home = () => {
    stopCamera();
    closePhoto();
  };
  return (
    <header class="top-bar">
      <button type="button" class="wordmark" onClick={home} aria-label="MMFS Studio, to the start">
        <i>Studio</i>
      </button>
      <p class="privacy">
        <Icon name="lock" /> <span class="long">Your photo never leaves this device</span>
        <span class="short">Stays on this device</span>
      </p>
      {isOpen && (
        <nav class="top-actions" aria-label="Photo">
          <PhotoButton
            class="quiet"
            onFile={(file) => {
              stopCamera();
              void openPhoto(file, file.name);
            }}
          >
            <Icon name="photo" /> <span>Other photo</span>
          </PhotoButton>
          {camera.value === undefined && (
            <button type="button" class="quiet" onClick={startCamera}>
              <Icon name="camera" /> <span>Camera</span>
            </button>
          )}
        </nav>
      )}
    </header>
  );
}
