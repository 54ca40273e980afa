"""Bodies: what the schemas allow is read, the rest is a problem that says where and repeats nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contract import check, check_content_type, read, read_handoff
from chalicelib.contract.places import MOST
from chalicelib.contract.shapes import moment
from chalicelib.model.handoff import CallbackWish, Content, Handoff, Report
from chalicelib.problems import Problem
from chalicelib.strictjson import LARGEST
from tests.corpus.bodies import SMALLEST, BadBody, bad_bodies, good_bodies

BAD = list(bad_bodies())
ROOT = Path(__file__).resolve().parents[2]


def take(body: BadBody) -> Handoff:
    """Take a body as the door does."""
    check_content_type(body.content_type)
    return read_handoff(body.body)


def refusal(schema: str, value: Any) -> Problem:
    """The refusal of a value by a schema."""
    with pytest.raises(Problem) as caught:
        read(schema, json.dumps(value).encode())
    return caught.value


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in good_bodies()])
def test_a_good_body_is_taken(body: bytes) -> None:
    assert read_handoff(body).platform == "tiktok"


@pytest.mark.parametrize("body", BAD, ids=lambda body: body.name)
def test_a_bad_body_is_a_problem_with_a_place(body: BadBody) -> None:
    with pytest.raises(Problem) as caught:
        take(body)
    problem = caught.value
    assert (problem.code, problem.fact.status in body.statuses) == (body.code, True)
    assert body.pointer in [place.pointer for place in problem.errors]
    assert 1 <= len(problem.errors) <= MOST
    assert len({(place.pointer, place.code, place.detail) for place in problem.errors}) == len(problem.errors)


def test_every_bad_body_has_its_own_name() -> None:
    assert len({body.name for body in BAD}) == len(BAD)


def test_no_place_repeats_what_was_sent() -> None:
    canary = "0639981234"
    sent = {
        **SMALLEST, "platform": canary + "!", "kind": canary, "locale": canary, "role": canary,
        canary: canary, f"x-{canary}": 1, "return_url": canary,
        "callback": {"number": canary * 9, "not_before": canary, "voicemail": canary, canary: 1},
        "report": {"category": canary, "contents": [{"url": canary, canary: canary}, canary]},
    }  # fmt: skip
    problem = refusal("handoff-request", sent)
    assert len(problem.errors) > 10
    assert canary not in repr(problem.errors)


def test_no_more_than_twenty_places_are_named() -> None:
    assert len(refusal("handoff-request", {**SMALLEST, "report": {"contents": [{"url": "x"}] * 400}}).errors) == MOST


def test_each_missing_member_is_named_once() -> None:
    assert [place.pointer for place in refusal("handoff-request", {}).errors] == [
        "/platform",
        "/kind",
        "/locale",
    ]


def test_a_full_handoff_becomes_the_models_words() -> None:
    body = {
        "platform": "instagram", "kind": "report", "session": "callback", "locale": "fr-FR", "role": "youth",
        "age_band": "13_14", "subject": "s", "danger": True, "return_url": "insta://back",
        "callback": {
            "number": "06 39 98 12 34", "not_before": "2026-11-22T17:00:00+01:00",
            "not_after": "2026-11-22T18:00:00.5Z", "voicemail": True, "caller_id": "3018",
        },
        "report": {
            "platform_report_ref": "R", "category": "hate",
            "contents": [{"url": "https://x.example/é", "type": "video"}],
        },
    }  # fmt: skip
    at = int(datetime(2026, 11, 22, 16, tzinfo=UTC).timestamp()) * 1000
    assert read_handoff(json.dumps(body).encode()) == Handoff(
        "instagram", "report", "fr-FR", "callback", "youth", "13_14", "s", danger=True,
        callback=CallbackWish("06 39 98 12 34", at, at + 7_200_500, voicemail=True, caller_id="3018"),
        report=Report("R", "hate", (Content("https://x.example/é", None, "video"),)),
        return_url="insta://back",
    )  # fmt: skip


def test_what_a_handoff_leaves_out_has_its_default() -> None:
    assert read_handoff(json.dumps(SMALLEST).encode()) == Handoff("tiktok", "call", "fr")
    empty = {**SMALLEST, "callback": {}, "report": {}}
    assert read_handoff(json.dumps(empty).encode()) == Handoff(
        "tiktok", "call", "fr", callback=CallbackWish(), report=Report()
    )


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t01:00:00.001+01:00", 1),
        ("1969-12-31T23:59:59.9999Z", -1),
        ("2026-11-22T02:45:00.000Z", 1795315500000),
        ("2026-11-22T02:45:00-00:00", 1795315500000),
        ("0001-01-01T00:00:00+23:59", -62135596800000 - 86_340_000),
        ("9999-12-31T23:59:59.999-23:59", 253402300799999 + 86_340_000),
    ],
)
def test_a_moment_is_read_in_ms(text: str, ms: int) -> None:
    assert moment(text) == ms


@given(st.datetimes(timezones=st.timezones()))
def test_every_moment_python_writes_is_read_back(at: datetime) -> None:
    offset = at.utcoffset()
    if offset is None or offset.total_seconds() % 60:
        return
    whole = (at.replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    assert moment(at.isoformat()) == int(whole) * 1000 + at.microsecond // 1000


# Every integer is an epoch: one that is not current is taken over, not a bad request.


@pytest.mark.parametrize("schema", ["desk-epoch"])
@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ("0", 0), ("-1", -1), ("7", 7), ("-0", 0), ("1.0", 1), ("1e2", 100), (str(10**18), LARGEST),
        (str(10**18 + 1), LARGEST), ("9" * 38, LARGEST), ("-" + "9" * 39, -LARGEST), ("9" * 5000, LARGEST),
        ("-" + "1" * 60_000, -LARGEST),
        ("1e300", LARGEST),
    ],
)  # fmt: skip
def test_every_integer_is_an_epoch(schema: str, sent: str, arrives: int) -> None:
    epoch = read(schema, b'{"epoch":' + sent.encode() + b"}")["epoch"]
    assert (epoch, type(epoch)) == (arrives, int)


@given(st.integers())
def test_any_integer_at_all_is_an_epoch(n: int) -> None:
    assert read("desk-epoch", json.dumps({"epoch": n}).encode())["epoch"] == max(-LARGEST, min(LARGEST, n))


@pytest.mark.parametrize("value", [None, True, "1", 1.5, [1], {}])
def test_what_is_no_integer_is_no_epoch(value: Any) -> None:
    assert [place.pointer for place in refusal("desk-epoch", {"epoch": value}).errors] == ["/epoch"]


@pytest.mark.parametrize(
    ("schema", "value", "pointer"),
    [
        ("desk-claim", {"lane": "phone"}, "/lane"),
        ("desk-claim", {"lane": None}, "/lane"),
        ("desk-claim", {"lanes": ["chat"]}, "/lanes"),
        ("desk-close", {"epoch": 1, "reason": "left_safely"}, "/reason"),
        ("desk-close", {"epoch": 1}, "/reason"),
        ("desk-message", {"epoch": 1, "n": 0, "text": "a"}, "/n"),
        ("desk-message", {"epoch": 1, "n": 1, "text": ""}, "/text"),
        ("desk-message", {"epoch": 1, "n": 1, "text": "a" * 2001}, "/text"),
        ("desk-message", {"epoch": 1, "n": 1, "text": "a\u0000"}, "/text"),
        ("desk-message", {"epoch": 1, "n": 1, "text": "a\u001b[31m"}, "/text"),
        ("desk-attempt", {"epoch": 1, "outcome": "voicemail"}, "/outcome"),
        ("youth-message", {"n": 1, "text": ["a"]}, "/text"),
        ("youth-choice", {"session": "callback", "voicemail": True}, "/voicemail"),
        ("youth-choice", {"when": "now"}, "/session"),
        ("youth-choice", {"session": "callback", "caller_id": "private"}, "/caller_id"),
        ("youth-act", {"token": "x" * 257}, "/token"),
        ("youth-act", {"still": "yes"}, "/still"),
        ("youth-here", {"still": "no"}, "/still"),
        ("youth-here", {"still": True}, "/still"),
        ("youth-resume", {}, "/code"),
        ("youth-resume", {"code": "x" * 65}, "/code"),
        ("youth-resume", {"code": 7}, "/code"),
    ],
)
def test_the_other_bodies_are_checked_too(schema: str, value: dict[str, Any], pointer: str) -> None:
    assert pointer in [place.pointer for place in refusal(schema, value).errors]


def test_text_keeps_its_lines_and_every_script() -> None:
    text = "Bonjour\r\n\tça va ? 👩🏽‍🚀 שלום\n"
    assert read("desk-message", json.dumps({"epoch": 1, "n": 1, "text": text}).encode())["text"] == text


def test_a_form_is_checked_by_the_same_schema() -> None:
    form = {"session": "callback", "number": "06 39 98 12 34", "when": "now", "voicemail": "no", "token": "t"}
    assert check("youth-choice", form) is form


values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.floats(-1e15, 1e15, allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(
    st.dictionaries(
        st.sampled_from([*SMALLEST, "callback", "report", "session", "danger", "subject", "return_url"]),
        values,
    )
)
def test_whatever_the_members_are_the_answer_is_a_handoff_or_a_problem(changes: dict[str, Any]) -> None:
    outcome: Handoff | Problem
    try:
        outcome = read_handoff(json.dumps({**SMALLEST, **changes}).encode())
    except Problem as problem:
        outcome = problem
    assert isinstance(outcome, Handoff) or (outcome.code == "bad_request" and outcome.errors)


def test_importing_the_contract_loads_no_library() -> None:
    code = "import sys, chalicelib.contract; print({'jsonschema', 'referencing', 'jwt'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
