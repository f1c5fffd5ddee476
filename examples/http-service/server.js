import closeWithGrace from "close-with-grace";
import { createApp } from "./app.js";

const { HOST = "127.0.0.1", PORT = "3000", MAX_QUEUE = "8", MAX_MEGABYTES = "10", LOG_LEVEL = "info" } = process.env;

const app = await createApp({
  maxQueue: Number(MAX_QUEUE),
  maxBytes: Number(MAX_MEGABYTES) * 1024 * 1024,
  logger: { level: LOG_LEVEL },
});
// On SIGTERM and SIGINT, and on an uncaught error: no new connections, the running requests end, then the process does.
closeWithGrace({ delay: 30_000, logger: app.log }, ({ err }) => {
  if (err) app.log.error(err);
  return app.close();
});
await app.listen({ host: HOST, port: Number(PORT) });
