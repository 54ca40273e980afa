"""What the environment may change about a local run. Read once, here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Options", "OptionsRefused"]

ALWAYS = "24/7"


class OptionsRefused(Exception):
    """A variable has a value that cannot be; the text names it."""


@dataclass(frozen=True)
class Options:
    """``home`` holds the state; times are in seconds; hours are in OpenStreetMap syntax."""

    home: Path
    port: int
    hours: str
    dial_hours: str
    lease: int
    callback_retry: int
    silent: int
    limit: int
    pace: int = 1

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Options:
        """From PORT, HUB_LOCAL, HOURS, DIAL_HOURS, LEASE_SECONDS, CALLBACK_RETRY, SILENT_SECONDS, LIMIT, WEBHOOK_PACE.

        Raises OptionsRefused. Without HOURS the hub is open round the clock, so that it can be tried at any time.
        """
        hours = environment.get("HOURS") or ALWAYS
        return cls(
            home=Path(environment.get("HUB_LOCAL") or ".local").absolute(),
            port=_number(environment, "PORT", 8000, least=1, most=65535),
            hours=hours,
            dial_hours=environment.get("DIAL_HOURS") or (ALWAYS if hours == ALWAYS else "Mo-Su 09:00-21:30"),
            lease=_number(environment, "LEASE_SECONDS", 90),
            callback_retry=_number(environment, "CALLBACK_RETRY", 1800),
            silent=_number(environment, "SILENT_SECONDS", 300),
            limit=_number(environment, "LIMIT", 20),
            pace=_number(environment, "WEBHOOK_PACE", 1),
        )

    @property
    def base_url(self) -> str:
        """Where the front serves, and the audience of the partners' tokens."""
        return f"http://127.0.0.1:{self.port}"


def _number(environment: Mapping[str, str], name: str, default: int, least: int = 1, most: int = 86400) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise OptionsRefused(f"{name} must be a whole number from {least} to {most}")
    return int(text)
