// card.mjs: fetch the fallback card, check its signature, keep its pages.
// Node 20 or newer, nothing to install.
import { createHash, createPublicKey, verify } from "node:crypto";
import { writeFileSync } from "node:fs";

const HUB = process.env.HUB ?? "https://hub.example";
const get = async (path) => (await fetch(HUB + path)).json();
const decode = (part) => JSON.parse(Buffer.from(part, "base64url"));

const card = await get("/v1/fallback-card");
const { keys } = await get("/.well-known/jwks.json"); // better: those you shipped with your app
const [header, payload, signature] = card.jws.split(".");
const jwk = keys.find((one) => one.kid === decode(header).kid);
const key = createPublicKey({ key: jwk, format: "jwk" });
const signed = Buffer.from(`${header}.${payload}`);
if (!verify(null, signed, key, Buffer.from(signature, "base64url"))) {
  throw new Error("the signature does not fit: keep the old card");
}

const { version, locales } = decode(payload);
for (const [locale, face] of Object.entries(locales)) {
  const page = card.locales[locale].html;
  const digest = createHash("sha256").update(page).digest("base64");
  if (face.html_digest !== `sha-256=:${digest}:`) {
    throw new Error(`the page ${locale} is not what was signed: keep the old one`);
  }
  writeFileSync(`fallback-${locale}.html`, page);
  console.log(`fallback-${locale}.html, version ${version}: ${face.title}`);
}
