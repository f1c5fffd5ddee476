import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { assertSamePicture, expectedPixels, NO_FACE_PNG, PORTRAIT_PNG, pixelsOf } from "./pictures.mjs";

export async function check(example) {
  const env = { PORT: "0", MAX_QUEUE: "2", LOG_LEVEL: "info" };
  const service = await example.serve("npm start", { env });
  try {
    await answers(service.url);
    await refuses(service.url);
    await limitsItsQueue(service.url);
    await forgetsWhoLeaves(service);
    await answersBeforeItEnds(service);
  } finally {
    await service.stop("SIGTERM");
  }
}

function stylize(url, query, body = PORTRAIT_PNG, options = {}) {
  const headers = { "content-type": "image/png" };
  return fetch(`${url}/stylize?${new URLSearchParams(query)}`, { method: "POST", headers, body, ...options });
}

async function answers(url) {
  assert.deepEqual(await (await fetch(`${url}/health`)).json(), { status: "alive" });
  assert.equal((await fetch(`${url}/ready`)).status, 200);
  const styles = await (await fetch(`${url}/styles`)).json();
  assert(styles.some(({ name }) => name === "charcoal drawing"));
  const answer = await stylize(url, { style: "charcoal drawing", format: "png" });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("server-timing") ?? "", /stylize;dur=\d+/);
  const picture = Buffer.from(await answer.arrayBuffer());
  assertSamePicture(await pixelsOf(picture), await expectedPixels({ style: "charcoal drawing" }), 2);
}

async function refuses(url) {
  const code = async (query, body) => {
    const answer = await stylize(url, query, body);
    return [answer.status, (await answer.json()).code];
  };
  assert.deepEqual(await code({}, NO_FACE_PNG), [422, "NO_FACE"]);
  assert.deepEqual(await code({}, "no picture"), [415, "UNSUPPORTED_IMAGE"]);
  assert.deepEqual(await code({ style: "印象派" }), [400, "PROMPT_NOT_UNDERSTOOD"]);
  assert.equal((await code({ strength: "lots" }))[0], 400);
  assert.equal((await code({}, Buffer.alloc(11 * 1024 * 1024)))[0], 413);
}

async function limitsItsQueue(url) {
  const answers_ = await Promise.all(Array.from({ length: 6 }, () => stylize(url, {})));
  const statuses = answers_.map(({ status }) => status);
  const busy = answers_.filter(({ status }) => status === 503);
  assert(statuses.includes(200) && busy.length > 0, `${statuses}`);
  for (const answer of busy) assert.match(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  await Promise.all(answers_.map((answer) => answer.arrayBuffer()));
}

async function forgetsWhoLeaves(service) {
  const leaving = new AbortController();
  const left = stylize(service.url, {}, PORTRAIT_PNG, { signal: leaving.signal });
  setTimeout(() => leaving.abort(), 50);
  await assert.rejects(left, { name: "AbortError" });
  const deadline = Date.now() + 10_000;
  const empty = async () => (await (await fetch(`${service.url}/ready`)).json()).queue === 0;
  while (!(await empty())) {
    assert(Date.now() < deadline, "the place of a client who left stays taken");
    await sleep(20);
  }
  assert.match(service.output, /the client left/);
  assert.equal((await stylize(service.url, {})).status, 200);
}

async function answersBeforeItEnds(service) {
  const last = stylize(service.url, {});
  while ((await (await fetch(`${service.url}/ready`)).json()).queue === 0) await sleep(5);
  const [answer] = await Promise.all([last, service.stop("SIGTERM")]);
  assert.equal(answer.status, 200);
  await assert.rejects(fetch(`${service.url}/health`));
}
