import { useEffect, useRef } from "preact/hooks";
import { styleName } from "../choices.js";
import { download } from "../engine.js";
import { formatBytes } from "../format-bytes.js";
import { camera, frame, paintLive, stopCamera, takePhoto } from "../live-camera.js";
import { Icon } from "./icon.js";
import "./camera.css";
import "./easel.css";
import "./save-bar.css";
import "./status-line.css";

/** The camera, painted frame by frame. */
export function Camera() {
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const stream = camera.value;
  const painted = frame.value;

  useEffect(() => {
    const player = video.current;
    if (player === null || stream === undefined) return;
    player.srcObject = stream;
    void player.play();
    void paintLive(player);
    return () => {
      player.srcObject = null;
    };
  }, [stream]);
  useEffect(() => () => stopCamera(), []);
  useEffect(() => {
    const target = canvas.current;
    if (target === null || painted === undefined) return;
    [target.width, target.height] = [painted.bitmap.width, painted.bitmap.height];
    target.getContext("2d")?.drawImage(painted.bitmap, 0, 0);
  }, [painted]);

  const { loaded, total } = download.value;
  const waiting =
    loaded < total ? `Fetching the painter, ${formatBytes(loaded)} of ${formatBytes(total)}` : "Getting ready…";
  return (
    <>
      <figure class="easel">
        <div class="picture live">
          <canvas ref={canvas} role="img" aria-label={`The camera as ${styleName.value}`} />
          <video ref={video} class={painted ? "small" : ""} muted playsInline aria-label="What the camera sees" />
        </div>
        <figcaption>
          <i>{styleName.value || "Live"}</i>
          <span class="status" role="status">
            {painted ? `${(1000 / painted.time).toFixed(1)} pictures a second` : waiting}
          </span>
        </figcaption>
      </figure>
      <div class="save-bar">
        <button type="button" class="primary" onClick={() => video.current && void takePhoto(video.current)}>
          <Icon name="camera" /> Take the photo
        </button>
        <button type="button" class="secondary" onClick={stopCamera}>
          <Icon name="stop" /> Stop
        </button>
      </div>
    </>
  );
}
