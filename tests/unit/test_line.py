"""The keys of the lane index: what they say is read back as it was written."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.model.line import Place, closed_on, held, partition, place, queued
from chalicelib.model.session import TARGETS, Band, Facts, Reason, Session, State, Status

NOW = 1_795_345_200_000
WAITING = Session(
    id="ho_" + "a" * 26, partner="tiktok", platform="tiktok", kind="report", locale="fr", created=NOW, fingerprint=b"f",
    facts=Facts(Status.WAITING, "chat", "now", True, None), state=State.WAITING, status=Status.WAITING, lane="chat",
    due=NOW, deadline=NOW + TARGETS[Band.SOON], band=Band.SOON, youth_seen=NOW,
)  # fmt: skip


def test_a_waiting_row_tells_its_band_rung_and_reservation() -> None:
    row = queued(place(replace(WAITING, audience="@counsellor#2", reserved_until=NOW + 5)))
    assert (row.id, row.deadline, row.due, row.band) == (WAITING.id, WAITING.deadline, NOW, Band.SOON)
    assert (row.status, row.sequence, row.audience, row.reserved_until) == (
        Status.WAITING, 1, "@counsellor#2", NOW + 5,
    )  # fmt: skip
    assert not row.free_for({"@counsellor-1", "lawyer"}, NOW + 4)
    assert row.free_for({"@counsellor#2"}, NOW + 4)
    assert row.free_for((), NOW + 5), "the reservation is over by itself"


def test_a_row_that_was_put_off_does_not_tell_its_band() -> None:
    assert not queued(place(WAITING)).was_put_off
    assert queued(place(replace(WAITING, due=NOW + 1))).was_put_off


def test_a_row_without_a_reservation_is_free_for_all_also_one_written_before_there_were_any() -> None:
    row = place(WAITING)
    before = Place(row.pk, row.sk.removesuffix("##"))
    for found in (queued(row), queued(before)):
        assert (found.id, found.audience) == (WAITING.id, "")
        assert found.free_for((), NOW)


def test_a_held_row_tells_who_since_when() -> None:
    mine = replace(WAITING, state=State.CLAIMED, owner="sub-1", holder="counsellor-1", claimed_at=NOW)
    assert place(mine).pk == partition("held", 0)
    row = held(place(mine).sk)
    assert (row.owner, row.since, row.id, row.lane, row.holder) == ("sub-1", NOW, WAITING.id, "chat", "counsellor-1")


def test_what_is_over_stands_under_its_day_unless_something_must_be_erased_first() -> None:
    over = replace(WAITING, state=State.CLOSED, closed_at=NOW, reason=Reason.HELPED, waited=42)
    assert place(over).pk == closed_on(NOW)
    assert place(over).sk == f"{NOW}#{over.id}#{NOW}#tiktok#chat#soon#42#helped#{NOW}"
    sealed = replace(over, sealed=True, undo_until=NOW + 900_000)
    assert (place(sealed).pk, place(sealed).sk[:13]) == (partition("erase", 0), str(NOW + 900_000))
    assert place(replace(sealed, erased=True)).pk == closed_on(NOW)
