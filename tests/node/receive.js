// Reads a list of deliveries from stdin and says for each what its receiver made of it:
// {"accepted": true} or {"accepted": false, "error": "<name>: <message>"}.
// standardwebhooks and svix are receivers that we did not write. No published one reads v1a, so the last two are the
// specification's own recipe over two implementations of Ed25519: Node's OpenSSL, and one in plain JavaScript.
"use strict";

const crypto = require("node:crypto");
const noble = require("@noble/ed25519");
const standardwebhooks = require("standardwebhooks");
const svix = require("svix");

const SPKI = Buffer.from("302a300506032b6570032100", "hex"); // RFC 8410: what stands before the 32 bytes of a key

function openssl(signature, signed, key) {
  const spki = Buffer.concat([SPKI, key]);
  return crypto.verify(null, signed, crypto.createPublicKey({ key: spki, format: "der", type: "spki" }), signature);
}

async function asymmetric(verify, delivery) {
  const age = Date.now() / 1000 - Number(delivery.headers["webhook-timestamp"]);
  if (!(Math.abs(age) <= 300)) {
    throw new Error("Message timestamp too old or too new");
  }
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": list } = delivery.headers;
  const key = Buffer.from(delivery.key.replace(/^whpk_/, ""), "base64");
  const signed = Buffer.from(`${id}.${at}.${delivery.body}`);
  for (const each of list.split(" ")) {
    const [version, signature] = each.split(",");
    if (version === "v1a" && (await verify(Buffer.from(signature, "base64"), signed, key))) {
      return;
    }
  }
  throw new Error("No matching signature found");
}

const RECEIVERS = {
  standardwebhooks: async (each) => new standardwebhooks.Webhook(each.key).verify(each.body, each.headers),
  svix: async (each) => new svix.Webhook(each.key).verify(each.body, each.headers),
  openssl: (each) => asymmetric(async (...all) => openssl(...all), each),
  noble: (each) => asymmetric(noble.verifyAsync, each),
};

async function main() {
  const deliveries = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const answers = [];
  for (const each of deliveries) {
    try {
      await RECEIVERS[each.receiver](each);
      answers.push({ accepted: true });
    } catch (error) {
      answers.push({ accepted: false, error: `${error.name}: ${error.message}` });
    }
  }
  process.stdout.write(JSON.stringify(answers));
}

main();
