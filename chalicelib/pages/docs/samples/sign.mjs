// sign.mjs: a token for one request to the 3018 hub. Node 20 or newer. Needs: npm install jose
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { SignJWT, importPKCS8 } from "jose";

export const HUB = process.env.HUB ?? "https://hub.example";
const PARTNER = process.env.PARTNER ?? "my-app";
const KID = process.env.KID ?? "key-1";
const KEY = await importPKCS8(readFileSync(process.env.KEY ?? "private.pem", "utf8"), "ES256");

/** A name for one request; a retry of the request keeps it. */
export const newJti = () => randomUUID();

/** A token for this request alone: this method, this path, these bytes, for two minutes. */
export async function token(method, path, scope, jti, body = "") {
  const claims = { scope, htm: method, htu: path };
  if (body) {
    const digest = createHash("sha256").update(body).digest("base64");
    claims.content_digest = `sha-256=:${digest}:`;
  }
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", typ: "handoff+jwt", kid: KID })
    .setIssuer(PARTNER).setAudience(HUB).setJti(jti)
    .setIssuedAt().setExpirationTime("2m")
    .sign(KEY);
}
