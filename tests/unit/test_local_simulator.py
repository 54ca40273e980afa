"""The simulator knows what a platform knows, and sends what the contract takes."""

from __future__ import annotations

import pytest

from chalicelib.contract import read_handoff
from local.phones import PHONES, SESSIONS, handoff
from local.simulator import Tap
from ops.signer import compact


@pytest.mark.parametrize("name", sorted(PHONES))
@pytest.mark.parametrize("session", SESSIONS)
def test_every_tap_is_a_handoff_that_the_contract_takes(name: str, session: str) -> None:
    members = handoff(PHONES[name], session)
    read_handoff(compact(members))
    assert members.get("session", "none") == session


def test_each_tap_is_another_person() -> None:
    first, second = (handoff(PHONES["tiktok"], "chat") for _ in range(2))
    assert first["subject"] != second["subject"]
    assert first["report"]["platform_report_ref"] != second["report"]["platform_report_ref"]


def test_a_session_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="session"):
        handoff(PHONES["tiktok"], "video")


def test_a_tap_notes_a_status_when_it_changes_and_only_then() -> None:
    tap = Tap(phone="tiktok", id="ho_1", path="/", youth="", status="waiting", sequence=1, asked="chat")
    for status, sequence in (("waiting", 1), ("waiting", 1), ("connected", 2), ("connected", 2), ("closed", 3)):
        tap.learn(status, sequence)
    assert [change["status"] for change in tap.changes] == ["waiting", "connected", "closed"]
    assert tap.shown()["sequence"] == 3
