/** Lets at most `limit` requests in at a time; the others are told when to come again. */
export function limitQueue(limit) {
  let waiting = 0;
  let secondsEach = 1;

  return {
    length: () => waiting,
    isFull: () => waiting >= limit,

    /** An `onRequest` hook. */
    async enter(_request, reply) {
      if (waiting >= limit) {
        reply.header("retry-after", Math.max(1, Math.ceil(waiting * secondsEach)));
        return reply.code(503).send({ code: "BUSY", message: `${waiting} photos are waiting; try again later.` });
      }
      waiting += 1;
      const place = waiting;
      const start = performance.now();
      // "close" comes once in every case: answered, failed, or left by the client.
      reply.raw.once("close", () => {
        const seconds = (performance.now() - start) / 1000 / place;
        secondsEach = 0.8 * secondsEach + 0.2 * seconds;
        waiting -= 1;
      });
    },
  };
}
