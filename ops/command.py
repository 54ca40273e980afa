"""What every command of `make partner` has: its arguments, the hub it works on, and how it answers."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ops.partners import Partners
from ops.place import Place

__all__ = ["Commands", "Run", "Work", "duration", "table"]

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_DAYS = 90


@dataclass(frozen=True)
class Work:
    """One command at work."""

    asked: argparse.Namespace
    place: Place
    partners: Partners

    @property
    def dry_run(self) -> bool:
        """Whether nothing may be written."""
        return bool(getattr(self.asked, "dry_run", False))

    def tell(self, sentence: str, *, aside: bool = False) -> None:
        """Say what was done, or would be; ``aside`` where standard output is for what the command gives, alone."""
        end = " (dry run: nothing was written)" if self.dry_run else " (holds within a minute)"
        print(f"{sentence}{end}", file=sys.stderr if aside else sys.stdout)


Run = Callable[[Work], None]


class Commands:
    """The commands, in the order in which `--help` lists them."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._made = parser.add_subparsers(dest="command", required=True, metavar="command")

    def look(self, name: str, title: str, run: Run, *, more: str = "") -> argparse.ArgumentParser:
        """A command that changes nothing."""
        made = self._made.add_parser(
            name, help=title, description=f"{title[0].upper()}{title[1:]}. {more}".rstrip(), allow_abbrev=False
        )
        made.set_defaults(run=run)
        return made

    def change(self, name: str, title: str, run: Run, *, more: str = "") -> argparse.ArgumentParser:
        """A command that changes one partner."""
        made = self.look(name, title, run, more=more)
        made.add_argument("id", help="the partner, as in `list`")
        made.add_argument("--dry-run", action="store_true", help="check and show everything, write nothing")
        return made


def duration(text: str) -> int:
    """`90s`, `30m`, `24h`, `7d` or `0` in ms, at most 90 days; for argparse."""
    found = re.fullmatch(r"([0-9]{1,7})([smhd]?)", text)
    if found is None or (not found[2] and int(found[1])):
        raise argparse.ArgumentTypeError("write it like 24h or 7d; units: s m h d; 0 = at once")
    seconds = int(found[1]) * UNITS[found[2]]
    if seconds > LONGEST_DAYS * UNITS["d"]:
        raise argparse.ArgumentTypeError(f"at most {LONGEST_DAYS}d")
    return seconds * 1000


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their titles, in columns."""
    lines = [titles, *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(titles))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
