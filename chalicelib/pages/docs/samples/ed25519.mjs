// ed25519.mjs ID TIMESTAMP SIGNATURES <body: whether the hub sent this body.
// Node 20 or newer, nothing to install.
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const bytes = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whpk_/, ""), "base64");
const jwk = { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") };
const key = createPublicKey({ key: jwk, format: "jwk" });

/** Whether one of the signatures is the hub's, and not older than five minutes. */
export function verified(id, timestamp, signatures, body) {
  if (!/^[0-9]{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  return signatures.split(" ").some((signature) => {
    const [version, encoded] = signature.split(",");
    return version === "v1a" && verify(null, signed, key, Buffer.from(encoded ?? "", "base64"));
  });
}

const fits = verified(...process.argv.slice(2, 5), readFileSync(0));
console.log(fits ? "verified" : "no signature fits");
process.exitCode = fits ? 0 : 1;
