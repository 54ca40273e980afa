"""One HTTP request at a time, on a connection of its own, redirects never followed. Standard library only."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Answer", "Wire"]

LARGEST = 1 << 20


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def retry_after(self) -> float | None:
        """Seconds of Retry-After, where it is a number."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdigit() else None

    def __str__(self) -> str:
        code = self.json.get("code")
        detail = self.json.get("detail")
        text = f"{self.status}" + (f" {code}" if code else "") + (f" ({detail})" if detail else "")
        return text + (f", request_id {self.json['request_id']}" if "request_id" in self.json else "")


class Wire:
    """An origin, with or without a path in front. ``timeout`` in seconds."""

    def __init__(self, base: str, timeout: float = 35.0) -> None:
        self.base = base.rstrip("/")
        self.timeout = timeout
        self._parts = urlsplit(self.base)

    def path_of(self, link: str) -> str:
        """The path of a link of this origin, as published; empty for another origin's."""
        return link[len(self.base) :] if link.startswith(f"{self.base}/") else ""

    def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """One request and its answer. Raises OSError or http.client.HTTPException."""
        connection = self._connect()
        try:
            connection.request(method, self._parts.path + path, body, dict(headers or {}))
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read(LARGEST))
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self.timeout, context=context)
        return http.client.HTTPConnection(host, port, timeout=self.timeout)
