"""Faults that the sweep has found, each by its name."""

from __future__ import annotations

from contextlib import suppress

from chalicelib.desk import erasure, partners
from chalicelib.problems import Problem
from tests.crashpoints.deaths import Death, Watch, Way
from tests.crashpoints.people import CALL, FULL, NUMBER, send, tapped
from tests.crashpoints.world import PARTNER, World


def test_a_late_retry_of_an_erased_handoff_leaves_no_key_though_a_reply_about_the_key_was_lost() -> None:
    """Told that the number could not be kept, nobody thought of the key that had been made for it all the same."""
    for body in (CALL, FULL):
        for at in range(1, 10):
            world = World()
            session = tapped(world, body)
            partners.cancel(world.process(), PARTNER, session.id)
            try:
                again = send(world.process(Watch(at, Way.TOLD)), body)
            except Problem:  # a partner who is told so sends it once more
                again = send(world.process(), body)
            assert again.replayed
            left = [item["sk"]["S"] for item in world.db.items("sessions") if item["pk"]["S"] == session.id]
            assert (world.db.items("keys"), left) == ([], ["session"])


def test_a_number_asked_to_be_erased_again_after_a_death_is_erased_in_every_session() -> None:
    """A session was taken from its number before its own end had begun: who asked again did not find it any more."""
    for at in range(1, 32):
        world = World()
        ids = [tapped(world, FULL).id, tapped(world, CALL, jti="jti-0123456789abcde2").id]
        with suppress(Death):
            erasure.erase_number(world.process(Watch(at, Way.AFTER)), "operator", NUMBER)
        erasure.erase_number(world.process(), "operator", NUMBER)
        world.minute()  # what has begun to be erased, the sweep ends
        assert [one.erased for one in world.process().sessions.get_many(ids, strong=True)] == [True, True], at
        assert world.db.items("keys") == []
