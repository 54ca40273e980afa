"""Names nobody can guess: session ids, youth codes, page cookies. All are keyed hashes; none is looked up."""

from __future__ import annotations

import base64
import hmac
import re

from chalicelib.model.session import Session
from chalicelib.ports import Secrets

__all__ = ["bound_of", "code_fits", "cookie_for", "form_token", "id_of_code", "session_id", "well_formed", "youth_code"]

_ID = re.compile(r"ho_[a-z2-7]{26}")
_CODE = re.compile(r"[a-z2-7]{42}")
_COOKIE = re.compile(r"[0-9a-f]{64}")


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def well_formed(id: str) -> bool:
    """Whether the text could be a session id."""
    return _ID.fullmatch(id) is not None


def session_id(secrets: Secrets, partner: str, jti: str) -> str:
    """The id of the one session of (partner, jti): 128 bits."""
    return "ho_" + _base32(secrets.mac("session", partner.encode(), jti.encode())[:16])


def _code_mac(secrets: Secrets, id: str, generation: int) -> str:
    return _base32(secrets.mac("code", id.encode(), b"%d" % generation)[:10])


def youth_code(secrets: Secrets, session: Session) -> str:
    """The code of the youth's link, made from id and generation."""
    return session.id[3:] + _code_mac(secrets, session.id, session.generation)


def id_of_code(code: str) -> str | None:
    """The id inside a code, if it looks like one; says nothing about whether it is right."""
    return "ho_" + code[:26] if _CODE.fullmatch(code) else None


def code_fits(secrets: Secrets, session: Session, code: str) -> bool:
    """Whether the code is the session's present one."""
    return hmac.compare_digest(code[26:], _code_mac(secrets, session.id, session.generation))


def cookie_for(secrets: Secrets, id: str, random: bytes) -> str:
    """A cookie that proves that its holder opened the session's link: 16 random bytes and their MAC, in hex."""
    return random.hex() + secrets.mac("cookie", id.encode(), random)[:16].hex()


def bound_of(secrets: Secrets, id: str, cookie: str | None) -> bytes | None:
    """What a session is bound to by this cookie; None when the cookie is not ours for this id."""
    if cookie is None or not _COOKIE.fullmatch(cookie):
        return None
    random = bytes.fromhex(cookie[:32])
    if not hmac.compare_digest(cookie, cookie_for(secrets, id, random)):
        return None
    return secrets.mac("bound", id.encode(), random)[:16]


def form_token(secrets: Secrets, id: str, cookie: str) -> str:
    """The hidden field that proves that a form was on our page."""
    return secrets.mac("form", id.encode(), cookie.encode())[:16].hex()
