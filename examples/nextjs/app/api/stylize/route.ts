import { MMFSError, type MMFSErrorCode } from "@mmfs/node";
import { openStylizer } from "./stylizer";

export const runtime = "nodejs";

const MOST_BYTES = 10 * 1024 * 1024;

const STATUS: Partial<Record<MMFSErrorCode, number>> = {
  IMAGE_TOO_LARGE: 413,
  INVALID_ARGUMENT: 400,
  NO_FACE: 422,
  PROMPT_NOT_UNDERSTOOD: 400,
  STYLE_UNKNOWN: 400,
  UNSUPPORTED_IMAGE: 415,
};

/** A form with `photo` and `style` (a preset or a prompt) becomes a JPEG. */
export async function POST(request: Request): Promise<Response> {
  if (Number(request.headers.get("content-length")) > MOST_BYTES) return refuse(413, "The photo has more than 10 MB.");
  const form = await request.formData().catch(() => undefined);
  const photo = form?.get("photo");
  const style = form?.get("style") || undefined;
  if (!(photo instanceof File)) return refuse(400, "Send a form with a photo.");
  if (style !== undefined && typeof style !== "string") return refuse(400, "The style is text.");
  try {
    const stylizer = await openStylizer();
    const picture = await stylizer.stylize(await photo.arrayBuffer(), { style, signal: request.signal });
    return new Response(new Uint8Array(await picture.toBuffer("jpeg")), { headers: { "content-type": "image/jpeg" } });
  } catch (error) {
    if (request.signal.aborted) return new Response(null, { status: 499 });
    const status = error instanceof MMFSError ? STATUS[error.code] : undefined;
    if (status !== undefined) return refuse(status, (error as Error).message);
    console.error(error);
    return refuse(500, "Something went wrong.");
  }
}

function refuse(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
