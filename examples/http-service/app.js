import { createStylizer } from "@mmfs/node";
import Fastify from "fastify";
import { answerError } from "./answer-error.js";
import { clientSignal } from "./client-signal.js";
import { limitQueue } from "./limit-queue.js";

const querystring = {
  type: "object",
  additionalProperties: false,
  properties: {
    style: { type: "string", maxLength: 200, description: "a preset or a prompt" },
    strength: { type: "number", minimum: 0, maximum: 1.5, default: 1 },
    format: { enum: ["jpeg", "png", "webp"], default: "jpeg" },
  },
};

/** The service, not yet listening. */
export async function createApp({ maxQueue, maxBytes, logger }) {
  const app = Fastify({ bodyLimit: maxBytes, logger });
  const stylizer = await createStylizer({ maxPixels: 30_000_000 });
  app.addHook("onClose", () => stylizer.dispose());
  app.setErrorHandler(answerError);
  app.addContentTypeParser(/^image\//, { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  const queue = limitQueue(maxQueue);
  let ready = false;
  app.addHook("onReady", async () => {
    await stylizer.preload({ prompts: true });
    ready = true;
  });
  let closing = false;
  app.addHook("preClose", async () => {
    ready = false;
    closing = true;
  });
  // Else the connection of who is answered last stays open, and the process with it.
  app.addHook("onSend", async (_request, reply) => {
    if (closing) reply.header("connection", "close");
  });

  app.get("/health", () => ({ status: "alive" }));
  app.get("/ready", (_request, reply) => {
    const accepts = ready && !queue.isFull();
    return reply.code(accepts ? 200 : 503).send({ ready: accepts, queue: queue.length() });
  });
  app.get("/styles", async () => (await stylizer.presets()).map(({ name, description }) => ({ name, description })));

  // The place in the queue is asked for before the body is read: an upload that would be refused need not be made.
  app.post("/stylize", { schema: { querystring }, onRequest: queue.enter }, async (request, reply) => {
    const { style, strength, format } = request.query;
    const picture = await stylizer.stylize(request.body, { style, strength, signal: clientSignal(reply) });
    reply.header("server-timing", `stylize;dur=${Math.round(picture.timings.total)}`);
    return reply.type(`image/${format}`).send(await picture.toBuffer(format));
  });
  return app;
}
