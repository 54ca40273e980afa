"""A counsellor's access token → who. Cognito's access tokens, RS256, from one issuer for one client."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from chalicelib.identity.keys import KeyRefused, read_key
from chalicelib.identity.tokens import Refused, Token, check_signature, check_times, read_token, text_claim, time_claim
from chalicelib.model.counsellor import Counsellor
from chalicelib.problems import Problem

__all__ = ["counsellor_caller"]

_NAME = re.compile(r"[^\x00-\x20\x7f]{1,128}", re.ASCII)


def counsellor_caller(
    token: str | None,
    *,
    issuer: str,
    client_id: str,
    now: int,
    find_key: Callable[[str], Mapping[str, object] | None],
) -> Counsellor:
    """Who holds this access token (without ``Bearer``). ``now`` in ms, ``find_key`` the JWK by kid.

    ID and refresh tokens are refused. Raises Problem ``signed_out``; what ``find_key`` raises passes through.
    """
    try:
        if not token:
            raise Refused("no_token")
        if not (token.isascii() and token.isprintable()):
            raise Refused("not_ascii")
        read = read_token(token)
        _prove(read, find_key)
        return _read_counsellor(read, issuer=issuer, client_id=client_id, now=now)
    except Refused as fault:
        raise Problem("signed_out", reason=fault.reason) from None


def _prove(token: Token, find_key: Callable[[str], Mapping[str, object] | None]) -> None:
    # Known before the look-up: a token of another kind must not make us ask the provider for keys.
    if token.alg != "RS256":
        raise Refused("alg_mismatch")
    jwk = find_key(token.kid)
    if jwk is None:
        raise Refused("unknown_kid")
    try:
        key = read_key(json.dumps(dict(jwk)), alg="RS256")
    except (KeyRefused, TypeError, ValueError):
        raise Refused("unusable_key") from None
    check_signature(token, key)


def _read_counsellor(token: Token, *, issuer: str, client_id: str, now: int) -> Counsellor:
    claims = token.claims
    if claims.get("iss") != issuer:
        raise Refused("bad_iss")
    if claims.get("token_use") != "access":
        raise Refused("not_access")
    if claims.get("client_id") != client_id:
        raise Refused("wrong_client")
    # No grace after exp: the console renews in time, and both clocks are the cloud's own.
    expires = check_times(claims, now, grace=0)
    username = text_claim(claims, "username", _NAME, "bad_user")
    subject = text_claim(claims, "sub", _NAME, "bad_user")
    groups = claims.get("cognito:groups", [])
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise Refused("bad_user")
    # A token made by a refresh is as old as the password behind it: a sign-out in between ends it, too.
    signed_in = min(time_claim(claims, "auth_time"), time_claim(claims, "iat"))
    return Counsellor(username, subject, frozenset(groups), expires, signed_in)
