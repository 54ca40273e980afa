"""A partner's request → who signed it. One answer for every fault: 401 ``unauthorised``."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.identity.tokens import (
    Refused,
    Token,
    check_signature,
    check_times,
    read_bearer,
    read_token,
    text_claim,
)
from chalicelib.model.partner import Partner, PartnerKey
from chalicelib.problems import Problem

__all__ = ["BadToken", "PartnerCaller", "content_digest", "is_partner_id", "partner_caller"]

LONGEST_LIFE = 300
"""Most seconds between iat and exp."""

_TYPE = "handoff+jwt"
_PARTNER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.ASCII)
_JTI = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)
_SCOPE = re.compile(r"[!-~]+(?: [!-~]+)*", re.ASCII)
# The public example key of RFC 7515 A.3. A token whose key we do not know is checked against it and then
# refused whatever comes out, so that an unknown partner or kid costs the time of a wrong signature.
_DECOY = PartnerKey(
    alg="ES256",
    jwk='{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
    '"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}',
)


class BadToken(Problem):
    """The 401 of a partner's token. ``partner`` is who the token *says* signed it, if registered: unproven."""

    def __init__(self, reason: str, partner: Partner | None = None) -> None:
        super().__init__("unauthorised", reason=reason)
        self.partner = partner


@dataclass(frozen=True)
class PartnerCaller:
    """A partner whose token was proven for this very request; ``jti`` is the idempotency key of a create."""

    partner: Partner
    jti: str


def is_partner_id(text: str) -> bool:
    """Whether a text can be a partner's id; nothing else is ever looked up."""
    return _PARTNER_ID.fullmatch(text) is not None


def content_digest(body: bytes) -> str:
    """The ``content_digest`` claim of a body (RFC 9530 form, SHA-256)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def partner_caller(
    authorization: str | None,
    *,
    method: str,
    path: str,
    body: bytes,
    scope: str,
    audience: str,
    now: int,
    find: Callable[[str], Partner | None],
) -> PartnerCaller:
    """Who signed this request. ``path`` as published, ``now`` in ms, ``find`` the registry. Raises BadToken.

    What ``find`` raises passes through: a registry that cannot be read is no fault of the token.
    """
    partner = None
    try:
        token = read_token(read_bearer(authorization))
        name = text_claim(token.claims, "iss", _PARTNER_ID, "bad_iss")
        partner = find(name)
        if token.header.get("typ") != _TYPE:
            raise Refused("bad_typ")
        proven = _prove(token, partner, now)
        check_times(token.claims, now, longest=LONGEST_LIFE)
        _check_purpose(token, method=method, path=path, scope=scope, audience=audience)
        _check_body(token, body)
        return PartnerCaller(proven, text_claim(token.claims, "jti", _JTI, "bad_jti"))
    except Refused as fault:
        raise BadToken(fault.reason, partner) from None


def _prove(token: Token, partner: Partner | None, now: int) -> Partner:
    key = None if partner is None else partner.keys.get(token.kid)
    ended = key is not None and key.until is not None and key.until <= now
    if partner is None or key is None or ended:
        _spend_a_check(token)
        raise Refused("unknown_partner" if partner is None else "key_ended" if ended else "unknown_kid")
    check_signature(token, key)
    if partner.suspended:
        raise Refused("suspended")
    return partner


def _spend_a_check(token: Token) -> None:
    try:
        check_signature(token, _DECOY)
    except Refused:
        return


def _check_purpose(token: Token, *, method: str, path: str, scope: str, audience: str) -> None:
    claims = token.claims
    if claims.get("aud") != audience:
        raise Refused("bad_aud")
    if scope not in text_claim(claims, "scope", _SCOPE, "bad_scope").split(" "):
        raise Refused("missing_scope")
    if claims.get("htm") != method:
        raise Refused("bad_htm")
    if claims.get("htu") != path:
        raise Refused("bad_htu")


def _check_body(token: Token, body: bytes) -> None:
    """A body needs its digest; without a body the claim may be absent, but must not be another body's."""
    if not body and "content_digest" not in token.claims:
        return
    digest = token.claims.get("content_digest")
    if not isinstance(digest, str) or not hmac.compare_digest(digest.encode(), content_digest(body).encode()):
        raise Refused("bad_digest")
