"""A checked handoff → the item of its session, as the hub keeps it, and the answer that is made from it."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bench.peers.refusals import Refused
from bench.peers.store import Partner, expected_wait, mac

__all__ = ["answer", "check_partner", "item", "spelled"]

_BASE = os.environ["BASE_URL"]
_HOURS = os.environ["HOURS"]
_DAILY = re.compile(r"Mo-Su (\d\d):(\d\d)-(\d\d):(\d\d)")
_MINUTE = 60_000
_TARGETS = {False: 15 * _MINUTE, True: 1 * _MINUTE}
_FALLBACK = {"tel": "3018", "emergency": ["17", "112", "114", "119", "3114"]}


def spelled(raw: bytes) -> str:
    """Bytes in small letters and digits."""
    return base64.b32encode(raw).decode().rstrip("=").lower()


def check_partner(partner: Partner, handoff: Mapping[str, Any]) -> None:
    """Refuse a platform or a return address that is not the partner's."""
    if handoff["platform"] not in partner.platforms:
        raise Refused("foreign_platform", [("/platform", "foreign")])
    url = handoff.get("return_url")
    if url is not None and not url.startswith(partner.prefixes):
        raise Refused("return_url_not_registered", [("/return_url", "not_registered")])


def item(
    handoff: Mapping[str, Any], partner: Partner, id: str, body: bytes, now: int, write_id: str
) -> dict[str, dict[str, Any]]:
    """The new session as a DynamoDB item, in the line where it may wait already; ``now`` in ms.

    A callback stays without its number and a report is not kept: neither can be sealed here.
    """
    lane = handoff.get("session")
    is_open, turn = _opening(now)
    waits = lane == "chat" and is_open
    danger = bool(handoff.get("danger"))
    status = "waiting" if waits else "accepted"
    facts = (status, lane or "", expected_wait(lane, now, is_open=is_open), str(int(is_open)), str(turn or ""))
    texts = {
        "pk": id, "sk": "session", "partner": partner.id, "platform": handoff["platform"], "kind": handoff["kind"],
        "locale": handoff["locale"], "state": "waiting" if waits else "received", "status": status,
        "facts": "|".join(facts), "write_id": write_id, "lane": lane, "role": handoff.get("role"),
        "age_band": handoff.get("age_band"), "band": "danger" if danger else None,
    }  # fmt: skip
    numbers = {"created": now, "youth_seen": now, "sequence": 1, "epoch": 0}
    if waits:
        deadline = now + _TARGETS[danger]
        numbers |= {"due": now, "deadline": deadline}
        texts |= {"lane_pk": "chat#0", "lane_sk": f"{deadline:013d}#{now:013d}#301#{id}##"}
    else:
        texts |= {"lane_pk": "open#0", "lane_sk": f"{now + 30 * _MINUTE:013d}#{id}"}
    if partner.hooked:
        numbers["stepped"] = now
    made: dict[str, dict[str, Any]] = {name: {"S": text} for name, text in texts.items() if text is not None}
    made |= {name: {"N": str(number)} for name, number in numbers.items()}
    made["fingerprint"] = {"B": mac("fingerprint", body)[:16]}
    if "subject" in handoff:
        made["subject"] = {"B": mac("subject", partner.id.encode(), handoff["subject"].encode())[:16]}
    for name, said in (("danger", danger), ("hooked", partner.hooked)):
        if said:
            made[name] = {"BOOL": True}
    return made


def answer(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What is answered for a session, from what was kept when it was made."""
    id = kept["pk"]["S"]
    status, lane, wait, is_open, turn = kept["facts"]["S"].split("|")
    own = f"{_BASE}/v1/handoffs/{id}"
    code = id[3:] + spelled(mac("code", id.encode(), b"0")[:10])
    return {
        "id": id, "status": status, "sequence": 1, "session": lane or None, "place": {"wait": wait},
        "hours": {
            "open": is_open == "1",
            "closes_at" if is_open == "1" else "next_open_at": _moment(int(turn)) if turn else None,
        },
        "links": {"self": own, "youth": f"{_BASE}/y/{code}", "cancel": f"{own}/cancel"},
        "fallback": _FALLBACK,
    }  # fmt: skip


def _opening(now: int) -> tuple[bool, int | None]:
    """Whether it is open, and when that changes (ms): round the clock, or the same hours each day in Paris."""
    if _HOURS == "24/7":
        return True, None
    found = _DAILY.fullmatch(_HOURS)
    if found is None:
        raise ValueError("hours that a peer does not know")
    from zoneinfo import ZoneInfo

    here = datetime.fromtimestamp(now / 1000, ZoneInfo("Europe/Paris"))
    opens, closes = (
        here.replace(hour=int(found[n]), minute=int(found[n + 1]), second=0, microsecond=0) for n in (1, 3)
    )
    if here < opens:
        return False, int(opens.timestamp() * 1000)
    if here < closes:
        return True, int(closes.timestamp() * 1000)
    return False, int((opens + timedelta(days=1)).timestamp() * 1000)


def _moment(at: int) -> str:
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(at / 1000, ZoneInfo("Europe/Paris")).isoformat(timespec="seconds")
