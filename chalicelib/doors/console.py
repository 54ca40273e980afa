"""The console's door: its page, and sign-in at the provider by authorization code with PKCE (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib import pages, watch, wiring
from chalicelib.desk.attendance import sign_out
from chalicelib.doors.cookies import DESK, SIGNIN, dropped, kept, read_cookie
from chalicelib.doors.door import Call, Door, html, see_other
from chalicelib.doors.headers import with_policy
from chalicelib.doors.origin import came_from_us
from chalicelib.doors.signin import arrive, counsellor
from chalicelib.problems import Problem

__all__ = ["door"]

SIGNIN_SECONDS = 600


def _show(call: Call, problem: Problem) -> Response | None:
    if problem.code != "unavailable":
        return None
    return html(pages.signin_problem_page("unavailable"), 503, with_policy(call.settings))


door = Door(lambda: (wiring.desk(), wiring.settings()), _show)


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
    page = pages.console_page(who.username, call.desk.rules.counsellor_limit)
    return html(page, 200, with_policy(call.settings, signs_out=True))


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
    mine = kept(call.settings, SIGNIN, f"{state}.{verifier}", SIGNIN_SECONDS)
    return see_other(f"{call.settings.oidc_authorize_url}?{urlencode(query)}", {"Set-Cookie": mine})


@door.get("/console/callback")
def callback(call: Call) -> Response:
    """Back from the provider: the code becomes an access token, kept in a cookie no script can read."""
    state, _, verifier = (read_cookie(call, SIGNIN) or "").partition(".")
    code = call.query("code")
    if not verifier or not hmac.compare_digest(state.encode(), (call.query("state") or "").encode()):
        return _refuse(call, "expired")
    if code is None:
        return _refuse(call, "refused")
    token = call.desk.provider.exchange(code, verifier, _callback_url(call))
    if token is None:
        return _refuse(call, "refused")
    try:
        who = arrive(call, token)
    except Problem as problem:
        if problem.code != "signed_out":
            raise
        return _refuse(call, problem.reason)
    left = max(60, (who.expires - call.desk.clock()) // 1000)
    cookies = [kept(call.settings, DESK, token, left), dropped(call.settings, SIGNIN)]
    return see_other("/console", {"Set-Cookie": cookies})


def _refuse(call: Call, reason: str) -> Response:
    gone = dropped(call.settings, SIGNIN)
    # The provider's own cookie would bring back the very sign-in that has ended, again and again.
    again = _provider_logout(call) if reason == "left" else ""
    return html(pages.signin_problem_page(reason, again), 403, {**with_policy(call.settings), "Set-Cookie": gone})


def _provider_logout(call: Call) -> str:
    """Where the provider forgets this browser, and sends it on to where signing out leads."""
    query = {"client_id": call.settings.oidc_client_id, "logout_uri": f"{call.settings.base_url}/console/signed-out"}
    return f"{call.settings.oidc_logout_url}?{urlencode(query)}"


@door.post("/console/logout")
def logout(call: Call) -> Response:
    """Sign out, everywhere: of the hub, of whatever the provider has given out, and of the provider in this browser.

    The cookie goes in any case. A sign-out that could not be kept is told, since the other browsers are not out.
    """
    if not came_from_us(call):
        raise Problem("cross_site")
    gone = {"Set-Cookie": dropped(call.settings, DESK)}
    try:
        who = counsellor(call)
        told = sign_out(call.desk, who.username, who.subject)
        watch.note("signed out", request_id=call.request_id, reason=None if told else "provider_not_told")
    except Problem as problem:
        if problem.code != "signed_out":
            watch.note("not signed out everywhere", request_id=call.request_id, reason=problem.reason)
            return html(pages.signin_problem_page("not_everywhere"), 503, {**with_policy(call.settings), **gone})
    return see_other(_provider_logout(call), gone)


@door.get("/console/signed-out")
def signed_out(call: Call) -> Response:
    """Where signing out leads."""
    return html(pages.signin_problem_page("signed_out"), 200, with_policy(call.settings))
