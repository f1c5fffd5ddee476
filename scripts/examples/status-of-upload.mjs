import { once } from "node:events";
import { request } from "node:http";

/**
 * The status that answers the headers of an upload, of which no byte is sent: a server may refuse one that is too large before it has
 * read it, and a client that sends may see its connection break in the place of the answer.
 */
export async function statusOfUpload(url, headers) {
  const upload = request(url, { method: "POST", headers });
  upload.flushHeaders();
  const [answer] = await once(upload, "response");
  upload.on("error", () => {}).destroy();
  return answer.statusCode;
}
