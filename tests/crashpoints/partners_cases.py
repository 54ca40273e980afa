"""What partners do."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib.desk import partners, pulse, usage
from chalicelib.desk.base import Desk
from chalicelib.doors.views import handoff_answer
from chalicelib.problems import Problem
from tests.crashpoints.case import Act, case
from tests.crashpoints.people import CALL, CHAT, FULL, UNCHOSEN, entered, send, tapped
from tests.crashpoints.world import DEMO, PARTNER, World


def taken(body: Mapping[str, Any], partner: Any = PARTNER) -> Act:
    """A handoff whose answer is compared byte for byte."""

    def act(desk: Desk) -> Any:
        return handoff_answer(desk, send(desk, body, partner).session)

    return act


@case(partners.receive)
def a_chat_is_handed_over(world: World) -> Act:
    return taken(CHAT)


@case(partners.receive)
def a_handoff_without_a_choice(world: World) -> Act:
    return taken(UNCHOSEN)


@case(partners.receive, degrades=True)
def a_callback_is_handed_over(world: World) -> Act:
    return taken(CALL)


@case(partners.receive, degrades=True)
def a_callback_with_a_report_is_handed_over(world: World) -> Act:
    return taken(FULL)


@case(partners.receive)
def a_handoff_is_sent_again(world: World) -> Act:
    session = tapped(world, FULL)
    entered(world, session)
    return taken(FULL)


@case(partners.receive, insists=True)
def a_handoff_is_sent_again_after_it_was_erased(world: World) -> Act:
    session = tapped(world, FULL)
    partners.cancel(world.process(), PARTNER, session.id)
    world.events()
    return taken(FULL)


@case(partners.receive)
def a_sandbox_rehearses(world: World) -> Act:
    return taken({**CHAT, "subject": "sandbox:walk"}, DEMO)


@case(partners.receive)
def a_sandbox_rehearses_a_hub_that_is_busy_first(world: World) -> Act:
    body = {**CHAT, "subject": "sandbox:unavailable_once"}

    def act(desk: Desk) -> Any:
        with suppress(Problem):
            send(desk, body, DEMO)
        return taken(body, DEMO)(desk)

    return act


@case(partners.status)
def a_status_is_read(world: World) -> Act:
    session = tapped(world)
    return lambda desk: partners.status(desk, PARTNER, session.id, known=session.sequence + 1)


@case(partners.cancel)
def a_partner_cancels(world: World) -> Act:
    session = tapped(world, FULL)
    return lambda desk: partners.cancel(desk, PARTNER, session.id)


@case(partners.availability, pulse.pulse)
def availability_is_asked(world: World) -> Act:
    return lambda desk: (partners.availability(desk), pulse.pulse(desk).late)


@case(usage.admit, usage.record)
def requests_are_counted(world: World) -> Act:
    def act(desk: Desk) -> Any:
        for _ in range(2):
            usage.admit(desk, PARTNER, read=True)
            usage.record(desk, PARTNER, "reads")
            world.clock.pass_seconds(31)

    return act
