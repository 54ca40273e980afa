"""What a check is, how it ends, and how a list of them is run in order. Standard library only."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = ["Check", "Failed", "NotTried", "Result", "Stop", "expect", "run"]

HUB_SIDE = "This is the hub's to mend, not yours: tell the operator."


@dataclass(frozen=True)
class Check:
    """One thing that is tried. ``run`` raises Failed or NotTried, else it has passed; ``needs`` names earlier ones."""

    part: str
    name: str
    what: str
    why: str
    run: Callable[[], None]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """How a check ended: ``passed``, ``failed`` or ``not_tried``. ``fix`` is what to do, or why it was not tried."""

    check: Check
    result: str
    saw: str = ""
    fix: str = ""
    seconds: float = 0.0


class Failed(Exception):
    """What was seen, and exactly what to fix."""

    def __init__(self, saw: str, fix: str = HUB_SIDE) -> None:
        super().__init__(saw)
        self.saw, self.fix = saw, fix


class NotTried(Exception):
    """The check cannot be made here; the text says why, and what to know instead."""


class Stop(Exception):
    """Nothing more may or can be tried; the text is one sentence for the terminal."""


def expect(holds: object, saw: str, fix: str = HUB_SIDE) -> None:
    """Raise Failed unless it holds."""
    if not holds:
        raise Failed(saw, fix)


def run(checks: Iterable[Check], tell: Callable[[Result], None]) -> list[Result]:
    """Run them in order and tell each result at once. Raises Stop."""
    results: list[Result] = []
    passed: set[str] = set()
    for check in checks:
        missing = [name for name in check.needs if name not in passed]
        waits = Result(check, "not_tried", fix=f"First {' and '.join(missing)} must pass.")
        result = waits if missing else _run(check)
        if result.result == "passed":
            passed.add(check.name)
        tell(result)
        results.append(result)
    return results


def _run(check: Check) -> Result:
    began = time.monotonic()

    def ended(result: str, saw: str = "", fix: str = "") -> Result:
        return Result(check, result, saw, fix, time.monotonic() - began)

    try:
        check.run()
    except Failed as failed:
        return ended("failed", failed.saw, failed.fix)
    except NotTried as reason:
        return ended("not_tried", fix=str(reason))
    except (OSError, http.client.HTTPException) as error:
        saw = f"no answer came: {type(error).__name__}: {error}"
        return ended("failed", saw, "Look at the connection, then run the kit again.")
    return ended("passed")
