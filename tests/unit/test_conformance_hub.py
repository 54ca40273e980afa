"""Part 1 of the kit: what it promises is what the hub keeps, and a hub that breaks a promise is caught."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.contract.shapes import load
from chalicelib.identity import REASONS
from chalicelib.model.rehearsal import SCRIPTS
from chalicelib.model.session import Status
from chalicelib.problems import CODES
from conformance import facts
from conformance.checks import Failed, NotTried, Stop, run
from conformance.hub import Kit, checks, handoffs, statuses, tokens
from conformance.hub.statuses import Walk, Walks, judge
from conformance.signer import Signer
from conformance.wire import Answer, Wire
from tests.conformance_stage import pem

BASE = "https://hub.example"
GOOD = load("handoff-answer")["examples"][0]
# What only time or a youth's browser brings about.
NEVER_TRIED = {"with_youth", "rate_limited", "internal"}
STAFF_OR_YOUTH = {"signed_out", "cross_site", "at_limit", "taken_over", "already_closed", "not_yours", "too_late",
                  "wrong_moment", "out_of_order", "no_number", "called_enough", "unsafe_number", "link_used",
                  "link_expired", "bad_code",
                  "stale_form"}  # fmt: skip


class Puppet(Wire):
    """A hub that says what the test wants, without a network."""

    def __init__(self, say: Callable[[str, str], Answer]) -> None:
        super().__init__(BASE)
        self._say = say

    def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        return self._say(method, path)


def kit(say: Callable[[str, str], Answer]) -> Kit:
    return Kit(Puppet(say), Signer("acme", "acme-1", pem(), BASE), "acme_app")


def says(status: int, value: Any, **headers: str) -> Answer:
    return Answer(status, {"content-type": "application/json", **headers}, json.dumps(value).encode())


def problem(code: str, http: int, **members: Any) -> Answer:
    whole = {"type": f"{BASE}/docs/problems#{code}", "title": "t", "status": http, "detail": "d", "code": code,
             "errors": [], "request_id": "r", **members}  # fmt: skip
    return says(http, whole, **{"content-type": "application/problem+json"})


NONSENSE: dict[str, Callable[[str, str], Answer]] = {
    "refuses everything": lambda _m, _p: says(418, {}),
    "takes everything": lambda _m, _p: says(201, GOOD, **{"cache-control": "public"}),
    "has lost its tables": lambda _m, _p: problem("internal", 501),
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_a_hub_that_talks_nonsense_fails_every_check(kind: str) -> None:
    passed, not_tried = [], set()
    for check in checks(kit(NONSENSE[kind])):
        if check.needs == ("walks",):  # none began
            continue
        try:
            check.run()
        except (Failed, Stop):
            continue
        except NotTried:
            not_tried.add(check.name)
        else:
            passed.append(check.name)
    assert passed == []
    assert not_tried == NEVER_TRIED | {"clock"}


@pytest.mark.parametrize(
    "answer",
    [problem("unauthorised", 401, detail=facts.GENERIC_401), problem("unauthorised", 401, detail=""), says(401, {})],
)
def test_where_the_hub_gives_no_reason_nothing_is_handed_over(answer: Answer) -> None:
    asked = []

    def say(method: str, path: str) -> Answer:
        asked.append(method)
        return problem("not_found", 404) if len(asked) == 1 else answer

    with pytest.raises(Stop, match="not a sandbox partner"):
        run(checks(kit(say)), lambda _: None)
    assert asked == ["GET", "GET"]


def test_a_walk_is_polled_up_to_its_end_as_the_answers_say() -> None:
    told = iter([("waiting", 1), ("connected", 2), ("connected", 2), ("closed", 3)])

    def say(method: str, path: str) -> Answer:
        if method == "POST":
            return says(201, {**GOOD, "place": {"wait": "longer"}, "hours": {"open": False}})
        status, sequence = next(told)
        pause = {} if status == "closed" else {"retry-after": "0"}
        return says(200, {"id": GOOD["id"], "status": status, "sequence": sequence}, etag=f'"{sequence}"', **pause)

    walks = Walks(kit(say), only=("walk",))
    walks.start()
    walk = walks.wait("walk")
    assert walk.seen == [(1, "waiting"), (2, "connected"), (3, "closed")]
    judge(walk)


def walk(*seen: tuple[int, str], name: str = "walk", fault: str = "") -> Walk:
    return Walk(name, "ho_1", time.monotonic(), list(seen), fault=fault)


@pytest.mark.parametrize(
    ("one", "word"),
    [
        (walk((1, "waiting"), (2, "connected"), (3, "waiting"), (4, "closed")), "went back"),
        (walk((1, "waiting"), (1, "connected"), (3, "closed")), "did not grow"),
        (walk((1, "waiting"), (2, "connected"), (2, "closed")), "did not grow"),
        (walk((1, "waiting"), (2, "helped"), (3, "closed")), "unknown"),
        (walk((1, "waiting"), (2, "connected")), "end"),
        (walk((1, "waiting"), (2, "connected"), (4, "closed")), "end"),
        (walk((1, "waiting"), (2, "connected"), (3, "closed"), name="left"), "not on its way"),
        (walk((1, "waiting"), (2, "closed"), fault="a 304 came with a body"), "304"),
    ],
)
def test_a_walk_that_breaks_a_promise_fails(one: Walk, word: str) -> None:
    with pytest.raises(Failed, match=word):
        judge(one)


def test_a_walk_may_skip_what_lies_between() -> None:
    judge(walk((1, "accepted"), (5, "closed"), name="fast"))


def test_the_answers_of_the_contract_keep_every_promise() -> None:
    for example in load("handoff-answer")["examples"]:
        assert handoffs.broken_promises({**example, "next_year": 1}, BASE) == []


@pytest.mark.parametrize("name", sorted(GOOD))
def test_an_answer_without_a_member_breaks_a_promise(name: str) -> None:
    assert name in handoffs.broken_promises({k: v for k, v in GOOD.items() if k != name}, BASE)[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "ho_1"), ("status", "helped"), ("sequence", 0), ("session", "phone"), ("place", {"wait": "soon"}),
        ("hours", {"open": 1, "closes_at": None}), ("hours", {"open": True}), ("fallback", {"tel": "+33 3018"}),
        ("fallback", {"tel": "3018", "emergency": []}), ("fallback", {"tel": "3018", "emergency": [17.5]}),
        ("links", {**GOOD["links"], "youth": "https://elsewhere.example/y/1"}), ("links", None), ("place", []),
    ],
)  # fmt: skip
def test_an_answer_with_a_wrong_member_breaks_a_promise(name: str, value: Any) -> None:
    assert any(name in sentence for sentence in handoffs.broken_promises({**GOOD, name: value}, BASE))


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (problem("bad_number", 400), "422 bad_number was promised"),
        (problem("bad_window", 422), "code is bad_window"),
        (says(422, {"code": "bad_number"}), "content type"),
        (problem("bad_number", 422, status=400), "the body says 400"),
        (problem("bad_number", 422, type="about:blank"), "about:blank"),
        (problem("bad_number", 422, errors=[{"pointer": "/callback"}]), "/callback/number"),
        (problem("bad_number", 422, errors=[{"pointer": "/callback/number"}], detail="0639980042?"), "repeats"),
    ],
)
def test_a_problem_that_breaks_a_promise_fails(answer: Answer, word: str) -> None:
    with pytest.raises(Failed, match=word):
        kit(NONSENSE["refuses everything"]).problem(
            answer, "bad_number", "post /v1/handoffs", places=["/callback/number"], hidden="0639980042"
        )  # fmt: skip


@pytest.mark.parametrize("missing", facts.PROBLEM_MEMBERS)
def test_a_problem_without_a_member_fails(missing: str) -> None:
    found = {name: value for name, value in problem("not_found", 404).json.items() if name != missing}
    answer = says(404, found, **{"content-type": "application/problem+json"})
    with pytest.raises(Failed, match=missing):
        kit(NONSENSE["refuses everything"]).problem(answer, "not_found", "get /v1/handoffs/{id}")


def test_what_the_kit_promises_is_what_the_hub_keeps() -> None:
    partners = {code: fact.status for code, fact in CODES.items() if code not in STAFF_OR_YOUTH}
    assert dict(facts.PROBLEMS) == partners
    assert CODES["unauthorised"].remedy == facts.GENERIC_401
    assert set(facts.PROBLEM_MEMBERS) <= set(load("problem")["properties"])
    assert [status.value for status in Status] == list(facts.LADDER)
    assert list(facts.WAITS) == load("common")["$defs"]["wait"]["enum"]
    scripts = {
        name: (-(-script.steps[-1][0] // 1000), tuple(status.value for _, status in script.steps))
        for name, script in SCRIPTS.items()
        if not script.busy_first
    }
    assert dict(facts.WALKS) == scripts
    assert set(statuses.TELLS) == set(scripts)


def test_each_wrong_token_is_wrong_in_what_the_hub_calls_it() -> None:
    reasons = " ".join(REASONS.values())
    for fault in tokens._faults():
        assert fault.word in reasons
        assert tokens.WHY[fault.name]


def test_everybody_can_tell_that_each_check_matters() -> None:
    found = list(checks(kit(NONSENSE["refuses everything"])))
    assert len({check.name for check in found}) == len(found)
    assert all(len(check.what) < 130 and len(check.why) > 20 for check in found)


def test_the_kit_knows_nothing_of_the_hubs_own_code() -> None:
    for path in (Path(__file__).parents[2] / "conformance").rglob("*.py"):
        assert "chalicelib" not in path.read_text("utf-8")
