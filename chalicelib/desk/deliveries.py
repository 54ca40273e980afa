"""Telling one partner what is owed to it, as its one deliverer.

What a deliverer that dies had in hand is sent by the next, once its lease has run out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from chalicelib.desk.base import Desk
from chalicelib.desk.courier import HELD_FOR, Courier, Crew, Delivered
from chalicelib.desk.waking import endpoint, rows_of
from chalicelib.model.session import SECOND

__all__ = ["Delivered", "deliver"]

RUN_LASTS = 40 * SECOND
REST, LEAST_REST = 45 * SECOND, 5 * SECOND
"""An endpoint that failed so often in a row is left alone until the next minute, whatever changes meanwhile."""


def deliver(
    desk: Desk, partner_id: str, ids: Sequence[str] = (), *, sleep: Callable[[float], None] = time.sleep,
    crew: Callable[[int], Crew] = Crew,
) -> Delivered:  # fmt: skip
    """Send what is due to one partner, as its one deliverer; ``ids`` are owed though the index may not show them yet.

    A suspended partner gets nothing, and nothing is forgotten meanwhile.
    """
    done = Delivered()
    partner = endpoint(desk, partner_id, fresh=True)
    if partner is None or partner.webhook is None:
        return done
    token = desk.tokens().hex()
    ends = desk.clock() + RUN_LASTS
    while True:
        now = desk.clock()
        if not desk.deliveries.hold(partner.id, token, now=now, until=now + HELD_FOR):
            done.busy += 1
            return done
        run = Courier(desk, partner, partner.webhook, token, ends, done, sleep, crew)
        try:
            run.go([row for row, _ in rows_of(desk, ids, before=desk.clock())])
        finally:
            _end(desk, partner.id, token, rest=run.tired and not run.gone)
        # Who came while this one was about to let go went away again: look once more.
        if run.tired or not desk.deliveries.due(partner.id, before=desk.clock(), limit=1):
            return done
        if desk.clock() >= ends:
            desk.waker(partner.id)
            return done
        if not run.untried(desk.clock()):
            return done
        ids = ()


def _end(desk: Desk, partner: str, token: str, *, rest: bool) -> None:
    now = desk.clock()
    until = now + max(LEAST_REST, REST // desk.rules.pace)
    if not (rest and desk.deliveries.hold(partner, token, now=now, until=until)):
        desk.deliveries.let_go(partner, token)
