"""What operators do by a command."""

from __future__ import annotations

from chalicelib.desk import erasure
from chalicelib.desk.base import Desk
from tests.crashpoints.case import Act, case
from tests.crashpoints.people import CALL, FULL, NUMBER, talked, tapped
from tests.crashpoints.world import World


@case(erasure.erase_session)
def a_session_is_erased_by_request(world: World) -> Act:
    session, _ = talked(world)
    return lambda desk: erasure.erase_session(desk, "operator", session.id)


@case(erasure.erase_number, erasure.holders)
def a_number_is_erased_by_request(world: World) -> Act:
    tapped(world, FULL)
    tapped(world, CALL, jti="jti-0123456789abcde2")

    def act(desk: Desk) -> None:
        erasure.erase_number(desk, "operator", NUMBER)

    return act
