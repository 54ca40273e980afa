"""A handoff: what a partner sends. It never changes once taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CallbackWish", "Content", "Handoff", "Report"]

Kind = Literal["call", "report"]
Lane = Literal["chat", "callback"]


@dataclass(frozen=True)
class CallbackWish:
    """How the youth wants to be called. Times in ms since the epoch; ``number`` as it was sent, not yet read."""

    number: str | None = None
    not_before: int | None = None
    not_after: int | None = None
    voicemail: bool = False
    caller_id: Literal["hidden", "3018"] = "hidden"


@dataclass(frozen=True)
class Content:
    """One content the youth reported; shown to counsellors as text, never fetched."""

    url: str | None = None
    content_id: str | None = None
    type: str | None = None


@dataclass(frozen=True)
class Report:
    """What the platform knows of the report behind the tap."""

    platform_report_ref: str | None = None
    category: str | None = None
    contents: tuple[Content, ...] = ()


@dataclass(frozen=True)
class Handoff:
    """A handoff as sent; ``session`` None means that the youth chooses on the page."""

    platform: str
    kind: Kind
    locale: str
    session: Lane | None = None
    role: str | None = None
    age_band: str | None = None
    subject: str | None = None
    danger: bool = False
    callback: CallbackWish | None = None
    report: Report | None = None
    return_url: str | None = None
