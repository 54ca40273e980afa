"""The console's door: its page, and sign-in at the provider by authorization code with PKCE (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib import pages, wiring
from chalicelib.doors.door import Call, Door, html, see_other
from chalicelib.doors.origin import came_from_us
from chalicelib.doors.pages import with_policy
from chalicelib.doors.signin import COOKIE, counsellor, prove
from chalicelib.problems import Problem

__all__ = ["door"]

SIGNIN = "hub_signin"
SIGNIN_SECONDS = 600


def _show(call: Call, problem: Problem) -> Response | None:
    if problem.code != "unavailable":
        return None
    return html(pages.signin_problem_page("unavailable"), 503, with_policy(call.settings))


door = Door(__name__, lambda: (wiring.desk(), wiring.settings()), _show)


def _cookie(call: Call, name: str, value: str, path: str, seconds: int) -> str:
    secure = "; Secure" if call.settings.base_url.startswith("https:") else ""
    return f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def _callback_url(call: Call) -> str:
    return f"{call.settings.base_url}/console/callback"


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@door.get("/console")
def console(call: Call) -> Response:
    """The console, for who is signed in."""
    try:
        who = counsellor(call)
    except Problem as problem:
        if problem.code != "signed_out":
            raise
        return see_other("/console/login")
    return html(pages.console_page(who.username, call.desk.rules.counsellor_limit), 200, with_policy(call.settings))


@door.get("/console/login")
def login(call: Call) -> Response:
    """On to the provider, with a challenge whose verifier stays in this browser's cookie."""
    state = call.desk.tokens().hex()
    verifier = _unpadded(call.desk.tokens() + call.desk.tokens())
    query = {
        "response_type": "code", "client_id": call.settings.oidc_client_id, "redirect_uri": _callback_url(call),
        "scope": "openid profile", "state": state, "code_challenge_method": "S256",
        "code_challenge": _unpadded(hashlib.sha256(verifier.encode()).digest()),
    }  # fmt: skip
    kept = _cookie(call, SIGNIN, f"{state}.{verifier}", "/console", SIGNIN_SECONDS)
    return see_other(f"{call.settings.oidc_authorize_url}?{urlencode(query)}", {"Set-Cookie": kept})


@door.get("/console/callback")
def callback(call: Call) -> Response:
    """Back from the provider: the code becomes an access token, kept in a cookie no script can read."""
    state, _, verifier = (call.cookie(SIGNIN) or "").partition(".")
    code = call.query("code")
    if not verifier or not hmac.compare_digest(state.encode(), (call.query("state") or "").encode()):
        return _refuse(call, "expired")
    if code is None:
        return _refuse(call, "refused")
    token = call.desk.provider.exchange(code, verifier, _callback_url(call))
    if token is None:
        return _refuse(call, "refused")
    try:
        who = prove(call, token)
    except Problem as problem:
        if problem.code != "signed_out":
            raise
        return _refuse(call, problem.reason)
    left = max(60, (who.expires - call.desk.clock()) // 1000)
    cookies = [_cookie(call, COOKIE, token, "/", left), _cookie(call, SIGNIN, "", "/console", 0)]
    return see_other("/console", {"Set-Cookie": cookies})


def _refuse(call: Call, reason: str) -> Response:
    gone = _cookie(call, SIGNIN, "", "/console", 0)
    return html(pages.signin_problem_page(reason), 403, {**with_policy(call.settings), "Set-Cookie": gone})


@door.post("/console/logout")
def logout(call: Call) -> Response:
    """Sign out of the console."""
    if not came_from_us(call):
        raise Problem("cross_site")
    return see_other("/console/signed-out", {"Set-Cookie": _cookie(call, COOKIE, "", "/", 0)})


@door.get("/console/signed-out")
def signed_out(call: Call) -> Response:
    """Where signing out leads."""
    return html(pages.signin_problem_page("signed_out"), 200, with_policy(call.settings))
