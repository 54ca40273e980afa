"""What the runner prints: one line for each slow step with its seconds, and the card when all is ready."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from local.seed import Counsellor

__all__ = ["card", "say", "step"]


def say(text: str) -> None:
    """One line at once, even into a pipe."""
    print(text, flush=True)


@contextmanager
def step(title: str) -> Iterator[list[str]]:
    """Show a step and how long it took; what is appended to the list is said at its end."""
    start = time.monotonic()
    notes: list[str] = []
    live = sys.stdout.isatty()
    if live:
        print(f"  … {title}", end="", flush=True)
    try:
        yield notes
    except BaseException:
        say(f"{chr(13) if live else ''}  ✗ {title}")
        raise
    note = f" · {', '.join(notes)}" if notes else ""
    say(f"{chr(13) if live else ''}  ✓ {title}{note} · {time.monotonic() - start:.1f} s")


def card(base_url: str, counsellors: Sequence[Counsellor], hours: str) -> None:
    """The addresses and the demo logins."""
    say("")
    say(f"  3018 handoff hub         {base_url}")
    say(f"  three phones to tap on   {base_url}/simulator")
    say(f"  the counsellors' console {base_url}/console")
    say(f"  the partners' documents  {base_url}/docs")
    say(f"  opening hours            {hours}")
    for one in counsellors:
        role = f" ({', '.join(one.groups)})"
        say(f"  demo login               {one.username} / {one.password}{role}")
    say("")
    say("  Ctrl-C stops it and keeps the sessions.")
    say("")
