"""Asks until it is answered, as a sane program does: what fails is asked again, the very same, after a moment."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from http.client import HTTPException

from bench.killing.ledger import Ledger
from tests.hub import Answer

__all__ = ["GaveUp", "insist", "once"]

PATIENCE = 180.0
PAUSE = (0.1, 0.7)


class GaveUp(Exception):
    """No answer within the patience that people have here."""


def once(ledger: Ledger, ask: Callable[[], Answer]) -> Answer | None:
    """One try: the answer, or None when it may or may not have been done."""
    ledger.count("requests")
    try:
        answer = ask()
    except (OSError, HTTPException) as error:
        ledger.trouble(type(error).__name__)
        return None
    if answer.status < 500:
        return answer
    ledger.trouble(str(answer.status))
    if answer.status == 500 or "retry-after" not in answer.headers:
        ledger.note(f"a {answer.status} without a word when to try again: {answer.body[:120]!r}")
    return None


def insist(ledger: Ledger, ask: Callable[[], Answer]) -> tuple[Answer, bool]:
    """Again and again; the answer, and whether an earlier try may have been done. Raises GaveUp."""
    ends, tries = time.monotonic() + PATIENCE, 0
    while (answer := once(ledger, ask)) is None:
        tries += 1
        if time.monotonic() > ends:
            raise GaveUp
        time.sleep(random.uniform(*PAUSE))
    return answer, tries > 0
