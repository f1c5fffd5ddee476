import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { assertSamePicture, expectedPixels, LARGE_PORTRAIT, NO_FACE_PNG, PORTRAIT_PNG, pixelsOf } from "./pictures.mjs";
import { statusOfUpload } from "./status-of-upload.mjs";

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
  assert(styles.some(({ name }) => name === "charcoal"));
  const answer = await stylize(url, { style: "charcoal", format: "png" });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("server-timing") ?? "", /stylize;dur=\d+/);
  const picture = Buffer.from(await answer.arrayBuffer());
  assertSamePicture(await pixelsOf(picture), await expectedPixels({ style: "charcoal" }), 2);
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
  const large = { "content-type": "image/png", "content-length": 11 * 1024 * 1024 };
  assert.equal(await statusOfUpload(`${url}/stylize`, large), 413);
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
  const staying = stylize(service.url, {}, LARGE_PORTRAIT);
  await waitForQueue(service.url, 1);
  const leaving = new AbortController();
  const left = stylize(service.url, {}, PORTRAIT_PNG, { signal: leaving.signal });
  const gone = assert.rejects(left, { name: "AbortError" });
  await waitForQueue(service.url, 2);
  await sleep(30); // the upload is over, the large photo is not
  leaving.abort();
  await gone;
  await waitForQueue(service.url, 1);
  assert.equal(await statusOf(staying), 200);
  assert.match(service.output, /the client left/);
  await waitForQueue(service.url, 0);
  assert.equal((await stylize(service.url, {})).status, 200);
}

/** The status of an answer, read to its end: one that is not keeps its connection open. */
async function statusOf(answer) {
  const { status, body } = await answer;
  for await (const _part of body);
  return status;
}

async function waitForQueue(url, length) {
  const deadline = Date.now() + 10_000;
  while ((await (await fetch(`${url}/ready`)).json()).queue !== length) {
    assert(Date.now() < deadline, `the queue does not come to a length of ${length}`);
    await sleep(5);
  }
}

async function answersBeforeItEnds(service) {
  const last = stylize(service.url, {}, LARGE_PORTRAIT);
  await waitForQueue(service.url, 1);
  const start = Date.now();
  const [status] = await Promise.all([statusOf(last), service.stop("SIGTERM")]);
  assert.equal(status, 200);
  assert(Date.now() - start < 15_000, "it ends only when its grace is over");
  await assert.rejects(fetch(`${service.url}/health`));
}
