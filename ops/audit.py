"""`make audit-verify` and `make audit-show`: whether the audit trail is whole, and what was done to one session.

Without `--stack` on the local hub; with it on a deployed one, with the operator's own AWS credentials. Reads only.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.audit_rows import SEALS, day_partition, read_seal
from chalicelib.aws.codec import Item, attribute, plain
from chalicelib.model.audit import KEPT_DAYS, day_of, days_between, days_later
from chalicelib.problems import Problem
from ops.command import table
from ops.hub import NotRunning
from ops.place import Place, find_place
from ops.row import moment, now
from ops.trail import Verdict, verify

__all__ = ["main", "rows_of"]


def rows_of(dynamodb: Any, table: str, *, since: str, only: str = "", until: str) -> Iterator[Item]:
    """The trail's raw rows: seals since the day ``since``, newest first, then the days' records (``only``: one day's).

    Seals come first, so that none names a record which was written after the records were read.
    """
    for item in _query(dynamodb, table, "pk = :p", {":p": attribute(SEALS)}, ScanIndexForward=False):
        seal = read_seal(item)
        yield item
        if seal is not None and day_of(seal.at) < since:
            break
    for day in [only] if only else days_between(since, until):
        yield from _query(dynamodb, table, "pk = :p", {":p": attribute(day_partition(day))})


def _query(dynamodb: Any, table: str, condition: str, values: Item, **more: Any) -> Iterator[Item]:
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table, KeyConditionExpression=condition, ExpressionAttributeValues=values, ConsistentRead=True, **more
    )
    return (item for page in pages for item in page["Items"])


def _verify(place: Place, asked: argparse.Namespace) -> int:
    at, today = now(), day_of(now())
    since = max(_first_day(today), days_later(asked.day, -1) if asked.day else "")
    # A process whose clock is ahead may have begun tomorrow.
    rows = rows_of(
        place.clients("dynamodb"), place.table, since=since, only=asked.day, until=days_later(today, 1)
    )  # fmt: skip
    found = verify(rows, place.hashes.mac, since=since, only=asked.day, now=at)
    _tell(found)
    return 0 if found.fault is None else 1


def _first_day(today: str) -> str:
    return days_later(today, -KEPT_DAYS)


def _tell(found: Verdict) -> None:
    rows = [
        (day, *map(str, (one.records, one.chains, one.seals, one.unsealed, one.old)))
        for day, one in found.days.items()
    ]  # fmt: skip
    table(("day (UTC)", "records", "chains", "seals", "unsealed", "old"), rows)
    if found.last is not None:
        print(f"last seal: {found.last.number}, {moment(found.last.at)}, {found.last.link.hex()}")
    print("whole: no link is broken" if found.fault is None else f"BROKEN, first: {found.fault}")


def _show(place: Place, asked: argparse.Namespace) -> int:
    today = day_of(now())
    more = {"FilterExpression": "#session = :session", "ExpressionAttributeNames": {"#session": "session"}}
    rows = []
    for day in days_between(_first_day(today), days_later(today, 1)):
        values = {":p": attribute(day_partition(day)), ":session": attribute(asked.session)}
        rows += [_shown(item) for item in _query(place.clients("dynamodb"), place.table, "pk = :p", values, **more)]
    if not rows:
        print(f"nothing is recorded of {asked.session}", file=sys.stderr)
        return 1
    table(("when", "who", "what", "epoch", "fact"), rows)
    return 0


def _shown(item: Item) -> tuple[str, ...]:
    """A record of any version, whole or not: `verify` is what judges."""
    at = item["sk"]["S"].split("#")[0]
    words = {name: str(plain(item[name])) for name in ("who", "what", "epoch", "fact") if name in item}
    said = (words.get(name, "") for name in ("who", "what", "epoch", "fact"))
    return (moment(int(at)) if at.isdigit() else at, *said)


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat() if text else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="audit", description=__doc__, allow_abbrev=False)
    parser.add_argument("--stack", default=os.environ.get("HUB_STACK") or None, help="a deployed stack (env HUB_STACK)")
    commands = parser.add_subparsers(required=True, metavar="command")
    check = commands.add_parser("verify", help="every link of the days kept; the first broken one is named, exit 1")
    check.add_argument("--day", type=_day, default="", metavar="2026-11-22", help="one day (UTC) only")
    check.set_defaults(run=_verify)
    show = commands.add_parser("show", help="the records of one session, of partner#<id> or of table#<name>")
    show.add_argument("session", help="ho_…")
    show.set_defaults(run=_show)
    return parser


def main(arguments: list[str]) -> int:
    """Exit status 0 when whole or shown, 1 when broken, refused or nothing there, 2 when misused."""
    asked = _parser().parse_args(arguments)
    try:
        done: int = asked.run(find_place(asked.stack), asked)
    except NotRunning as refusal:
        return _refuse(str(refusal))
    except Problem as problem:
        return _refuse(f"the stage's secret cannot be read, and no link be checked: {problem.reason}")
    except (BotoCoreError, ClientError) as error:
        return _refuse(f"AWS refused or does not answer: {error}")
    return done


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
