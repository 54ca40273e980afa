"""Names nobody can guess: session ids, youth codes, resume codes, page cookies, and the word a youth is told by.

All are keyed hashes, made again when needed: none is stored, and only a resume code is looked up, by a hash of its own.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from functools import cache
from pathlib import Path

from chalicelib.model.session import Session
from chalicelib.ports import Secrets

__all__ = [
    "bound_by", "bound_of", "code_fits", "cookie_for", "form_token", "id_of_code", "read_resume_code", "resume_code",
    "resume_row", "safe_word", "session_id", "spelled", "well_formed", "youth_code",
]  # fmt: skip

_ID = re.compile(r"ho_[a-z2-7]{26}")
_CODE = re.compile(r"[a-z2-7]{42}")
_COOKIE = re.compile(r"[0-9a-f]{64}")

# Crockford's base32: no I, L, O, U. What a hurried hand writes for a digit is read as that digit.
_RESUME = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RESUME_CODE = re.compile(f"[{_RESUME}]{{10}}")
_MEANT = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\s.\-\u2010-\u2015\u2212]")

WORDS = Path(__file__).parents[1] / "data" / "words.json"


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def well_formed(id: str) -> bool:
    """Whether the text could be a session id."""
    return _ID.fullmatch(id) is not None


def session_id(secrets: Secrets, partner: str, jti: str) -> str:
    """The id of the one session of (partner, jti): 128 bits."""
    return "ho_" + _base32(secrets.mac("session", partner.encode(), jti.encode())[:16])


def _code_mac(secrets: Secrets, id: str) -> str:
    # Of generation 0, whatever has happened since: a replay of the handoff says the same link for ever.
    return _base32(secrets.mac("code", id.encode(), b"0")[:10])


def youth_code(secrets: Secrets, session: Session) -> str:
    """The code of the youth's link, made from the id alone."""
    return session.id[3:] + _code_mac(secrets, session.id)


def id_of_code(code: str) -> str | None:
    """The id inside a code, if it looks like one; says nothing about whether it is right."""
    return "ho_" + code[:26] if _CODE.fullmatch(code) else None


def code_fits(secrets: Secrets, session: Session, code: str) -> bool:
    """Whether the code is that of the session's link."""
    return hmac.compare_digest(code[26:], _code_mac(secrets, session.id))


def resume_code(secrets: Secrets, session: Session) -> str:
    """The code to come back with from another device: 50 bits, another one for each generation."""
    raw = secrets.mac("resume", session.id.encode(), b"%d" % session.generation)
    bits = int.from_bytes(raw[:8], "big") >> 14
    return "".join(_RESUME[bits >> shift & 31] for shift in range(45, -1, -5))


def spelled(code: str) -> str:
    """A resume code as it is shown: ABC-DEFG-HJK."""
    return f"{code[:3]}-{code[3:7]}-{code[7:]}"


def read_resume_code(typed: str) -> str | None:
    """A resume code as somebody typed it: small letters, spaces, dashes, O for 0, I and L for 1; None for no code."""
    code = _BETWEEN.sub("", typed).upper().translate(_MEANT)
    return code if _RESUME_CODE.fullmatch(code) else None


def resume_row(secrets: Secrets, code: str) -> bytes:
    """The name under which a resume code is looked up: who reads the table cannot come back with it."""
    return secrets.mac("resume_row", code.encode())


def safe_word(secrets: Secrets, session: Session) -> str:
    """The word the counsellor says on the phone, so that the youth knows who calls; in the youth's language."""
    known = _words()
    offered = known.get(session.locale[:2].lower(), known["fr"])
    return offered[int.from_bytes(secrets.mac("word", session.id.encode())[:8], "big") % len(offered)]


@cache
def _words() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(WORDS.read_text(encoding="utf-8"))
    return found


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
    return bound_by(secrets, id, random)


def bound_by(secrets: Secrets, id: str, random: bytes) -> bytes:
    """What a session is bound to by the cookie made of ``random``."""
    return secrets.mac("bound", id.encode(), random)[:16]


def form_token(secrets: Secrets, id: str, cookie: str) -> str:
    """The hidden field that proves that a form was on our page."""
    return secrets.mac("form", id.encode(), cookie.encode())[:16].hex()
