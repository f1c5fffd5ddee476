import { MMFSError } from "@mmfs/node";

/** What the client can do something about; every other code is the server's fault. */
const STATUS = {
  INVALID_ARGUMENT: 400,
  STYLE_UNKNOWN: 400,
  PROMPT_NOT_UNDERSTOOD: 400,
  IMAGE_TOO_LARGE: 413,
  UNSUPPORTED_IMAGE: 415,
  NO_FACE: 422,
  DISPOSED: 503,
};

/** Fastify's error handler: a status, a stable code, and a sentence that says what to do. */
export function answerError(error, request, reply) {
  if (reply.raw.destroyed) {
    // Nobody is there to read it; 499 is what logs know it by.
    request.log.info("the client left");
    return reply.code(499).send();
  }
  const status = MMFSError.isInstance(error) ? (STATUS[error.code] ?? 500) : (error.statusCode ?? 500);
  if (status < 500) return reply.code(status).send({ code: error.code, message: error.message });
  request.log.error(error);
  return reply.code(status).send({ code: "FAILED", message: "The picture could not be made." });
}
