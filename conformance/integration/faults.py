"""What may happen to one request on its way: each fault is a function of an exchange."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from conformance.wire import Answer

__all__ = ["Exchange", "Fault", "Seen", "cut", "embroider", "hang", "html", "lose_reply", "pass_on", "problem"]


@dataclass
class Seen:
    """One request as the proxy got it, ``at`` and ``left`` on the monotonic clock (s).

    ``answer`` is what the hub said, where it was asked; ``left`` when the caller gave up on a hanging answer.
    """

    at: float
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    answer: Answer | None = None
    left: float | None = None

    @property
    def token(self) -> str:
        """The bearer token; empty when there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""


class Exchange(Protocol):
    """A request and what can be done about it."""

    seen: Seen

    def forward(self) -> Answer:
        """Ask the hub."""
        ...

    def reply(self, answer: Answer) -> None:
        """Answer the program."""
        ...

    def cut(self) -> None:
        """Reset the connection."""
        ...

    def hang(self) -> None:
        """Say nothing until the program gives up."""
        ...


Fault = Callable[[Exchange], None]


def pass_on(exchange: Exchange) -> None:
    """No fault."""
    exchange.reply(exchange.forward())


def lose_reply(exchange: Exchange) -> None:
    """The hub takes it; its answer is lost."""
    exchange.forward()
    exchange.cut()


def cut(exchange: Exchange) -> None:
    """The connection is reset before the hub hears of it."""
    exchange.cut()


def hang(exchange: Exchange) -> None:
    """The hub never answers."""
    exchange.hang()


def problem(status: int, code: str, title: str, **headers: str) -> Fault:
    """The hub refuses, as documented."""
    body = {"type": f"about:blank#{code}", "title": title, "status": status, "detail": title, "code": code,
            "errors": [], "request_id": f"kit-{code}"}  # fmt: skip
    made = {"content-type": "application/problem+json", **{n.replace("_", "-"): v for n, v in headers.items()}}
    return lambda exchange: exchange.reply(Answer(status, made, json.dumps(body).encode()))


def html(exchange: Exchange) -> None:
    """A gateway on the way answers with a page of its own."""
    exchange.reply(Answer(502, {"content-type": "text/html"}, b"<html><h1>502 Bad Gateway</h1></html>"))


def embroider(exchange: Exchange) -> None:
    """The hub of next year: an answer with members nobody knows yet."""
    answer = exchange.forward()
    found: dict[str, Any] = answer.json
    if answer.status in (200, 201):
        more = {"new_member": {"of": ["next", "year", None]}, "another": 1.5}
        found = {**more, **found, "links": {**found.get("links", {}), "poster": None}}
    exchange.reply(Answer(answer.status, answer.headers, json.dumps(found).encode()))
