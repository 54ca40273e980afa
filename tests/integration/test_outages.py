"""Faults found while parts of AWS were down, over the real adapters. The modes themselves stand in tests/degraded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.aws.batch import delete_batch, read_batch
from chalicelib.aws.clients import patience
from chalicelib.aws.codec import key
from chalicelib.aws.connections import CONNECT_WITHIN
from chalicelib.aws.provider import ENABLED_TRUSTED, CognitoProvider
from chalicelib.desk import claims, youth
from chalicelib.desk.papers import read_papers
from chalicelib.desk.queue import AGAIN_AFTER, queue, screen
from chalicelib.doors.desk_views import desk_session
from chalicelib.doors.youth_views import youth_state
from chalicelib.model.session import LANES
from chalicelib.ports import Gone
from chalicelib.problems import Problem
from tests.integration.conftest import Clock, House
from tests.integration.test_counsellors import enter, stored
from tests.integration.test_partners import CHAT, hand_over


class Down:
    """A port of which some verbs are not to be had; ``asked`` counts how often they were tried."""

    def __init__(self, port: Any, *verbs: str, fault: Exception | None = None) -> None:
        self._port, self._verbs, self.asked = port, verbs, 0
        self._fault = fault or Problem("unavailable", retry_after=1)

    def __getattr__(self, name: str) -> Any:
        if name not in self._verbs:
            return getattr(self._port, name)
        return self._refuse

    def _refuse(self, *_args: Any, **_more: Any) -> Any:
        self.asked += 1
        raise self._fault


def shown(house: House, desk: Any, id: str) -> Mapping[str, Any]:
    session = stored(house, id)
    return desk_session(desk, session, house.first, read_papers(desk, session, house.first), whole=True)


def test_a_claim_whose_words_cannot_be_opened_is_answered_and_says_so(house: House) -> None:
    """It stood, and was answered 503: the counsellor did not learn of the child they held."""
    id = hand_over(house, {**CHAT, "report": {"category": "hate"}}).session.id
    youth.say(house.desk, id, enter(house, stored(house, id)), 1, "bonjour")
    desk = replace(house.desk, cipher=Down(house.desk.cipher, "open", "seal", fault=Gone(passing=True)))
    held = claims.claim(desk, house.first, LANES)
    assert held is not None and held.id == id
    told = shown(house, desk, id)
    assert (told["mine"], told["unreadable"], told["messages"], told["counters"]["youth"]) == (True, True, [], 1)
    assert "report" not in told, "null would say that there is none"
    well = shown(house, house.desk, id)
    assert (well["unreadable"], well["messages"][0]["text"], well["report"]["category"]) == (False, "bonjour", "hate")


def test_a_claim_stands_when_the_same_youths_other_sessions_cannot_be_found(house: House) -> None:
    id = hand_over(house, {**CHAT, "subject": "user-1"}).session.id
    desk = replace(house.desk, sessions=Down(house.desk.sessions, "of_subject"))
    held = claims.claim(desk, house.first, LANES)
    assert held is not None and held.id == id
    assert shown(house, desk, id)["unreadable"] is True


def test_the_line_is_shown_while_nothing_can_be_written(house: House) -> None:
    """A look at the line failed with the row that says who is looking."""
    hand_over(house, CHAT)
    presence = Down(house.desk.presence, "mark")
    directory = Down(house.desk.directory, "save_line")
    desk = replace(house.desk, presence=presence, directory=directory)
    for _ in range(3):
        assert len(screen(desk, house.first).line.lanes["chat"].due) == 1
        house.clock.pass_seconds(1)
    assert (presence.asked, directory.asked) == (1, 1), "each look waited for it"
    house.clock.pass_seconds(AGAIN_AFTER / 1000)
    screen(desk, house.first)
    assert (presence.asked, directory.asked) == (2, 2)
    assert queue(house.desk).lanes["chat"].oldest is not None


def test_a_tap_is_not_refused_because_the_wait_cannot_be_told(house: House) -> None:
    desk = replace(house.desk, directory=Down(house.desk.directory, "line"))
    first = hand_over(replace(house, desk=desk), CHAT).session
    assert first.facts.wait == "longer"
    assert youth_state(desk, first, [])["wait"] == "longer"


class Stingy:
    """A table that leaves the last item out of its first answers."""

    def __init__(self, times: int) -> None:
        self.times, self.asked = times, 0

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - as AWS spells it
        self.asked += 1
        wanted = RequestItems["t"]["Keys"]
        left = wanted[-1:] if self.asked <= self.times else []
        given = [one for one in wanted if one not in left]
        more = {"t": {"Keys": left}} if left else {}
        return {"Responses": {"t": given}, "UnprocessedKeys": more}


def test_what_a_batch_leaves_out_is_asked_for_again_but_not_for_ever() -> None:
    """It was asked for without a pause until the function's time was up."""
    keys = [key("a", "x"), key("b", "x")]
    assert read_batch(Stingy(3), "t", keys) == keys
    endless = Stingy(10**6)
    with pytest.raises(Problem) as refused:
        read_batch(endless, "t", keys)
    assert (refused.value.code, refused.value.retry_after, endless.asked) == ("unavailable", 1, 4)


class Full:
    """A table that leaves the last deletion out of its first answers."""

    def __init__(self, times: int) -> None:
        self.times, self.asked, self.deleted = times, 0, list[Any]()

    def batch_write_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - as AWS spells it
        self.asked += 1
        wanted = RequestItems["t"]
        left = wanted[-1:] if self.asked <= self.times else []
        self.deleted += [one["DeleteRequest"]["Key"] for one in wanted if one not in left]
        return {"UnprocessedItems": {"t": left} if left else {}}


def test_what_a_batch_does_not_delete_is_asked_for_again_but_not_for_ever() -> None:
    keys = [key("a", f"{n:02}") for n in range(26)]
    table = Full(3)
    delete_batch(table, "t", keys)
    assert sorted(table.deleted, key=str) == keys
    assert table.asked == 4 + 1
    with pytest.raises(Problem) as refused:
        delete_batch(Full(10**6), "t", keys)
    assert (refused.value.code, refused.value.retry_after) == ("unavailable", 1)


class Directory:
    """The provider's directory: says that everybody is enabled, or nothing."""

    def __init__(self) -> None:
        self.silent, self.asked = False, 0

    def admin_get_user(self, **_: Any) -> dict[str, Any]:
        self.asked += 1
        if self.silent:
            raise Problem("unavailable")
        return {"Enabled": True}


def provider(directory: Directory, clock: Clock) -> CognitoProvider:
    clients: Any = {"cognito-idp": directory}.__getitem__
    return CognitoProvider(clients, pool="p", client_id="c", jwks_url="", token_url="", clock=clock)


def test_a_silent_directory_is_not_waited_for_at_each_look_of_a_counsellor() -> None:
    """Each look at the line asked it again, once a second, and took as long as the silence was waited for."""
    directory, clock = Directory(), Clock()
    asked = provider(directory, clock)
    assert asked.enabled("one") and directory.asked == 1
    directory.silent = True
    for _ in range(30):
        clock.pass_seconds(1)
        assert asked.enabled("one")
    assert directory.asked <= 4
    with pytest.raises(Problem):
        asked.enabled("stranger")
    clock.pass_seconds(ENABLED_TRUSTED / 1000)
    with pytest.raises(Problem):
        asked.enabled("one")
    directory.silent = False
    assert asked.enabled("one")


def test_the_vault_and_the_directory_are_not_waited_for_as_long_as_the_table() -> None:
    """A tap with a number took more than eight seconds while the vault hung."""
    longest = {}
    for service in ("dynamodb", "kms", "cognito-idp"):
        within, tries = patience(service)
        longest[service] = (CONNECT_WITHIN + within) * tries
    assert longest["kms"] == longest["cognito-idp"] == 3 < longest["dynamodb"]


def test_a_view_of_what_nobody_holds_reads_nothing_that_is_sealed(house: House) -> None:
    id = hand_over(house, CHAT).session.id
    desk: Any = SimpleNamespace(**house.desk.__dict__, unused=None)
    desk.cipher = Down(None, "open", fault=AssertionError("opened"))
    assert read_papers(desk, stored(house, id), house.first).unreadable is False
