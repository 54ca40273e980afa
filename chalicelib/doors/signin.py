"""Who a counsellor is: an access token in the Authorization header or in the console's cookie."""

from __future__ import annotations

from chalicelib.desk.attendance import admit, sign_in
from chalicelib.doors.cookies import DESK, read_cookie
from chalicelib.doors.door import Call
from chalicelib.doors.origin import came_from_us
from chalicelib.identity import counsellor_caller
from chalicelib.model.counsellor import Counsellor
from chalicelib.problems import Problem

__all__ = ["arrive", "counsellor"]


def counsellor(call: Call, *, fresh: bool = False) -> Counsellor:
    """The counsellor; problems ``signed_out`` and, for a cookie sent by another site, ``cross_site``.

    ``fresh`` believes nothing that was heard a moment ago: for what gives a counsellor something new.
    """
    scheme, _, token = (call.header("authorization") or "").partition(" ")
    if not token:
        token = read_cookie(call, DESK) or ""
        if token and call.request.method not in ("GET", "HEAD") and not came_from_us(call):
            raise Problem("cross_site")
    elif scheme.lower() != "bearer":
        raise Problem("signed_out", reason="bad_scheme")
    who = _holder(call, token)
    admit(call.desk, who, fresh=fresh)
    return who


def arrive(call: Call, token: str) -> Counsellor:
    """The counsellor whom the provider has just sent here."""
    who = _holder(call, token)
    sign_in(call.desk, who)
    return who


def _holder(call: Call, token: str) -> Counsellor:
    return counsellor_caller(
        token, issuer=call.settings.oidc_issuer, client_id=call.settings.oidc_client_id, now=call.desk.clock(),
        find_key=call.desk.provider.key,
    )  # fmt: skip
