"""The youths' door: the link, the page, and what can be done on it, with or without JavaScript."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from chalice.app import Response

from chalicelib import contract, emergency, pages, wiring
from chalicelib.desk import transcript, youth
from chalicelib.desk.ids import form_token
from chalicelib.doors.door import Call, Door, html, reply, see_other
from chalicelib.doors.origin import came_from_us
from chalicelib.doors.pages import with_policy
from chalicelib.doors.views import youth_state
from chalicelib.model.session import MINUTE, Session
from chalicelib.problems import Place, Problem

__all__ = ["door"]

COOKIE = "hub_youth"
COOKIE_SECONDS = 4 * 24 * 3600
FORM = "application/x-www-form-urlencoded"
MOST = 16_384
DAY = 24 * 60 * MINUTE


def _locale(call: Call, session: Session | None = None) -> str:
    if session is not None:
        return session.locale
    return "en" if (call.header("accept-language") or "fr").lower().startswith("en") else "fr"


def _show(call: Call, problem: Problem) -> Response | None:
    """A refused link is a page with numbers that help; a refused form is its page again, with words."""
    if not call.wants_html:
        return None
    headers = with_policy(call.settings)
    if problem.code in ("link_expired", "not_found"):
        return html(pages.expired_link_page(_locale(call)), 410, headers)
    if problem.code == "link_used":
        return html(pages.used_link_page(_locale(call)), 403, headers)
    if call.request.method == "POST":
        try:
            return _page(call, youth.look(call.desk, call.params["id"], call.cookie(COOKIE)), problem)
        except Problem as other:
            problem = problem if problem.code == "unavailable" else other
    if problem.code == "unavailable":
        return html(pages.down_page(_locale(call)), 503, {**headers, "Retry-After": str(problem.retry_after or 2)})
    return None


door = Door(__name__, lambda: (wiring.desk(), wiring.settings()), _show)


def _page(call: Call, session: Session, problem: Problem | None = None) -> Response:
    view = {**_state(call, session), "id": session.id, "emergency": emergency.labelled(session.locale)}
    token = form_token(call.desk.secrets, session.id, call.cookie(COOKIE) or "")
    text = pages.youth_page(
        view, locale=session.locale, token=token, problem=problem.code if problem else "", now=call.desk.clock()
    )
    return html(text, problem.fact.status if problem else 200, with_policy(call.settings))


def _state(call: Call, session: Session, after: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    return youth_state(call.desk, session, transcript.read(call.desk, session, after))


@door.get("/y/{code}")
def open_link(call: Call) -> Response:
    """Open the link: a cookie of this browser's own, and on to the page. Nothing is consumed."""
    session, cookie = youth.open_link(call.desk, call.params["code"])
    if cookie is None:
        return see_other(f"/s/{session.id}")
    secure = "; Secure" if call.settings.base_url.startswith("https:") else ""
    kept = f"{COOKIE}={cookie}; Path=/s/{session.id}; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}"
    return see_other(f"/s/{session.id}", {"Set-Cookie": kept})


@door.get("/s/{id}")
def page(call: Call) -> Response:
    """The page."""
    return _page(call, youth.look(call.desk, call.params["id"], call.cookie(COOKIE)))


@door.get("/s/{id}/state")
def state(call: Call) -> Response:
    """How things stand, with messages later than the numbers in the query."""
    session = youth.look(call.desk, call.params["id"], call.cookie(COOKIE))
    found = reply(_state(call, session, (_known(call, "youth"), _known(call, "counsellor"))))
    etag = f'"{hashlib.sha256(found.body.encode()).hexdigest()[:24]}"'
    if etag in (call.header("if-none-match") or ""):
        return Response("", {"ETag": etag, "Content-Type": "text/plain"}, 304)
    found.headers["ETag"] = etag
    return found


def _known(call: Call, side: str) -> int:
    text = call.query(side) or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


@door.post("/s/{id}/here")
def here(call: Call) -> Response:
    """The page is open: from now on it is this browser's."""
    return _act(call, "youth-act", lambda id, cookie, _: youth.arrive(call.desk, id, cookie))


@door.post("/s/{id}/choose")
def choose(call: Call) -> Response:
    """Chat or callback."""
    return _act(call, "youth-choice", lambda id, cookie, body: youth.choose(call.desk, id, cookie, _wish(call, body)))


@door.post("/s/{id}/messages")
def say(call: Call) -> Response:
    """One message."""
    return _act(
        call, "youth-message", lambda id, cookie, body: youth.say(call.desk, id, cookie, body["n"], body["text"])
    )


@door.post("/s/{id}/cancel")
def cancel(call: Call) -> Response:
    """Not wanted any more."""
    return _act(call, "youth-act", lambda id, cookie, _: youth.cancel(call.desk, id, cookie))


@door.post("/s/{id}/leave")
def leave(call: Call) -> Response:
    """Quick exit. Without JavaScript the answer is the harmless page itself, and the cookie is gone."""
    id = call.params["id"]
    body, is_form = _body(call)
    _guard(call, body)
    contract.check("youth-act", body)
    session = youth.leave(call.desk, id, call.cookie(COOKIE))
    gone = {"Set-Cookie": f"{COOKIE}=; Path=/s/{id}; Max-Age=0; HttpOnly; SameSite=Lax"}
    if is_form:
        return html(pages.left_page(session.locale), 200, {**with_policy(call.settings), **gone})
    return reply({"state": "closed"}, 200, gone)


def _act(call: Call, schema: str, verb: Callable[[str, str | None, dict[str, Any]], Session]) -> Response:
    body, is_form = _body(call)
    _guard(call, body)
    session = verb(call.params["id"], call.cookie(COOKIE), contract.check(schema, body))
    return see_other(f"/s/{session.id}") if is_form else reply(_state(call, session))


def _guard(call: Call, body: Mapping[str, Any]) -> None:
    token = body.get("token")
    expected = form_token(call.desk.secrets, call.params["id"], call.cookie(COOKIE) or "")
    if not came_from_us(call, token=token if isinstance(token, str) else None, expected=expected):
        raise Problem("stale_form")


def _body(call: Call) -> tuple[dict[str, Any], bool]:
    """The body as an object, and whether it came from a plain form."""
    kind = (call.header("content-type") or "").split(";")[0].strip().lower()
    if kind != FORM:
        contract.check_content_type(call.header("content-type"))
        return contract.parse_json(call.body, limit=MOST), False
    if len(call.body) > MOST:
        raise Problem("too_large")
    try:
        pairs = parse_qsl(call.body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise Problem("bad_request", errors=(Place("", "form", "Not a form we sent."),)) from None
    body: dict[str, Any] = {name: value.replace("\r\n", "\n") for name, value in pairs}
    if body.get("n", "").isascii() and body.get("n", "").isdigit() and len(body["n"]) < 7:
        body["n"] = int(body["n"])
    if "/" in body.get("when", ""):
        body["not_before"], _, body["not_after"] = body["when"].partition("/")
        body["when"] = "window"
    return body, True


def _wish(call: Call, body: Mapping[str, Any]) -> youth.Wish:
    not_before, not_after = _moment(body, "not_before"), _moment(body, "not_after")
    if body.get("when") == "tomorrow":
        not_before = _tomorrow(call)
    return youth.Wish(
        lane=body["session"], number=body.get("number") or None, not_before=not_before, not_after=not_after,
        voicemail=body.get("voicemail") == "yes",
    )  # fmt: skip


def _moment(body: Mapping[str, Any], name: str) -> int | None:
    text = body.get(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Problem("bad_window", errors=(Place(f"/{name}", "date-time", "Not a moment with its zone."),)) from None


def _tomorrow(call: Call) -> int:
    """Midnight in Paris; the desk finds the opening after it."""
    day = datetime.fromisoformat(call.desk.slots.show(call.desk.clock() + DAY))
    return int(day.replace(hour=0, minute=0, second=0).timestamp() * 1000)
