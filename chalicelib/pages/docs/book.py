"""The pages of the documentation in the order they are read, and what stands at their heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["CHAPTERS", "PARTS", "Chapter"]


@dataclass(frozen=True)
class Chapter:
    """One page: the last part of its address (empty: the first page), its title, its name in the list, its summary."""

    slug: str
    title: str
    name: str
    lead: str

    @property
    def path(self) -> str:
        """Where it is served."""
        return f"/docs/{self.slug}" if self.slug else "/docs"


PARTS: Mapping[str, Sequence[Chapter]] = {
    "Start here": (
        Chapter(
            "", "Five minutes to your first handoff", "Quickstart",
            "A young person taps your safe button. You send one signed request; a counsellor of 3018, France’s "
            "helpline for young victims of digital violence, takes it from there, and you learn how it goes. Here is "
            "all of that, in the sandbox, with programs you can copy.",
        ),
        Chapter(
            "sandbox", "The sandbox", "Sandbox",
            "Every status, every wait and the common failures, on demand and within seconds. Nothing you send there "
            "ever reaches a counsellor.",
        ),
        Chapter(
            "conformance", "The conformance kit", "Conformance kit",
            "One file that plays through what your integration will meet, tells what it saw, and what to fix.",
        ),
    ),
    "Build": (
        Chapter(
            "token", "Sign a request", "Sign a request",
            "Each request carries a token that is good for that request alone. There is no shared secret and no "
            "session: your private key never leaves you.",
        ),
        Chapter(
            "handoffs", "Hand a youth over", "Handoffs",
            "One request per tap. It can be repeated without harm, it is never refused because there are too many, "
            "and it asks for nothing you do not have.",
        ),
        Chapter(
            "status", "Show how it goes", "Status",
            "Five words, in one order, without going back. What each of them means for your screen, with words you "
            "may use.",
        ),
        Chapter(
            "webhooks", "Be told by webhook", "Webhooks",
            "Each new status is sent to you, signed by the Standard Webhooks specification. Check it, answer, and look "
            "at one number to know what is news.",
        ),
        Chapter(
            "fallback", "When the hub is unreachable", "Fallback card",
            "The phone number and the danger numbers must be on the screen even if nothing of ours answers. A signed "
            "card you keep makes that simple.",
        ),
    ),
    "Look up": (
        Chapter(
            "problems", "Problems", "Problems",
            "Whatever is refused comes with a code, the places that are wrong, and a remedy. Here is every code.",
        ),
        Chapter(
            "reference", "API reference", "API reference",
            "Every request, member and answer, rendered from the contract itself.",
        ),
    ),
    "Rely on": (
        Chapter(
            "data", "Data protection", "Data protection",
            "What we keep, where, for how long, and who can see it. For your engineers, and for your data-protection "
            "officer.",
        ),
        Chapter(
            "versions", "Versions and changes", "Versions, changelog",
            "What stays as it is, what may grow, and how you will hear of an end.",
        ),
        Chapter(
            "security", "Report a vulnerability", "Security",
            "Found a hole? Thank you. Here is how to tell us, and what happens then.",
        ),
    ),
}  # fmt: skip

CHAPTERS: Mapping[str, Chapter] = {chapter.slug: chapter for part in PARTS.values() for chapter in part}
