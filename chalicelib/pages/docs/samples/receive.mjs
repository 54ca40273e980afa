// receive.mjs: take the hub's webhooks and believe only what is signed.
// Node 20 or newer. Needs: npm install standardwebhooks
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const HOOK = new Webhook(process.env.WEBHOOK_SECRET); // whsec_…, from the operator
const PORT = Number(process.env.PORT ?? 9000);
const latest = new Map(); // keep this in your database

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  let event;
  try {
    event = HOOK.verify(Buffer.concat(parts), request.headers);
  } catch {
    return response.writeHead(401).end();
  }
  const { type, data } = event;
  // Deliveries may come twice, late or out of order: only a higher sequence is news.
  if (type === "handoff.status" && data.sequence > (latest.get(data.id) ?? 0)) {
    latest.set(data.id, data.sequence);
    console.log(`${data.id}  ${data.sequence}  ${data.status}`);
  }
  response.writeHead(204).end();
}).listen(PORT, "127.0.0.1");
