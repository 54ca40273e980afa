"""The partners' door: hand a youth over, read the status, cancel."""

from __future__ import annotations

import re

from chalice.app import Response

from chalicelib import contract, watch, wiring
from chalicelib.desk import partners
from chalicelib.doors.door import Call, Door, reply
from chalicelib.doors.pace import metered, poll_after
from chalicelib.doors.views import handoff_answer, handoff_status
from chalicelib.identity import PartnerCaller, partner_caller
from chalicelib.model.usage import Kind, Left
from chalicelib.problems import Place, Problem

__all__ = ["door"]

door = Door(lambda: (wiring.desk(), wiring.settings()))

_TAG = re.compile(r'"([0-9]{1,6})"')


def _caller(call: Call, scope: str) -> PartnerCaller:
    return partner_caller(
        call.header("authorization"), method=str(call.request.method), path=call.path, body=call.body, scope=scope,
        audience=call.settings.base_url, now=call.desk.clock(), find=call.desk.directory.partner,
    )  # fmt: skip


@door.post("/v1/handoffs")
def receive(call: Call) -> Response:
    """201 with the new session, or 200 with the same answer as the first time."""
    caller = _caller(call, "handoff:create")
    return metered(call.desk, caller.partner, lambda _: _take(call, caller))


def _take(call: Call, caller: PartnerCaller) -> tuple[Kind, Response]:
    contract.check_content_type(call.header("content-type"))
    handoff = contract.read_handoff(call.body)
    _check_idempotency_key(call, caller.jti)
    taken = partners.receive(call.desk, caller.partner, caller.jti, call.body, handoff)
    watch.count(**{"HandoffsReplayed" if taken.replayed else "HandoffsTaken": 1})
    answer = handoff_answer(call.desk, taken.session)
    headers = {"Location": answer["links"]["self"]}
    if taken.replayed:
        return "replays", reply(answer, 200, {**headers, "Idempotent-Replayed": "true"})
    return "handoffs", reply(answer, 201, headers)


def _check_idempotency_key(call: Call, jti: str) -> None:
    sent = call.header("idempotency-key")
    if sent is not None and sent != jti:
        raise Problem("bad_request", errors=(Place("", "idempotency_key", "Idempotency-Key must equal the jti."),))


@door.get("/v1/handoffs/{id}")
def status(call: Call) -> Response:
    """The status; 304 when the caller knows it; 429 over a limit."""
    caller = _caller(call, "handoff:read")
    return metered(call.desk, caller.partner, lambda left: _read(call, caller, left), may_wait=True)


def _read(call: Call, caller: PartnerCaller, left: Left) -> tuple[Kind, Response]:
    known = [int(tag) for tag in _TAG.findall(call.header("if-none-match") or "")]
    session = partners.status(call.desk, caller.partner, call.params["id"], known=max(known, default=0))
    headers = {"ETag": f'"{session.sequence}"', "Cache-Control": "private, no-cache"}
    again = poll_after(session, call.desk.clock(), left)
    if again is not None:
        headers["Retry-After"] = str(again)
    if session.sequence in known:
        return "reads", Response("", {**headers, "Content-Type": "text/plain"}, 304)
    return "reads", reply(handoff_status(session), 200, headers)


@door.post("/v1/handoffs/{id}/cancel")
def cancel(call: Call) -> Response:
    """Cancelled, as long as the youth has not opened the page."""
    caller = _caller(call, "handoff:cancel")
    return metered(call.desk, caller.partner, lambda _: _cancel(call, caller))


def _cancel(call: Call, caller: PartnerCaller) -> tuple[Kind, Response]:
    session = partners.cancel(call.desk, caller.partner, call.params["id"])
    return "cancels", reply(handoff_status(session))
