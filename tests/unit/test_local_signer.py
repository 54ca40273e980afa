"""The partner's signer: what it signs is what DESIGN.md §5 asks for."""

from __future__ import annotations

import base64
import hashlib
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ops.signer import Partner, compact, digest, sign

KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
HUB = "https://hub.example"
PARTNER = Partner("tiktok", "k1", "ES256", PEM, HUB)
NOW = 1_790_000_000


def claims(token: str) -> dict[str, object]:
    found: dict[str, object] = jwt.decode(
        token, KEY.public_key(), ["ES256"], audience=HUB, options={"verify_exp": False, "verify_iat": False}
    )
    return found


def test_the_digest_is_the_one_of_the_public_vector() -> None:
    body = b'{"type":"handoff.queued","timestamp":"2026-09-21T14:13:20Z","data":{"id":"ho_1"}}'
    assert digest(body) == "sha-256=:/0e5F6ds0l1YEfjQs23gKXpxLc98Ci4R9Oz469800wo=:"


def test_a_create_carries_every_claim_and_the_digest_of_the_bytes_that_are_sent() -> None:
    body = compact({"platform": "tiktok", "kind": "call", "locale": "fr", "note": "é"})
    signed = sign(PARTNER, "POST", "/v1/handoffs", "handoff:create", body, now=NOW)
    token = signed.headers["Authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "handoff+jwt", "kid": "k1"}
    sent = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert claims(token) == {
        "iss": "tiktok",
        "aud": HUB,
        "iat": NOW,
        "exp": NOW + 120,
        "jti": signed.jti,
        "scope": "handoff:create",
        "htm": "POST",
        "htu": "/v1/handoffs",
        "content_digest": f"sha-256=:{sent}:",
    }
    assert signed.headers["Content-Type"] == "application/json"
    assert "é".encode() in body


def test_a_read_has_neither_body_nor_digest() -> None:
    signed = sign(PARTNER, "GET", "/v1/handoffs/ho_1", "handoff:read", now=NOW)
    assert signed.body is None
    assert "Content-Type" not in signed.headers
    assert "content_digest" not in claims(signed.headers["Authorization"].removeprefix("Bearer "))


def test_a_retry_keeps_its_jti_and_every_other_request_gets_its_own() -> None:
    first, second = (sign(PARTNER, "GET", "/", "handoff:read") for _ in range(2))
    assert first.jti != second.jti
    assert 16 <= len(first.jti) <= 128
    assert sign(PARTNER, "GET", "/", "handoff:read", jti=first.jti).jti == first.jti


def test_the_partner_is_found_by_its_platform(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("keys") / "meta.pem"
    path.write_text(PEM)
    row = {"id": "meta", "platforms": ["instagram"], "kid": "k", "alg": "ES256", "private_key": str(path)}
    hub = json.loads(json.dumps({"audience": HUB, "partners": [row]}))
    assert Partner.read(hub, "instagram").id == "meta"
    with pytest.raises(LookupError):
        Partner.read(hub, "tiktok")
