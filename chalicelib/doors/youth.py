"""The youths' door: the link, the page, and what can be done on it, with or without JavaScript."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib import contract, wiring
from chalicelib.desk import resume as resuming
from chalicelib.desk import youth
from chalicelib.desk.ids import well_formed
from chalicelib.doors.cookies import YOUTH, kept, read_cookie
from chalicelib.doors.door import Call, Door, reply, see_other
from chalicelib.doors.origin import came_from_elsewhere
from chalicelib.doors.queries import number
from chalicelib.doors.youth_forms import check_sender, read_body, wish
from chalicelib.doors.youth_pages import forgotten, left, rehearsal, resume_form, show, sorry
from chalicelib.doors.youth_pages import page as shown_page
from chalicelib.doors.youth_pages import state as state_of
from chalicelib.model.session import Session
from chalicelib.problems import Problem

__all__ = ["door"]

COOKIE_SECONDS = 4 * 24 * 3600

door = Door(lambda: (wiring.desk(), wiring.settings()), show, sorry)


def _to_page(call: Call, session: Session, cookie: str | None) -> Response:
    """On to the session's page, with a cookie of this browser's own when there is one."""
    if cookie is None:
        return see_other(f"/s/{session.id}")
    own = kept(call.settings, YOUTH, cookie, COOKIE_SECONDS, id=session.id)
    return see_other(f"/s/{session.id}", {"Set-Cookie": own})


@door.get("/y/{code}")
def open_link(call: Call) -> Response:
    """Open the link. Nothing is consumed. A sandbox's leads to a page that says so, and no further."""
    session, cookie = youth.open_link(call.desk, call.params["code"])
    return rehearsal(call, session) if session.rehearsal else _to_page(call, session, cookie)


@door.get("/r")
def ask_code(call: Call) -> Response:
    """Where a resume code is typed."""
    return resume_form(call)


@door.post("/r")
def resume(call: Call) -> Response:
    """Come back from another device.

    A form of another site is refused where the browser says so. There is no cookie here that a token could be tied to,
    so a browser that says nothing is believed: a forged form could only take its own maker's session away from them.
    The code is spent by it, and who made it is out, so nobody reads what is then written.
    """
    body, _ = read_body(call)
    if came_from_elsewhere(call):
        raise Problem("stale_form")
    asked = contract.check("youth-resume", body)
    return _to_page(call, *resuming.resume(call.desk, asked["code"], asked.get("once", "")))


@door.get("/s/{id}")
def page(call: Call) -> Response:
    """The page."""
    return shown_page(call, youth.look(call.desk, call.params["id"], read_cookie(call, YOUTH)))


@door.get("/s/{id}/state")
def state(call: Call) -> Response:
    """How things stand, with messages later than the numbers in the query."""
    session = youth.look(call.desk, call.params["id"], read_cookie(call, YOUTH))
    known = number(call, "youth") or 0, number(call, "counsellor") or 0
    found = reply(state_of(call, session, known))
    etag = f'"{hashlib.sha256(found.body.encode()).hexdigest()[:24]}"'
    if etag in (call.header("if-none-match") or ""):
        return Response("", {"ETag": etag, "Content-Type": "text/plain"}, 304)
    found.headers["ETag"] = etag
    return found


@door.post("/s/{id}/here")
def here(call: Call) -> Response:
    """The page is open: from now on it is this browser's. Or, when it was asked: somebody is still there."""

    def verb(id: str, cookie: str | None, body: dict[str, Any]) -> Session:
        return (youth.still_there if "still" in body else youth.arrive)(call.desk, id, cookie)

    return _act(call, "youth-here", verb)


@door.post("/s/{id}/choose")
def choose(call: Call) -> Response:
    """Chat or callback."""
    return _act(call, "youth-choice", lambda id, cookie, body: youth.choose(call.desk, id, cookie, wish(call, body)))


@door.post("/s/{id}/messages")
def say(call: Call) -> Response:
    """One message."""
    return _act(
        call, "youth-message", lambda id, cookie, body: youth.say(call.desk, id, cookie, body["n"], body["text"])
    )


@door.post("/s/{id}/typing")
def typing(call: Call) -> Response:
    """The youth types: sent by the script alone, and never answered with a reason to worry."""
    contract.check_content_type(call.header("content-type"))
    check_sender(call, contract.read("youth-act", call.body))
    youth.typing(call.desk, call.params["id"], read_cookie(call, YOUTH))
    return Response("", {"Content-Type": "text/plain"}, 204)


@door.post("/s/{id}/danger")
def danger(call: Call) -> Response:
    """In danger now."""
    return _act(call, "youth-act", lambda id, cookie, _: youth.raise_danger(call.desk, id, cookie))


@door.post("/s/{id}/code")
def code(call: Call) -> Response:
    """A code to come back with from another device."""
    return _act(call, "youth-act", lambda id, cookie, _: resuming.issue_code(call.desk, id, cookie))


@door.post("/s/{id}/cancel")
def cancel(call: Call) -> Response:
    """Not wanted any more."""
    return _act(call, "youth-act", lambda id, cookie, _: youth.cancel(call.desk, id, cookie))


@door.post("/s/{id}/leave")
def leave(call: Call) -> Response:
    """Quick exit. Without JavaScript the answer is the harmless page itself, and the cookie is gone."""
    body, is_form = read_body(call)
    check_sender(call, body)
    contract.check("youth-act", body)
    youth.leave(call.desk, call.params["id"], read_cookie(call, YOUTH))
    return left(call) if is_form else reply({"state": "closed"}, 200, forgotten(call))


def _back(call: Call) -> Response:
    """Where a form was sent to, looked at: a browser that loads the address of a refused form again gets the page."""
    if not well_formed(call.params["id"]):
        raise Problem("not_found")
    return see_other(f"/s/{call.params['id']}")


for _verb in ("here", "choose", "messages", "danger", "code", "cancel", "leave"):
    door.get(f"/s/{{id}}/{_verb}")(_back)


def _act(call: Call, schema: str, verb: Callable[[str, str | None, dict[str, Any]], Session]) -> Response:
    body, is_form = read_body(call)
    check_sender(call, body)
    session = verb(call.params["id"], read_cookie(call, YOUTH), contract.check(schema, body))
    return see_other(f"/s/{session.id}") if is_form else reply(state_of(call, session))
