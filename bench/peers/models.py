"""The contract in pydantic: the two peers with a framework check by it what they read and what they answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StringConstraints

__all__ = ["Answer", "Handoff"]

Opaque = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[!-~]+$")]
Platform = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z0-9_]+$")]
Locale = Annotated[
    str, StringConstraints(min_length=2, max_length=35, pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$")
]
Number = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[^\x00-\x1f\x7f]+$")]
Category = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z_]+$")]
ContentType = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z_]+$")]
Address = Annotated[
    str, StringConstraints(min_length=8, max_length=2048, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20\x7f]+$")
]
ReturnUrl = Annotated[
    str, StringConstraints(min_length=3, max_length=512, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$")
]  # fmt: skip


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Callback(_Sent):
    """How the youth wants to be called."""

    number: Number | None = None
    not_before: AwareDatetime | None = None
    not_after: AwareDatetime | None = None
    voicemail: StrictBool = False
    caller_id: Literal["hidden", "3018"] = "hidden"


class Content(_Sent):
    """One reported content."""

    url: Address | None = None
    content_id: Opaque | None = None
    type: ContentType | None = None


class Report(_Sent):
    """What the platform knows of the report."""

    platform_report_ref: Opaque | None = None
    category: Category | None = None
    contents: Annotated[list[Content], Field(max_length=20)] = []


class Handoff(_Sent):
    """What a platform sends."""

    platform: Platform
    kind: Literal["call", "report"]
    locale: Locale
    session: Literal["chat", "callback"] | None = None
    role: Literal["youth", "witness", "parent", "professional"] | None = None
    age_band: Literal["under_13", "13_14", "15_17", "18_plus", "unknown"] | None = None
    subject: Opaque | None = None
    danger: StrictBool = False
    callback: Callback | None = None
    report: Report | None = None
    return_url: ReturnUrl | None = None


class Place(BaseModel):
    """The place in the line."""

    wait: Literal["now", "under_5_min", "under_15_min", "longer", "closed"]


class Open(BaseModel):
    """Open hours."""

    open: Literal[True]
    closes_at: str | None


class Shut(BaseModel):
    """Closed hours."""

    open: Literal[False]
    next_open_at: str | None


class Links(BaseModel):
    """Where it goes on."""

    self: str
    youth: str
    cancel: str


class Fallback(BaseModel):
    """What is shown when the link cannot be opened."""

    tel: str
    emergency: list[str]


class Answer(BaseModel):
    """The answer to a handoff."""

    id: str
    status: Literal["accepted", "scheduled", "waiting", "connected", "closed"]
    sequence: int
    session: Literal["chat", "callback"] | None
    place: Place
    hours: Open | Shut
    links: Links
    fallback: Fallback
