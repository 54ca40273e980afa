// receive_library.mjs: the same with the library. Needs: npm install standardwebhooks
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const hook = new Webhook(process.env.WEBHOOK_SECRET); // whsec_…, from the operator

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  let event;
  try {
    event = hook.verify(Buffer.concat(parts), request.headers);
  } catch {
    return response.writeHead(401).end();
  }
  console.log(`${event.data.id}  ${event.data.sequence}  ${event.data.status}`);
  response.writeHead(204).end();
}).listen(Number(process.env.PORT ?? 9000), "127.0.0.1");
