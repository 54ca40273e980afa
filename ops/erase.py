"""`make erase SESSION=ho_…`, or `NUMBER=-` and the number typed: what would be erased; with `YES=1` it is erased.

Everything personal of the session, or of every session that holds the number, goes at once and for good; an open one
ends as if the youth had cancelled it. Each is written to the audit trail first. Typed again, it goes on where it died.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import phone
from chalicelib.desk.base import Desk, find
from chalicelib.desk.erasure import erase_number, erase_session, holders
from chalicelib.desk.ids import well_formed
from chalicelib.model.session import Session
from chalicelib.problems import Problem
from ops.command import table
from ops.desk import operators_desk
from ops.hub import NotRunning
from ops.row import moment

__all__ = ["main"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="erase", description=__doc__, allow_abbrev=False)
    parser.add_argument("--stack", default=os.environ.get("HUB_STACK") or None, help="a deployed stack (env HUB_STACK)")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--session", metavar="ho_…")
    what.add_argument("--number", metavar="NUMBER", help="-: typed unseen, or read from standard input; best so")
    parser.add_argument("--yes", action="store_true", help="erase; without it, only show what would be")
    return parser


def main(arguments: list[str]) -> int:
    """Exit status 0 when done, 1 when refused or not finished, 2 when misused. A number is never printed."""
    asked = _parser().parse_args(arguments)
    try:
        desk, who, local = operators_desk(asked.stack)
        if asked.session is not None:
            _session(desk, who, asked.session, yes=asked.yes)
        else:
            _number(desk, who, _typed(asked.number), fiction=local, yes=asked.yes)
    except NotRunning as refusal:
        return _refuse(str(refusal))
    except phone.BadNumber:
        return _refuse("this is no number that the hub would have kept; write it with + and the country code")
    except Problem as problem:
        return _refuse(_sentence(problem))
    except (BotoCoreError, ClientError) as error:
        return _refuse(f"AWS refused or does not answer: {error}")
    return 0


def _typed(number: str) -> str:
    if number != "-":
        return number
    return getpass.getpass("number: ") if sys.stdin.isatty() else sys.stdin.readline().strip()


def _session(desk: Desk, who: str, id: str, *, yes: bool) -> None:
    if not well_formed(id):
        raise Problem("not_found")
    _show([find(desk, id, strong=True)])
    if yes:
        erase_session(desk, who, id)
    _tell(1, yes=yes)


def _number(desk: Desk, who: str, typed: str, *, fiction: bool, yes: bool) -> None:
    e164 = phone.read(typed, fiction=fiction).e164
    found = holders(desk, e164)
    _show(found)
    if yes:
        found = erase_number(desk, who, e164)
    _tell(len(found), yes=yes)


def _show(found: Sequence[Session]) -> None:
    if not found:
        print("no session holds it")
        return
    table(
        ("session", "partner", "created", "state", "number", "report", "messages", "notes"),
        [
            (
                one.id, one.partner, moment(one.created), "erased" if one.erased else one.state.value,
                "yes" if one.number else "no", "yes" if one.has_report and not one.erased else "no",
                str(one.youth_n + one.counsellor_n), str(one.notes_n),
            )
            for one in found
        ],
    )  # fmt: skip


def _tell(count: int, *, yes: bool) -> None:
    sessions = f"{count} session{'' if count == 1 else 's'}"
    print(f"{sessions} erased" if yes else f"{sessions} would be erased for good; nothing was done (YES=1 does it)")


def _sentence(problem: Problem) -> str:
    if problem.code == "not_found":
        return "there is no such session; what was erased goes altogether 30 days after its end"
    if problem.code == "unavailable":
        return "not everything could be erased now: type it again; the sweep goes on with what has begun"
    return problem.detail or problem.fact.title


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
