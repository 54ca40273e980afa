"""A JSON document from a partner's server: its key set, for the scheduled job."""

from __future__ import annotations

import re
import ssl
from collections.abc import Collection

from chalicelib.outside.address import Resolver
from chalicelib.outside.wire import MOST_BYTES, Connect, Failed, Wire, connect

__all__ = ["Fetch", "FetchFailed"]

JSON = re.compile(r"application/([a-z0-9.!#$&^_-]+\+)?json", re.IGNORECASE)
HEADERS = {"User-Agent": "hub3018", "Accept": "application/json, application/jwk-set+json"}


class FetchFailed(Exception):
    """There is no document. ``word``: one of ``wire.Failed``, or status, content_type, too_large."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Fetch:
    """GET within ``within`` seconds, by the rules of ``address``; redirects are not followed."""

    def __init__(
        self, targets: Collection[str] = (), *, within: float = 10, resolver: Resolver | None = None,
        context: ssl.SSLContext | None = None, connect: Connect = connect,
    ) -> None:  # fmt: skip
        self._wire = Wire(targets, within, resolver, context, connect)

    def __call__(self, url: str) -> bytes:
        """The document, at most 64 KiB and not yet parsed; raises FetchFailed."""
        try:
            with self._wire.ask("GET", url, HEADERS, None, 2 * MOST_BYTES) as (answer, _pipe):
                if answer.status != 200:
                    raise FetchFailed("status")
                if not JSON.fullmatch(answer.headers.get("Content-Type", "").partition(";")[0].strip()):
                    raise FetchFailed("content_type")
                if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
                    raise FetchFailed("bad_answer")
                if (answer.length or 0) > MOST_BYTES:
                    raise FetchFailed("too_large")
                document = answer.read(MOST_BYTES + 1)
                if len(document) > MOST_BYTES:
                    raise FetchFailed("too_large")
                # read(n) of a body that broke off is short without an error.
                if answer.length:
                    raise FetchFailed("reset")
                return document
        except Failed as failed:
            raise FetchFailed(failed.word) from None
