"""What the fuzzer found at the doors: each test is named after the fault."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from chalice.test import Client

from app import app
from chalicelib import wiring
from chalicelib.desk.ids import youth_code
from chalicelib.doors import counsellors as counsellors_door
from tests.integration.conftest import House
from tests.integration.test_partners import CHAT, JTI, hand_over


@pytest.fixture
def http(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The doors over a fresh house, a counsellor signed in."""
    monkeypatch.setattr(wiring, "desk", lambda: house.desk)
    monkeypatch.setattr(wiring, "settings", lambda: house.settings)
    monkeypatch.setattr(counsellors_door, "counsellor", lambda _: house.first)
    with Client(app) as client:
        yield client


def refused(http: Client, path: str, cookie: str = "") -> list[tuple[str, str]]:
    """The places of a refused query."""
    answer = http.http.get(path, headers={"Cookie": cookie})
    assert answer.status_code == 400, (path, answer.body)
    assert answer.headers["Content-Type"] == "application/problem+json"
    return [(place["pointer"], place["code"]) for place in json.loads(answer.body)["errors"]]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "nonsense", ""])
@pytest.mark.parametrize("path", ["/v1/health", "/v1/availability", "/r", "/y/nothing", "/console"])
def test_a_get_with_any_content_type_is_answered_by_the_hub_itself(http: Client, path: str, kind: str) -> None:
    """Chalice refused it with a 415 of its own: no problem for a program, no page for a youth."""
    with_kind = http.http.get(path, headers={"Content-Type": kind, "Accept": "text/html"})
    without = http.http.get(path, headers={"Accept": "text/html"})
    assert with_kind.status_code == without.status_code != 415
    assert with_kind.headers["Content-Type"] == without.headers["Content-Type"]


@pytest.mark.parametrize("text", ["-1", "1000000", "x", "", "1.0", "\u0661"])
def test_a_number_that_is_none_was_taken_for_left_out(http: Client, house: House, text: str) -> None:
    taken = hand_over(house, CHAT, JTI).session
    opened = http.http.get(f"/y/{youth_code(house.desk.secrets, taken)}")
    cookie = str(opened.headers["Set-Cookie"]).partition(";")[0]
    for side in ("youth", "counsellor"):
        assert refused(http, f"/s/{taken.id}/state?{side}={text}", cookie) == [(f"/{side}", "integer")]
    known = {"youth": "0", "counsellor": "0", "notes": "0"}
    for side in known:
        query = "&".join(f"{name}={value}" for name, value in {**known, side: text}.items())
        assert refused(http, f"/v1/desk/sessions/{taken.id}?{query}") == [(f"/{side}", "integer")]


@pytest.mark.parametrize("word", ["no", "YES", "1", "", "AAA"])
def test_watching_that_was_not_yes_was_taken_for_no(http: Client, word: str) -> None:
    assert refused(http, f"/v1/desk/queue?watching={word}") == [("/watching", "enum")]


def test_watching_is_yes_or_left_out(http: Client) -> None:
    assert [http.http.get(f"/v1/desk/queue{query}").status_code for query in ("", "?watching=yes")] == [200, 200]
