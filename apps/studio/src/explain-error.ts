import { MMFSError } from "@mmfs/web";

/** What went wrong and what to do, for someone who only wanted a picture. */
export function explainError(error: unknown): string {
  if (MMFSError.isInstance(error)) {
    switch (error.code) {
      case "NO_FACE":
        return "No face was found. Paint the whole picture instead, or try one in which a face is larger, sharper, or turned more to the camera.";
      case "UNSUPPORTED_IMAGE":
      case "FILE_NOT_READABLE":
        return "That is not a picture that this browser can read. Save it as JPEG, PNG, WebP or AVIF and try again.";
      case "IMAGE_TOO_LARGE":
        return "The picture is too large: more than 64 million pixels. Make it smaller and try again.";
      case "PROMPT_NOT_UNDERSTOOD":
        return "None of these words is known here. Name a technique, a painter or colours in English, such as “graphite drawing”.";
      case "STYLE_INVALID":
        return "This file holds no style that fits. Choose a .style file that was saved here or by mmfs style.";
      case "MODEL_DOWNLOAD":
      case "MODEL_INTEGRITY":
        return "The painter could not be downloaded in full. Check the connection and try again.";
      case "DEVICE_LOST":
        return "The graphics card went away for a moment. Try again; nothing was lost.";
      case "INFERENCE_FAILED":
      case "WORKER_FAILED":
        return "The computation broke off, perhaps for want of memory. Close other tabs or use a smaller photo, and try again.";
      case "UNSUPPORTED_PLATFORM":
      case "RUNTIME_NOT_LOADED":
        return "This browser cannot run the painter. A newer Chrome, Edge, Firefox or Safari can.";
      default:
        return error.message;
    }
  }
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError")
    return "The camera is not allowed for this page. Allow it in the address bar, or choose a photo.";
  if (name === "NotFoundError") return "No camera was found. Choose a photo instead.";
  if (name === "NotReadableError") return "The camera is used by another program. Close it there and try again.";
  return error instanceof Error ? error.message : String(error);
}
