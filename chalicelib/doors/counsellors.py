"""The counsellors' door: the line, claims, and what the holder of a session may do. One view per verb of the desk."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib import contract, watch, wiring
from chalicelib.desk import calls, claims, counsellors, holding
from chalicelib.desk.papers import read_papers
from chalicelib.desk.queue import screen, set_break
from chalicelib.doors.desk_views import desk_session, screen_view
from chalicelib.doors.door import Call, Door, reply
from chalicelib.doors.queries import flag, number
from chalicelib.doors.signin import counsellor
from chalicelib.doors.views import moment
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.session import LANES, Band, Reason, Session

__all__ = ["door"]

door = Door(lambda: (wiring.desk(), wiring.settings()))

SESSION = "/v1/desk/sessions/{id}"


def _body(call: Call, schema: str) -> dict[str, Any]:
    if not call.body and schema == "desk-claim":
        return {}
    contract.check_content_type(call.header("content-type"))
    return contract.read(schema, call.body)


def _shown(call: Call, session: Session, who: Counsellor, after: tuple[int, int, int] | None = None) -> Response:
    """The session; ``after`` (youth's, counsellor's, notes) leaves out what the caller knows, and the report."""
    papers = read_papers(call.desk, session, who, after)
    return reply(desk_session(call.desk, session, who, papers, whole=after is None))


@door.get("/v1/desk/queue")
def line(call: Call) -> Response:
    """The line, who is there, and what the caller holds."""
    who = counsellor(call)
    return reply(screen_view(call.desk, screen(call.desk, who, watching=flag(call, "watching")), who))


@door.post("/v1/desk/presence")
def presence(call: Call) -> Response:
    """A break, or back from it."""
    who = counsellor(call)
    on_break = bool(_body(call, "desk-presence")["on_break"])
    set_break(call.desk, who, on_break=on_break)
    return reply({"on_break": on_break})


@door.post("/v1/desk/claims")
def claim(call: Call) -> Response:
    """Take the next session; 204 when nothing is due."""
    who = counsellor(call, fresh=True)
    body = _body(call, "desk-claim")
    lane = body.get("lane")
    session = claims.claim(call.desk, who, [lane] if lane else LANES, body.get("limit"))
    if session is None:
        return Response("", {"Content-Type": "text/plain"}, 204)
    watch.count(Claims=1)
    return _shown(call, session, who)


@door.get(SESSION)
def view(call: Call) -> Response:
    """One session; the words only for its holder, and only the new ones where the query says what is known."""
    who = counsellor(call)
    session = holding.view(call.desk, call.params["id"])
    known = [number(call, side) for side in ("youth", "counsellor", "notes")]
    after = None if None in known else (known[0] or 0, known[1] or 0, known[2] or 0)
    return _shown(call, session, who, after)


@door.post(f"{SESSION}/take")
def take(call: Call) -> Response:
    """One session, out of turn."""
    who = counsellor(call, fresh=True)
    _body(call, "desk-claim")
    session = claims.take(call.desk, who, call.params["id"])
    watch.count(Claims=1)
    return _shown(call, session, who)


@door.post(f"{SESSION}/renew")
def renew(call: Call) -> Response:
    """Keep holding."""
    who = counsellor(call)
    session = counsellors.renew(call.desk, who, call.params["id"], _body(call, "desk-epoch")["epoch"])
    return reply({"epoch": session.epoch, "lease_until": moment(session.lease_until)})


@door.post(f"{SESSION}/release")
def release(call: Call) -> Response:
    """Back to the line."""
    who = counsellor(call)
    session = counsellors.release(call.desk, who, call.params["id"], _body(call, "desk-epoch")["epoch"])
    return reply({"id": session.id, "state": session.state})


@door.post(f"{SESSION}/close")
def close(call: Call) -> Response:
    """End it."""
    who = counsellor(call)
    body = _body(call, "desk-close")
    session = counsellors.close(call.desk, who, call.params["id"], body["epoch"], Reason(body["reason"]))
    return _shown(call, session, who)


@door.post(f"{SESSION}/undo")
def undo(call: Call) -> Response:
    """Not ended, after all."""
    who = counsellor(call, fresh=True)
    session = counsellors.undo(call.desk, who, call.params["id"], _body(call, "desk-epoch")["epoch"])
    return _shown(call, session, who)


@door.post(f"{SESSION}/band")
def triage(call: Call) -> Response:
    """Another urgency, with its reason."""
    who = counsellor(call)
    body = _body(call, "desk-band")
    session = counsellors.triage(
        call.desk, who, call.params["id"], body["epoch"], body["n"], Band(body["band"]), body["text"]
    )
    return _shown(call, session, who)


@door.post(f"{SESSION}/notes")
def note(call: Call) -> Response:
    """One note for whoever is next."""
    who = counsellor(call)
    body = _body(call, "desk-note")
    kept = counsellors.note(
        call.desk, who, call.params["id"], body["epoch"], body["n"], body["kind"], body.get("code", ""),
        body.get("text", ""),
    )  # fmt: skip
    return reply({"n": kept.n, "at": moment(kept.at)})


@door.post(f"{SESSION}/handover")
def hand_over(call: Call) -> Response:
    """To a speciality or a colleague."""
    who = counsellor(call)
    body = _body(call, "desk-handover")
    session = counsellors.hand_over(
        call.desk, who, call.params["id"], body["epoch"], body["n"], speciality=body.get("speciality"),
        colleague=body.get("colleague"), text=body.get("text", ""),
    )  # fmt: skip
    return reply({"id": session.id, "state": session.state})


@door.post(f"{SESSION}/typing")
def typing(call: Call) -> Response:
    """The counsellor types."""
    who = counsellor(call)
    counsellors.typing(call.desk, who, call.params["id"], _body(call, "desk-epoch")["epoch"])
    return Response("", {"Content-Type": "text/plain"}, 204)


@door.post(f"{SESSION}/check")
def check(call: Call) -> Response:
    """Ask whether the youth is still there."""
    who = counsellor(call)
    session = counsellors.ask_still_there(call.desk, who, call.params["id"], _body(call, "desk-epoch")["epoch"])
    return _shown(call, session, who)


@door.post(f"{SESSION}/messages")
def say(call: Call) -> Response:
    """One message to the youth."""
    who = counsellor(call)
    body = _body(call, "desk-message")
    taken = counsellors.say(call.desk, who, call.params["id"], body["epoch"], body["n"], body["text"])
    return reply({"n": taken.n, "at": moment(taken.at)})


@door.post(f"{SESSION}/attempts")
def attempt(call: Call) -> Response:
    """How a callback attempt ended."""
    who = counsellor(call)
    body = _body(call, "desk-attempt")
    session = calls.attempt(call.desk, who, call.params["id"], body["epoch"], body["outcome"])
    return _shown(call, session, who)


@door.post(f"{SESSION}/reveal")
def reveal(call: Call) -> Response:
    """The number; no other answer contains it."""
    who = counsellor(call, fresh=True)
    number = calls.reveal(call.desk, who, call.params["id"], _body(call, "desk-epoch")["epoch"])
    return reply({"number": number, "dial": f"tel:{number}"})
