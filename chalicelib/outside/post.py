"""A delivery on its way: one POST, of which only the status and Retry-After count."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from chalicelib.outside.address import Resolver
from chalicelib.outside.wire import MOST_BYTES, Connect, Failed, Wire, connect
from chalicelib.ports import Sent

__all__ = ["Post", "retry_after"]

LONGEST_WAIT = 24 * 3600
SECONDS = re.compile(r"[0-9]+")
COURTESY = 1.0


class Post:
    """The port ``Sender``: ``within`` seconds for all of it, to public addresses and the ``targets`` only."""

    def __init__(
        self, targets: Collection[str] = (), *, within: float = 15, resolver: Resolver | None = None,
        context: ssl.SSLContext | None = None, connect: Connect = connect, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._wire = Wire(targets, within, resolver, context, connect)
        self._courtesy, self._clock = min(COURTESY, within / 15), clock

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """The status that came back, whichever it is, or the word of what failed. Never raises."""
        try:
            with self._wire.ask("POST", url, headers, body, MOST_BYTES) as (answer, pipe):
                sent = Sent(answer.status, retry_after(answer.headers.get("Retry-After"), self._clock()))
                # A moment for a short body: a server whose answer nobody takes logs it as broken off by the client.
                pipe.deadline = min(pipe.deadline, time.monotonic() + self._courtesy)
                with suppress(OSError, HTTPException, ValueError):
                    answer.read(MOST_BYTES)
                return sent
        except Failed as failed:
            return Sent(None, fault=failed.word)


def retry_after(text: str | None, now: float) -> int | None:
    """A Retry-After header (RFC 9110 §10.2.3: seconds or an HTTP date) in ms from ``now`` (s), at most 24 h."""
    if text is None:
        return None
    text = text.strip()
    if SECONDS.fullmatch(text):
        return 1000 * (LONGEST_WAIT if len(text.lstrip("0")) > 5 else min(int(text), LONGEST_WAIT))
    try:
        then = parsedate_to_datetime(text)
        seconds = then.replace(tzinfo=then.tzinfo or UTC).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return int(1000 * max(0, min(seconds, LONGEST_WAIT)))
