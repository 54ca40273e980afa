"""Who a counsellor is: an access token in the Authorization header or in the console's cookie."""

from __future__ import annotations

from chalicelib.doors.door import Call
from chalicelib.doors.origin import came_from_us
from chalicelib.identity import counsellor_caller
from chalicelib.model.counsellor import Counsellor
from chalicelib.problems import Problem

__all__ = ["COOKIE", "counsellor", "prove"]

COOKIE = "hub_desk"


def counsellor(call: Call) -> Counsellor:
    """The counsellor; problems ``signed_out`` and, for a cookie sent by another site, ``cross_site``."""
    scheme, _, token = (call.header("authorization") or "").partition(" ")
    if not token:
        token = call.cookie(COOKIE) or ""
        if token and call.request.method not in ("GET", "HEAD") and not came_from_us(call):
            raise Problem("cross_site")
    elif scheme.lower() != "bearer":
        raise Problem("signed_out", reason="bad_scheme")
    return prove(call, token)


def prove(call: Call, token: str) -> Counsellor:
    """The counsellor of an access token who may still work: a disabled one is out at once."""
    who = counsellor_caller(
        token, issuer=call.settings.oidc_issuer, client_id=call.settings.oidc_client_id, now=call.desk.clock(),
        find_key=call.desk.provider.key,
    )  # fmt: skip
    if not call.desk.provider.enabled(who.username):
        raise Problem("signed_out", reason="disabled")
    return who
