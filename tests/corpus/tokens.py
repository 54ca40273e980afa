"""Bad partner tokens by name, for the unit tests and over HTTP against a running hub.

``bad_tokens`` yields requests that differ from an accepted one (``good_tokens``) in one thing each, and that thing
is signed properly wherever a signature is possible: what is refused is refused for the reason named.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.corpus.claims import bad_claims
from tests.corpus.recipe import GONE, Recipe, Tap, b64, json_bytes, sign_text, word

__all__ = ["bad_tokens", "good_tokens"]


def good_tokens(r: Recipe) -> Iterator[Tap]:
    """Requests that must be accepted, so that a refusal elsewhere is not the recipe's own fault."""
    yield r.tap("plain", r.signed())
    yield r.tap("scheme in small letters", r.signed(), scheme="bearer ")
    yield r.tap("fractions of a second", r.signed(claims=r.claims(iat=r.now - 0.5, exp=r.now + 100.25)))
    yield r.tap("nbf, sub and other claims", r.signed(claims=r.claims(nbf=r.now, sub="s", extra={"a": [1]})))
    yield r.tap("unknown header members", r.signed(header=r.header(cty="x", x5t="y")))
    yield r.tap("clock 50 s ahead", r.signed(claims=r.claims(iat=r.now + 50, exp=r.now + 300)))
    yield r.tap("expired 50 s ago", r.signed(claims=r.claims(iat=r.now - 200, exp=r.now - 50)))
    yield r.tap("life of 300 s", r.signed(claims=r.claims(exp=r.now + 300)))
    yield r.tap("jti of 16", r.signed(claims=r.claims(jti="a" * 16)))
    yield r.tap("jti of 128", r.signed(claims=r.claims(jti="_" * 128)))


def bad_tokens(r: Recipe) -> Iterator[Tap]:
    """Every bad token we know of, each under its own name."""
    for part in (_carriage, _parts, _headers, _strange_json, bad_claims, _signatures, _requests):
        yield from part(r)


def _carriage(r: Recipe) -> Iterator[Tap]:
    good = r.signed()
    yield r.tap("no header", None, "no_token")
    yield r.tap("empty header", "", "no_token", scheme="")
    yield r.tap("scheme alone", "", "no_token", scheme="Bearer")
    yield r.tap("token without scheme", good, "no_token", scheme="")
    yield r.tap("basic scheme", good, "no_token", scheme="Basic ")
    yield r.tap("dpop scheme", good, "no_token", scheme="DPoP ")
    yield r.tap("two spaces", good, "not_canonical", scheme="Bearer  ")
    yield r.tap("two tokens", f"{good}, Bearer {good}", "not_three_parts")
    yield r.tap("tab in the token", good.replace(".", "\t.", 1), "not_ascii")
    yield r.tap("a letter beyond ASCII", good + "é", "not_ascii")
    yield r.tap("quoted", f'"{good}"', "not_canonical")
    yield r.tap("longer than 8192 bytes", r.signed(claims=r.claims(extra="x" * 6200)), "too_long")


def _parts(r: Recipe) -> Iterator[Tap]:
    header, claims, signature = r.signed().split(".")
    yield r.tap("not a token", "abc", "not_three_parts")
    yield r.tap("two parts", f"{header}.{claims}", "not_three_parts")
    yield r.tap("four parts", f"{header}.{claims}.{signature}.{signature}", "not_three_parts")
    yield r.tap("five parts", f"{header}..{claims}.{signature}.{signature}", "not_three_parts")
    yield r.tap("dots alone", "..", "not_canonical")
    yield r.tap("empty header part", f".{claims}.{signature}", "not_canonical")
    yield r.tap("empty payload part", f"{header}..{signature}", "not_canonical")
    yield r.tap("empty signature part", f"{header}.{claims}.", "not_canonical")
    yield r.tap("escaped dots", f"{header}%2E{claims}%2E{signature}", "not_three_parts")
    yield r.tap("JSON serialisation", _json_form(header, claims, signature), "not_three_parts")
    yield r.tap("padded signature", f"{header}.{claims}.{signature}==", "not_canonical")
    padded = base64.urlsafe_b64encode(json.dumps(r.header()).ljust(70).encode()).decode()
    yield r.tap("padded header", sign_text(f"{padded}.{claims}", r.key), "not_canonical")
    padded = base64.urlsafe_b64encode(json.dumps(r.claims()).ljust(700).encode()).decode()
    yield r.tap("padded payload", sign_text(f"{header}.{padded}", r.key), "not_canonical")
    plain = base64.b64encode(b'{"a":"\xc3\xbf\xc3\xbf\xc3\xbf~~~???>>>"}').rstrip(b"=").decode()
    yield r.tap("plain base64 alphabet", sign_text(f"{header}.{plain}", r.key), "not_canonical")
    yield r.tap("spare bits in the signature", f"{header}.{claims}.{_spare_bits(signature)}", "not_canonical")
    loose = _spare_bits(b64(json.dumps(r.header()).ljust(70).encode()))
    yield r.tap("spare bits in the header", sign_text(f"{loose}.{claims}", r.key), "not_canonical")
    loose = _spare_bits(b64(json.dumps(r.claims()).ljust(700).encode()))
    yield r.tap("spare bits in the payload", sign_text(f"{header}.{loose}", r.key), "not_canonical")
    yield r.tap("a letter too many", f"{header}.{claims}.{signature}AAA", "not_canonical")


def _json_form(header: str, claims: str, signature: str) -> str:
    return json.dumps({"protected": header, "payload": claims, "signature": signature})


def _spare_bits(text: str) -> str:
    """The same bytes to a lenient decoder: the unused bits of the last letter are set."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if len(text) % 4 not in (2, 3):
        raise ValueError("no spare bits in this length")
    return text[:-1] + letters[letters.index(text[-1]) | 1]


def _headers(r: Recipe) -> Iterator[Tap]:
    stranger = ec.generate_private_key(ec.SECP256R1())
    for alg in ("none", "None", "nOnE", ""):
        text = f"{b64(json_bytes(r.header(alg=alg)))}.{b64(json_bytes(r.claims()))}"
        yield r.tap(f"alg {alg!r} without signature", f"{text}.", "not_canonical")
        yield r.tap(f"alg {alg!r} with some signature", f"{text}.AAAA", "bad_alg")
    for form, secret in _public_forms(r.key).items():
        text = f"{b64(json_bytes(r.header(alg='HS256')))}.{b64(json_bytes(r.claims()))}"
        yield r.tap(
            f"HS256 with the public key as {form}",
            f"{text}.{b64(hmac.new(secret, text.encode(), 'sha256').digest())}",
            "bad_alg",
        )
    for alg in ("RS256", "EdDSA"):
        yield r.tap(f"{alg} for an ES256 key", r.signed(r.header(alg=alg)), "alg_mismatch")
    wrong: dict[str, list[Any]] = {
        "alg": ["ES384", "ES512", "ES256K", "PS256", "HS512", "es256", "Ed25519", 1, None, ["ES256"], {"a": 1}, GONE],
        "typ": ["JWT", "at+jwt", "Handoff+JWT", "application/handoff+jwt", "", 1, None, ["handoff+jwt"], GONE],
        "kid": ["", "a b", "k' OR '1'='1", "x" * 65, f"{r.kid}\n", 1, None, [r.kid], {"kid": r.kid}, GONE],
    }  # fmt: skip
    for name, values in wrong.items():
        for value in values:
            yield r.tap(f"{name} {word(value)[:20]}", r.signed(r.header(**{name: value})), f"bad_{name}")
    for kid in ("nobody-has-this", "../../dev/null", f"{r.kid}x"):
        yield r.tap(f"kid unknown: {kid}", r.signed(r.header(kid=kid)), "unknown_kid")
    jwk = json.loads(_public_forms(stranger)["JWK"])
    brought = {
        "jku": "https://attacker.example/keys.json",
        "jwk": jwk,
        "x5u": "https://attacker.example/chain.pem",
        "x5c": ["MIIB"],
        "crit": ["exp"],
        "b64": True,
    }
    for name, value in brought.items():
        yield r.tap(f"{name} in the header", r.signed(r.header(**{name: value})), "header_refused")
        yield r.tap(f"{name} of a stranger", r.signed(r.header(**{name: value}), key=stranger), "header_refused")
    yield r.tap("crit empty", r.signed(r.header(crit=[])), "header_refused")
    yield r.tap("crit b64 false", r.signed(r.header(crit=["b64"], b64=False)), "header_refused")


def _public_forms(key: ec.EllipticCurvePrivateKey) -> dict[str, bytes]:
    public = key.public_key()
    encoding, form = serialization.Encoding, serialization.PublicFormat
    numbers = public.public_numbers()
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": b64(numbers.x.to_bytes(32, "big")),
        "y": b64(numbers.y.to_bytes(32, "big")),
    }
    pem = public.public_bytes(encoding.PEM, form.SubjectPublicKeyInfo)
    return {
        "PEM": pem,
        "PEM without its last line end": pem.rstrip(),
        "DER": public.public_bytes(encoding.DER, form.SubjectPublicKeyInfo),
        "point": public.public_bytes(encoding.X962, form.UncompressedPoint),
        "JWK": json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode(),
        "nothing": b"",
    }


def _strange_json(r: Recipe) -> Iterator[Tap]:
    header, claims = json.dumps(r.header()), json.dumps(r.claims())
    twice = '{"alg":"none",' + header[1:]
    yield r.tap("alg twice", r.signed(twice.encode()), "duplicate_member")
    yield r.tap("kid twice, equal", r.signed((f'{{"kid":"{r.kid}",' + header[1:]).encode()), "duplicate_member")
    yield r.tap("iss twice", r.signed(claims=('{"iss":"nobody",' + claims[1:]).encode()), "duplicate_member")
    yield r.tap("jti twice, escaped", r.signed(claims=('{"\\u006ati":"x",' + claims[1:]).encode()), "duplicate_member")
    nested = claims[:-1] + ',"extra":{"a":1,"a":2}}'
    yield r.tap("a nested member twice", r.signed(claims=nested.encode()), "duplicate_member")
    for name, text in {
        "an array": f"[{claims}]",
        "a string": json.dumps(claims),
        "a number": "1",
        "null": "null",
        "nothing": " ",
        "cut short": claims[:-1],
        "followed by more": claims + "{}",
        "with NaN": claims[:-1] + ',"extra":NaN}',
        "with Infinity": claims[:-1] + ',"extra":Infinity}',
        "with 1e999": claims[:-1] + ',"extra":1e999}',
        "with half a character": claims[:-1] + ',"extra":"\\ud800"}',
        "with a comment": claims[:-1] + "/**/}",
        "in single quotes": claims.replace('"', "'"),
        "nested 100 deep": claims[:-1] + ',"extra":' + "[" * 100 + "]" * 100 + "}",
        "nested 2000 deep": claims[:-1] + ',"extra":' + "[" * 2000 + "]" * 2000 + "}",
        "with a byte order mark": "\ufeff" + claims,
    }.items():
        yield r.tap(f"payload {name}", r.signed(claims=text.encode()), "bad_json")
    yield r.tap("payload in UTF-16", r.signed(claims=claims.encode("utf-16")), "bad_json")
    yield r.tap("payload not UTF-8", r.signed(claims=claims.encode()[:-1] + b',"extra":"\xff"}'), "bad_json")
    yield r.tap("header an array", r.signed(f"[{header}]".encode()), "bad_json")
    yield r.tap("header null", r.signed(b"null"), "bad_json")
    yield r.tap("header with NaN", r.signed((header[:-1] + ',"extra":NaN}').encode()), "bad_json")
    yield r.tap("header nested 1000 deep", r.signed((header[:-1] + ',"x":' + "[" * 1000).encode()), "bad_json")
    yield r.tap("header in UTF-16", r.signed(header.encode("utf-16")), "bad_json")


def _signatures(r: Recipe) -> Iterator[Tap]:
    header, claims, signature = r.signed().split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    stranger = ec.generate_private_key(ec.SECP256R1())
    yield r.tap("signed by another partner", r.signed(key=r.other_key), "bad_signature")
    yield r.tap(
        "signed by another partner, its kid",
        r.signed(r.header(kid=r.other_kid), key=r.other_key),
        "unknown_kid",
    )
    yield r.tap("signed by a stranger", r.signed(key=stranger), "bad_signature")
    yield r.tap("signed by RSA", r.signed(key=rsa.generate_private_key(65537, 2048)), "bad_signature")
    yield r.tap("signed by Ed25519", r.signed(key=ed25519.Ed25519PrivateKey.generate()), "bad_signature")
    yield r.tap("signed by P-384", r.signed(key=ec.generate_private_key(ec.SECP384R1())), "bad_signature")
    der = r.key.sign(f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    changes: dict[str, Callable[[], bytes]] = {
        "of another token": lambda: base64.urlsafe_b64decode(r.signed(claims=r.claims(sub="x")).split(".")[2] + "=="),
        "of zeros": lambda: bytes(64),
        "of ones": lambda: b"\xff" * 64,
        "with r zero": lambda: bytes(32) + raw[32:],
        "with s zero": lambda: raw[:32] + bytes(32),
        "swapped": lambda: raw[32:] + raw[:32],
        "one bit off": lambda: raw[:-1] + bytes([raw[-1] ^ 1]),
        "cut": lambda: raw[:-1],
        "with a byte more": lambda: raw + b"\x00",
        "in DER": lambda: der,
        "of one byte": lambda: b"\x00",
    }
    for name, change in changes.items():
        yield r.tap(f"signature {name}", f"{header}.{claims}.{b64(change())}", "bad_signature")
    other = b64(json_bytes(r.claims(scope="handoff:create handoff:cancel")))
    yield r.tap("payload changed after signing", f"{header}.{other}.{signature}", "bad_signature")
    other = b64(json_bytes(r.header(cty="x")))
    yield r.tap("header changed after signing", f"{other}.{claims}.{signature}", "bad_signature")


def _requests(r: Recipe) -> Iterator[Tap]:
    good = r.signed()
    yield r.tap("another body", good, "bad_digest", body=r.body.replace(b"call", b"report"))
    yield r.tap("a body one space longer", good, "bad_digest", body=r.body + b" ")
    yield r.tap("no body", good, "bad_digest", body=b"")
    # A create's token must not read: the scope is there, method and path are not.
    other = f"/v1/handoffs/ho_{'a' * 26}"
    yield r.tap("a create's token for a read", good, "bad_htm", method="GET", path=other, body=b"")
    token = r.signed(claims=r.claims(htm="GET", content_digest=GONE))
    yield r.tap("another path's token", token, "bad_htu", method="GET", path=other, body=b"")
