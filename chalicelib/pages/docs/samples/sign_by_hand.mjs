// sign_by_hand.mjs: sign.mjs without a package; save it as sign.mjs. Node 20 or newer.
import { createHash, createPrivateKey, randomBytes, sign } from "node:crypto";
import { readFileSync } from "node:fs";

export const HUB = process.env.HUB ?? "https://hub.example";
const PARTNER = process.env.PARTNER ?? "my-app";
const KID = process.env.KID ?? "key-1";
const KEY = createPrivateKey(readFileSync(process.env.KEY ?? "private.pem"));

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A name for one request; a retry of the request keeps it. */
export const newJti = () => randomBytes(18).toString("base64url");

/** A token for this request alone: this method, this path, these bytes, for two minutes. */
export function token(method, path, scope, jti, body = "") {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: PARTNER, aud: HUB, iat: now, exp: now + 120, jti, scope };
  Object.assign(claims, { htm: method, htu: path });
  if (body) {
    const digest = createHash("sha256").update(body).digest("base64");
    claims.content_digest = `sha-256=:${digest}:`;
  }
  const signed = `${encode({ alg: "ES256", typ: "handoff+jwt", kid: KID })}.${encode(claims)}`;
  // A token wants two numbers of 32 bytes, ieee-p1363. Node's default, DER, would be refused.
  const how = { key: KEY, dsaEncoding: "ieee-p1363" };
  const signature = sign("sha256", Buffer.from(signed), how);
  return `${signed}.${signature.toString("base64url")}`;
}
