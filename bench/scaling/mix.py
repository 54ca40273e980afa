"""What is assumed of one handoff, and what its life therefore does. Change a number here and the page changes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SERVED", "TAPPED", "Mix"]


@dataclass(frozen=True)
class Mix:
    """Shares in [0, 1], times in minutes, the rest per handoff or as it says.

    ``left``: whose youth is gone before anybody took it. ``biggest``: of all handoffs, the partner with the most.
    ``attempts``: calls until a callback is over. ``staff`` are there in any case; who takes all that comes are as many
    as that needs. The rates of an open chat, a minute, are those that `make chats` counts; a page that waits looks
    every two seconds.
    """

    chats: float = 0.7
    left: float = 0.1
    subjects: float = 0.8
    reports: float = 0.3
    hooked: bool = True
    biggest: float = 0.6
    polls: float = 3
    repeated: float = 0.02
    released: float = 0.02
    attempts: float = 1.5
    chat_lasts: float = 12
    call_lasts: float = 10
    waits: float = 1
    waiting_looks: float = 30.0
    staff: float = 0
    at_a_time: int = 3
    words: float = 6.0
    typing: float = 10.9
    renewals: float = 2.0
    youth_looks: float = 54.2
    youth_seen: float = 2.0
    counsellor_looks: float = 60.0
    counsellor_reads: float = 6.0

    @property
    def taken(self) -> float:
        """The share that a counsellor takes."""
        return 1 - self.left

    @property
    def chat_minutes(self) -> float:
        """Minutes of open chat."""
        return self.taken * self.chats * self.chat_lasts

    @property
    def waiting_minutes(self) -> float:
        """Minutes in which a page waits for its chat."""
        return self.chats * self.waits

    @property
    def held_minutes(self) -> float:
        """Minutes in which a counsellor holds it."""
        return self.chat_minutes + self.taken * (1 - self.chats) * self.call_lasts * self.attempts

    @property
    def holds(self) -> float:
        """How often it is taken: again after a release, and for each attempt to call."""
        return self.taken * (1 + self.released + (1 - self.chats) * (self.attempts - 1))

    @property
    def steps(self) -> float:
        """Statuses that its partner is told: connected and closed, or closed alone."""
        return (2 * self.taken + self.left) if self.hooked else 0.0


SERVED = Mix()
"""Nine in ten are served: there are counsellors enough, whatever the rate."""
TAPPED = Mix(left=1, waits=5, staff=50)
"""A viral event: everybody taps, waits five minutes and goes, while fifty counsellors have their hands full."""
