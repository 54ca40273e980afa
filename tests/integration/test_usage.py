"""The partners' door under limits: every answer says what is left, reads wait, no tap is ever refused, few writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from chalice.test import Client, HTTPResponse
from cryptography.hazmat.primitives.asymmetric import ec

from app import app
from chalicelib import wiring
from chalicelib.desk.ids import session_id
from chalicelib.identity import read_key
from chalicelib.model.usage import KINDS, Kind
from chalicelib.problems import Problem
from chalicelib.wiring import assemble
from tests.corpus.recipe import GONE, Recipe
from tests.integration.conftest import House
from tests.sdk import SdkClients
from tests.unit.test_identity_partner import pem

BODY = b'{"platform":"tiktok","kind":"call","locale":"fr","session":"chat"}'
JTI = "limits-0123456789"
KEY = ec.generate_private_key(ec.SECP256R1())
TODAY = {"pk": {"S": "usage#tiktok"}, "sk": {"S": "2026-11-22"}}


@dataclass
class Platform:
    """A partner in front of the door: signs every request by the clock of the house."""

    house: House
    http: Any
    updates: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes = b"", jti: str = JTI, known: str = "") -> HTTPResponse:
        recipe = Recipe(
            KEY, "k1", "tiktok", KEY, "k1", "tiktok", "http://hub.test", self.house.clock() // 1000, body, method, path,
            jti,
        )  # fmt: skip
        claims = recipe.claims(scope="handoff:create handoff:read handoff:cancel")
        if not body:
            claims = recipe.claims(scope=claims["scope"], content_digest=GONE)
        headers = {"Authorization": f"Bearer {recipe.signed(claims=claims)}", "If-None-Match": known}
        if body:
            headers["Content-Type"] = "application/json"
        found: HTTPResponse = self.http.request(method, path, headers=headers, body=body)
        return found

    def tap(self, jti: str = JTI) -> HTTPResponse:
        return self.ask("POST", "/v1/handoffs", BODY, jti)

    def counts(self) -> dict[str, int]:
        row = self.house.db.get_item(TableName="sessions", Key=TODAY).get("Item", {})
        return {kind: int(row[kind]["N"]) for kind in KINDS if kind in row}


@pytest.fixture
def platform(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A partner with 4 requests a minute and 12 a day."""
    key = read_key(pem(KEY))
    row = {
        "pk": "partner#tiktok", "sk": "partner", "id": "tiktok", "platforms": {"tiktok"},
        "keys": {"k1": {"alg": key.alg, "jwk": key.jwk}}, "burst": 4, "day": 12,
    }  # fmt: skip
    house.db.put_item(TableName="sessions", Item={k: TypeSerializer().serialize(v) for k, v in row.items()})
    made = Platform(house, None)

    def watch(client: Any) -> None:
        for name in ("UpdateItem", "PutItem"):
            client.meta.events.register(
                f"before-call.dynamodb.{name}", lambda model, **_: made.updates.append(model.name)
            )

    watched = replace(house, desk=assemble(house.settings, clock=house.clock, clients=SdkClients(watch)))
    made.house = watched
    monkeypatch.setattr(wiring, "desk", lambda: watched.desk)
    monkeypatch.setattr(wiring, "settings", lambda: watched.settings)
    with Client(app) as client:
        made.http = client.http
        yield made


def left(answer: HTTPResponse) -> tuple[int, int]:
    """(requests left in the minute, in the day), and that the policy stands beside them."""
    assert answer.headers["RateLimit-Policy"] == '"burst";q=4;w=60, "day";q=12;w=86400'
    burst, day = str(answer.headers["RateLimit"]).split(", ")
    assert burst.startswith('"burst";r=') and day.startswith('"day";r=')
    return tuple(int(one.split(";r=")[1].split(";")[0]) for one in (burst, day))  # type: ignore[return-value]


def test_over_the_minute_reads_are_shed_and_no_tap_repeat_or_cancel_ever_is(platform: Platform) -> None:
    first = platform.tap()
    assert (first.status_code, left(first)) == (201, (3, 11))
    path = f"/v1/handoffs/{json.loads(first.body)['id']}"
    assert [platform.ask("GET", path).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = platform.ask("GET", path)
    told = json.loads(refused.body)
    assert (told["code"], told["status"], left(refused)) == ("rate_limited", 429, (0, 8))
    assert refused.headers["Retry-After"] == "60"
    again = platform.tap()
    assert (again.status_code, again.body, left(again)[0]) == (200, first.body, 0)
    for n in range(20):
        assert platform.tap(f"limits-012345678{n:02d}").status_code == 201
    assert platform.ask("POST", f"{path}/cancel").status_code == 200
    platform.house.clock.pass_seconds(60)
    assert platform.ask("GET", path).status_code == 429  # the day is used up by now
    platform.house.clock.pass_seconds(13 * 3600)
    fresh = platform.ask("GET", path)
    assert (fresh.status_code, left(fresh)) == (200, (3, 11))


def test_every_answer_to_a_proven_partner_says_what_is_left_and_no_other_does(platform: Platform) -> None:
    path = f"/v1/handoffs/{json.loads(platform.tap().body)['id']}"
    known = platform.ask("GET", path, known='"1"')
    assert (known.status_code, left(known)) == (304, (2, 10))
    absent = platform.ask("GET", "/v1/handoffs/ho_" + "a" * 26)
    assert (absent.status_code, left(absent)) == (404, (1, 9))
    bad = platform.ask("POST", "/v1/handoffs", b"[]", "limits-bad-0123456789")
    assert (bad.status_code, left(bad)) == (400, (0, 8))
    stranger = platform.http.get(path, headers={"Authorization": "Bearer x"})
    assert stranger.status_code == 401
    assert "RateLimit" not in stranger.headers and "RateLimit-Policy" not in stranger.headers


def test_a_day_is_counted_in_one_row_by_what_became_of_each_request(platform: Platform) -> None:
    id = json.loads(platform.tap().body)["id"]
    assert platform.counts() == {"handoffs": 1}  # the first is told at once: a lone tap is never lost
    platform.tap()
    platform.ask("GET", f"/v1/handoffs/{id}")
    platform.ask("POST", "/v1/handoffs", b"{}", "limits-bad-0123456789")
    platform.ask("GET", f"/v1/handoffs/{id}")
    assert platform.counts() == {"handoffs": 1}
    platform.house.clock.pass_seconds(30)
    platform.ask("POST", f"/v1/handoffs/{id}/cancel")
    assert platform.counts() == {"handoffs": 1, "replays": 1, "reads": 1, "cancels": 1, "refused": 1, "shed": 1}
    row = platform.house.db.get_item(TableName="sessions", Key=TODAY)["Item"]
    assert set(row) == {"pk", "sk", "expires_at", *KINDS}  # no index holds it, and it goes by itself
    assert int(row["expires_at"]["N"]) - 1_795_305_600 == 400 * 86_400


def test_a_read_costs_no_write_but_one_in_thirty_seconds(platform: Platform) -> None:
    path = f"/v1/handoffs/{json.loads(platform.tap().body)['id']}"
    platform.updates.clear()
    for _ in range(20):
        platform.ask("GET", path)
        platform.house.clock.pass_seconds(1)
    assert platform.updates == []
    platform.house.clock.pass_seconds(10)
    platform.ask("GET", path)
    assert platform.updates == ["UpdateItem"]


def test_a_process_learns_from_the_row_what_others_counted(platform: Platform) -> None:
    platform.house.db.put_item(TableName="sessions", Item={**TODAY, "handoffs": {"N": "2"}, "reads": {"N": "9"}})
    first = platform.tap()
    assert left(first)[1] == 11  # not known before the first count was told
    read = platform.ask("GET", f"/v1/handoffs/{json.loads(first.body)['id']}")
    assert (read.status_code, left(read)[1]) == (429, 0)
    assert int(read.headers["Retry-After"]) == 13 * 3600


def test_yesterdays_last_counts_go_to_yesterday(platform: Platform) -> None:
    id = json.loads(platform.tap().body)["id"]
    platform.ask("GET", f"/v1/handoffs/{id}")
    platform.house.clock.pass_seconds(13 * 3600)
    platform.ask("GET", f"/v1/handoffs/{id}")
    assert platform.counts() == {"handoffs": 1, "reads": 1}
    tomorrow = platform.house.db.get_item(TableName="sessions", Key={**TODAY, "sk": {"S": "2026-11-23"}})["Item"]
    assert tomorrow["reads"] == {"N": "1"}


class Broken:
    """A meter that does not answer."""

    def __init__(self) -> None:
        self.asked = 0

    def add(self, partner: str, at: int, counts: Mapping[Kind, int]) -> Mapping[Kind, int]:
        self.asked += 1
        raise Problem("unavailable")


def test_a_meter_that_fails_harms_no_request_and_is_left_alone_for_a_while(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Broken()
    desk = replace(platform.house.desk, usage=broken)
    monkeypatch.setattr(wiring, "desk", lambda: desk)
    first = platform.tap()
    assert (first.status_code, left(first)) == (201, (3, 11))
    path = f"/v1/handoffs/{json.loads(first.body)['id']}"
    assert [platform.ask("GET", path).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert broken.asked == 1
    assert platform.counts() == {}
    platform.house.clock.pass_seconds(60)
    working = replace(desk, usage=platform.house.desk.usage)
    monkeypatch.setattr(wiring, "desk", lambda: working)
    platform.ask("GET", path)
    assert platform.counts() == {"handoffs": 1, "reads": 4, "shed": 1}


def test_a_fault_of_ours_is_not_counted_as_the_partners(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    class Down:
        def __getattr__(self, name: str) -> Any:
            raise Problem("unavailable", retry_after=1)

    desk = replace(platform.house.desk, sessions=Down())
    monkeypatch.setattr(wiring, "desk", lambda: desk)
    answer = platform.tap()
    assert (answer.status_code, left(answer)[0], answer.headers["Retry-After"]) == (503, 3, "1")
    assert platform.counts() == {}


def test_a_closed_handoff_is_not_to_be_read_again(platform: Platform) -> None:
    platform.tap()
    path = f"/v1/handoffs/{session_id(platform.house.desk.secrets, 'tiktok', 'limits-0123456789')}"
    assert platform.ask("GET", path).headers["Retry-After"] == "5"
    platform.ask("POST", f"{path}/cancel")
    closed = platform.ask("GET", path)
    assert json.loads(closed.body)["status"] == "closed"
    assert "Retry-After" not in closed.headers
