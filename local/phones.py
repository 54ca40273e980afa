"""The three phones of the simulator: whose button it is and what a tap on it sends. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["PHONES", "SESSIONS", "Phone", "handoff"]

SESSIONS = ("chat", "callback", "none")


@dataclass(frozen=True)
class Phone:
    """One phone: its platform, the kind of its handoffs, and the session it asks for (none = chosen on the page)."""

    platform: str
    kind: str
    session: str
    report: Mapping[str, Any] | None = None


PHONES: Mapping[str, Phone] = {
    "tiktok": Phone(
        platform="tiktok",
        kind="report",
        session="chat",
        report={
            "category": "hate_and_harassment",
            "contents": [
                {
                    "url": "https://www.tiktok.com/@compte.exemple/video/7300000000000000018",
                    "content_id": "7300000000000000018",
                    "type": "video",
                },
                {
                    "url": "https://www.tiktok.com/@compte.exemple/video/7300000000000000018?comment=3018",
                    "type": "comment",
                },
            ],
        },
    ),
    "instagram": Phone(platform="instagram", kind="call", session="callback"),
    "messenger": Phone(platform="messenger", kind="call", session="none"),
}


def handoff(phone: Phone, session: str, name: Callable[[], str] = lambda: secrets.token_hex(6)) -> dict[str, Any]:
    """The members of one tap's handoff. Each tap is another made-up person and report. Raises ValueError."""
    if session not in SESSIONS:
        raise ValueError("session must be chat, callback or none")
    members: dict[str, Any] = {
        "platform": phone.platform,
        "kind": phone.kind,
        "locale": "fr-FR",
        "subject": f"simulator-{name()}",
    }
    if session != "none":
        members["session"] = session
    if phone.report is not None:
        members["report"] = {"platform_report_ref": f"SIM-{name()}", **phone.report}
    return members
