"""The counsellors' door: the line, claims, and what the holder of a session may do."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib import contract, watch, wiring
from chalicelib.desk import counsellors, transcript
from chalicelib.desk.queue import queue
from chalicelib.doors.door import Call, Door, reply
from chalicelib.doors.signin import counsellor
from chalicelib.doors.views import desk_session, moment, queue_view
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.session import LANES, Reason, Session

__all__ = ["door"]

door = Door(__name__, lambda: (wiring.desk(), wiring.settings()))

SESSION = "/v1/desk/sessions/{id}"


def _body(call: Call, schema: str) -> dict[str, Any]:
    if not call.body and schema == "desk-claim":
        return {}
    contract.check_content_type(call.header("content-type"))
    return contract.read(schema, call.body)


def _shown(call: Call, session: Session, who: Counsellor) -> Response:
    mine = session.state.held and session.owner == who.subject
    words = transcript.read(call.desk, session) if mine else []
    return reply(desk_session(call.desk, session, who, words))


@door.get("/v1/desk/queue")
def line(call: Call) -> Response:
    """The line."""
    who = counsellor(call)
    return reply(queue_view(call.desk, queue(call.desk), who))


@door.post("/v1/desk/claims")
def claim(call: Call) -> Response:
    """Take the next session; 204 when nothing is due."""
    who = counsellor(call)
    lane = _body(call, "desk-claim").get("lane")
    session = counsellors.claim(call.desk, who, [lane] if lane else LANES)
    if session is None:
        return Response("", {"Content-Type": "text/plain"}, 204)
    watch.count(Claims=1)
    return _shown(call, session, who)


@door.get(SESSION)
def view(call: Call) -> Response:
    """One session; the words only for its holder."""
    who = counsellor(call)
    return _shown(call, counsellors.view(call.desk, call.params["id"]), who)


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
    session = counsellors.attempt(call.desk, who, call.params["id"], body["epoch"], body["outcome"])
    return _shown(call, session, who)


@door.post(f"{SESSION}/reveal")
def reveal(call: Call) -> Response:
    """The number; no other answer contains it."""
    who = counsellor(call)
    number = counsellors.reveal(call.desk, who, call.params["id"], _body(call, "desk-epoch")["epoch"])
    return reply({"number": number, "dial": f"tel:{number}"})
