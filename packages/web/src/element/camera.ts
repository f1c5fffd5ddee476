/**
 * Shows in `video` what the camera sees.
 *
 * @returns ends it.
 * @throws {Error} with a sentence for the visitor where there is no camera, or none is allowed.
 */
export async function openCamera(
  video: HTMLVideoElement,
  devices: MediaDevices | undefined = globalThis.navigator?.mediaDevices,
): Promise<() => void> {
  if (devices === undefined) {
    throw new Error("The camera needs a page served over https. Choose a photo instead.");
  }
  let stream: MediaStream;
  try {
    stream = await devices.getUserMedia({ video: { facingMode: "user" }, audio: false });
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : "";
    throw new Error(REASONS[name] ?? "The camera could not be started. Choose a photo instead.", { cause });
  }
  video.srcObject = stream;
  await video.play().catch(() => {});
  return () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}

const REASONS: Record<string, string> = {
  NotAllowedError:
    "The camera was refused. Allow it in the browser's settings of this page, or choose a photo instead.",
  NotFoundError: "No camera was found. Choose a photo instead.",
  NotReadableError: "Another program uses the camera. Close it, or choose a photo instead.",
};
