"""The handoff itself: what a 201 promises, what a retry gets, and how it is cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from conformance.checks import Check, Failed, expect
from conformance.facts import LADDER, WAITS
from conformance.hub.kit import HANDOFFS, PART, Kit
from conformance.signer import new_jti
from conformance.wire import Answer

__all__ = ["broken_promises", "checks"]

OPERATION = "post /v1/handoffs"
AT_ONCE = 4
READY = ("token", "sandbox")
_ID = re.compile(r"ho_[a-z2-7]{26}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{2,5}", re.ASCII)


def checks(kit: Kit) -> Iterator[Check]:
    """Taken, replayed, at the same time, mismatched, with the header, cancelled."""
    yield Check(
        PART, "taken", "A handoff is answered 201 with every promised member",
        "Your screen is made of it: the youth's link, the honest wait, the numbers that work when it does not.",
        lambda: _taken(kit), needs=READY,
    )  # fmt: skip
    yield Check(
        PART, "replay", "The same jti and body again are answered 200 with the same bytes",
        "A lost answer is retried without fear: one tap never becomes two children in the line.",
        lambda: _replay(kit), needs=("taken",),
    )  # fmt: skip
    yield Check(
        PART, "at_once", f"{AT_ONCE} retries at the same moment find one and the same handoff",
        "Time-outs and retries overlap in real life.",
        lambda: _at_once(kit), needs=("taken",),
    )  # fmt: skip
    yield Check(
        PART, "idempotency_mismatch", "The same jti with another body is refused with 422 idempotency_mismatch",
        "A jti that is used twice by mistake must not swallow the second child.",
        lambda: _mismatch(kit), needs=("taken",),
    )  # fmt: skip
    yield Check(
        PART, "idempotency_key", "An Idempotency-Key header is taken only if it equals the jti",
        "You need not send it: the jti is the key. If a library of yours sends one, it must be the same.",
        lambda: _header(kit), needs=("taken",),
    )  # fmt: skip
    yield Check(
        PART, "cancel", "A handoff is cancelled with 200, and cancelled again with the same 200",
        "When a youth turns back before the page opened, nobody waits for a child who is gone.",
        lambda: _cancel(kit), needs=("taken",),
    )  # fmt: skip


def _taken(kit: Kit) -> None:
    jti, body = new_jti(), kit.body()
    answer = kit.ask("POST", HANDOFFS, body, jti=jti)
    if answer.status == 403:
        raise Failed(f"platform {kit.platform} was answered {answer}", "Name one of your own with --platform.")
    expect(answer.status == 201, f"the answer was {answer}")
    broken = broken_promises(answer.json, kit.wire.base)
    expect(not broken, "; ".join(broken))
    expect(answer.headers.get("location") == answer.json["links"]["self"], "Location is not links.self")
    expect("no-store" in answer.headers.get("cache-control", ""), "Cache-Control lacks no-store")


def broken_promises(found: dict[str, Any], base: str) -> list[str]:
    """What of the documented answer is missing or wrong, as sentences; unknown members are fine."""
    links, fallback = _object(found, "links"), _object(found, "fallback")
    numbers = fallback.get("emergency")
    promised = {
        "id": _ID.fullmatch(str(found.get("id", ""))),
        "status": found.get("status") in LADDER,
        "sequence": found.get("sequence") == 1,
        "session": "session" in found and found["session"] in ("chat", "callback", None),
        "place.wait": _object(found, "place").get("wait") in WAITS,
        "hours.open": isinstance(_object(found, "hours").get("open"), bool),
        "hours.closes_at or next_open_at": {"closes_at", "next_open_at"} & set(_object(found, "hours")),
        "fallback.tel": fallback.get("tel") == "3018",
        "fallback.emergency": isinstance(numbers, list) and numbers and all(_NUMBER.fullmatch(str(n)) for n in numbers),
        **{f"links.{name}": str(links.get(name, "")).startswith(f"{base}/") for name in ("self", "youth", "cancel")},
    }
    return [f"{name} is missing or not as documented" for name, holds in promised.items() if not holds]


def _object(found: dict[str, Any], name: str) -> dict[str, Any]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def _replay(kit: Kit) -> None:
    jti, body = new_jti(), kit.body()
    first, again = (kit.ask("POST", HANDOFFS, body, jti=jti) for _ in range(2))
    expect((first.status, again.status) == (201, 200), f"the answers were {first} and {again}")
    expect(first.body == again.body, "the second answer differs from the first")
    expect(again.headers.get("idempotent-replayed") == "true", "Idempotent-Replayed: true is missing")


def _at_once(kit: Kit) -> None:
    jti, body = new_jti(), kit.body()

    def send(_: int) -> Answer:
        return kit.ask("POST", HANDOFFS, body, jti=jti)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(AT_ONCE)))
    statuses = sorted(answer.status for answer in answers)
    expect(statuses == [*[200] * (AT_ONCE - 1), 201], f"the answers were {', '.join(map(str, statuses))}")
    expect(len({answer.body for answer in answers}) == 1, "the answers differ")


def _mismatch(kit: Kit) -> None:
    jti = new_jti()
    expect(kit.ask("POST", HANDOFFS, kit.body(), jti=jti).status == 201, "the first one was not taken")
    answer = kit.ask("POST", HANDOFFS, kit.body(locale="en"), jti=jti)
    kit.problem(answer, "idempotency_mismatch", OPERATION)


def _header(kit: Kit) -> None:
    jti, body = new_jti(), kit.body()
    refused = kit.ask("POST", HANDOFFS, body, jti=jti, headers={"Idempotency-Key": "another"})
    kit.problem(refused, "bad_request", OPERATION, places=("",), hidden="another")
    taken = kit.ask("POST", HANDOFFS, body, jti=jti, headers={"Idempotency-Key": jti})
    expect(taken.status == 201, f"with the jti as its value the answer was {taken}")


def _cancel(kit: Kit) -> None:
    found = kit.hand_over("walk").json
    path = kit.wire.path_of(found["links"]["cancel"])
    first, again = (kit.ask("POST", path) for _ in range(2))
    expect((first.status, again.status) == (200, 200), f"the answers were {first} and {again}")
    expect(first.json.get("status") == "closed", f"the status is {first.json.get('status')}, not closed")
    expect(first.json == again.json, "the second answer differs from the first")
    after = kit.ask("GET", f"{HANDOFFS}/{found['id']}")
    expect(after.json == first.json, "the status afterwards is another")
    kit.problem(kit.ask("POST", f"{HANDOFFS}/ho_{'a' * 26}/cancel"), "not_found", "post /v1/handoffs/{id}/cancel")
