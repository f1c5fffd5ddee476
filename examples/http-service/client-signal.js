/** An `AbortSignal` that aborts when the client leaves before it has been answered. */
export function clientSignal(reply) {
  const leaving = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) leaving.abort(new Error("the client left"));
  });
  return leaving.signal;
}
