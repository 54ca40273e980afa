// receive_by_hand.mjs: receive.mjs without a package.
// Node 20 or newer, nothing to install.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const SECRET = process.env.WEBHOOK_SECRET; // whsec_…, from the operator
const PORT = Number(process.env.PORT ?? 9000);
const latest = new Map(); // keep this in your database

/** Whether the hub sent these very bytes within the last five minutes. */
function verified(headers, body) {
  const sent = headers["webhook-timestamp"] ?? "";
  if (!/^[0-9]{1,12}$/.test(sent)) return false;
  if (Math.abs(Date.now() / 1000 - Number(sent)) > 300) return false;
  const key = Buffer.from(SECRET.replace(/^whsec_/, ""), "base64");
  const mac = createHmac("sha256", key);
  mac.update(`${headers["webhook-id"]}.${sent}.`).update(body);
  const expected = Buffer.from(`v1,${mac.digest("base64")}`);
  return (headers["webhook-signature"] ?? "").split(" ").some((one) => {
    const given = Buffer.from(one);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  if (!verified(request.headers, body)) return response.writeHead(401).end();
  const { type, data } = JSON.parse(body);
  // Deliveries may come twice, late or out of order: only a higher sequence is news.
  if (type === "handoff.status" && data.sequence > (latest.get(data.id) ?? 0)) {
    latest.set(data.id, data.sequence);
    console.log(`${data.id}  ${data.sequence}  ${data.status}`);
  }
  response.writeHead(204).end();
}).listen(PORT, "127.0.0.1");
