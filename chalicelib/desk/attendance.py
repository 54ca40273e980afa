"""Who may work at the desk: not whom the provider has disabled, nor who has signed out since; and signing out."""

from __future__ import annotations

from chalicelib.desk.base import Desk
from chalicelib.model.counsellor import Counsellor
from chalicelib.problems import Problem

__all__ = ["admit", "sign_in", "sign_out"]

PLACE = "console"
"""What a sign-in is to, in the audit trail."""


def admit(desk: Desk, who: Counsellor, *, fresh: bool = False) -> None:
    """Let this sign-in work, else problem ``signed_out``.

    The provider's word is at most 5 s old, a sign-out's at most 2 s; neither is believed without asking when ``fresh``:
    before anything that a counsellor did not have is given away. A provider that does not answer keeps nobody from a
    child who waits: its last word counts for 5 min, the sign-out is the hub's own.
    """
    if not desk.provider.enabled(who.username, fresh=fresh):
        raise Problem("signed_out", reason="disabled")
    left = desk.presence.signed_out(who.subject, fresh=fresh)
    if left is not None and who.has_left(left):
        raise Problem("signed_out", reason="left")


def sign_in(desk: Desk, who: Counsellor) -> None:
    """Let a new sign-in work, and keep who signed in and when."""
    admit(desk, who, fresh=True)
    desk.audit.record(who.username, "sign-in", PLACE, desk.clock())


def sign_out(desk: Desk, username: str, subject: str) -> bool:
    """End every sign-in of this counsellor, wherever it is: here, and at the provider. Whether the provider heard.

    Problem ``unavailable`` when its record or the hub's own row was not written. Once that stands, what a provider
    that did not hear would still give out is refused, since it is as old as the sign-in.
    """
    now = desk.clock()
    desk.audit.record(username, "sign-out", PLACE, now)
    desk.presence.sign_out(username, subject, now)
    desk.memory.marked.pop(subject, None)
    try:
        desk.provider.sign_out(username)
    except Problem:
        return False
    return True
