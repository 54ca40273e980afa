"""`make restore ARGS="<copy>"`: bring back what the session table has lost, from a copy restored beside it.

Nothing that stands in the table is overwritten, and nothing comes back that went by right: what was erased, what has
expired, spent codes. docs/runbook.md says how to make the copy.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.codec import Item, decode
from chalicelib.model.session import TOMBSTONE_LASTS
from chalicelib.problems import Problem
from ops.command import table
from ops.hub import NotRunning
from ops.place import Place, find_place
from ops.row import now

__all__ = ["lost", "main"]

Rows = Mapping[str, Item]
"""The items of one partition by their sort keys."""
KINDS = {"ho_": "sessions, with their messages, notes and reports", "audit#": "audit", "partner#": "partners"}


def lost(partition: str, copy: Rows, kept: Rows, at: int) -> list[Item]:
    """The items of a partition that should come back, a session's own last; ``at`` in ms.

    What somebody may claim must not stand there before its messages do.
    """
    gone = [item for sk, item in copy.items() if sk not in kept and not _expired(item, at)]
    if partition.startswith("audit#"):
        return gone
    if partition.startswith("partner#"):
        return [item for item in gone if item["sk"]["S"] == "partner"]
    if partition.startswith("ho_") and not _ended(copy, kept, at):
        return sorted(gone, key=lambda item: item["sk"]["S"] == "session")
    return []


def _expired(item: Item, at: int) -> bool:
    return "expires_at" in item and int(item["expires_at"]["N"]) * 1000 <= at


def _ended(copy: Rows, kept: Rows, at: int) -> bool:
    """Whether a session is erased or about to be, or so old that its tombstone would be gone, too."""
    session = kept.get("session") or copy.get("session")
    if session is None:
        return True
    known = decode(session)
    return known.erasing or known.erased or known.created + TOMBSTONE_LASTS <= at


def _partitions(dynamodb: Any, name: str) -> dict[str, dict[str, Item]]:
    found: dict[str, dict[str, Item]] = {}
    for page in dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        for item in page["Items"]:
            found.setdefault(item["pk"]["S"], {})[item["sk"]["S"]] = item
    return found


def _wanted(place: Place, copy: str) -> Iterator[Item]:
    dynamodb, at = place.clients("dynamodb"), now()
    kept = _partitions(dynamodb, place.table)
    for partition, rows in _partitions(dynamodb, copy).items():
        yield from lost(partition, rows, kept.get(partition, {}), at)


def _put(place: Place, item: Item) -> bool:
    """Whether it was still missing."""
    try:
        place.clients("dynamodb").put_item(
            TableName=place.table, Item=item, ConditionExpression="attribute_not_exists(pk)"
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _restore(place: Place, copy: str, *, dry_run: bool) -> None:
    items = list(_wanted(place, copy))
    if items and not dry_run:
        place.recorder("table")("table.restore", copy)
    back = [item for item in items if dry_run or _put(place, item)]
    counted = Counter(next(kind for kind in KINDS if item["pk"]["S"].startswith(kind)) for item in back)
    title = "would come back" if dry_run else "came back"
    table(("rows", title), [(str(counted[kind]), text) for kind, text in KINDS.items()])


def main(arguments: list[str]) -> int:
    """Exit status 0 when done, 1 when refused, 2 when misused."""
    parser = argparse.ArgumentParser(prog="restore", description=__doc__, allow_abbrev=False)
    parser.add_argument("--stack", default=os.environ.get("HUB_STACK") or None, help="a deployed stack (env HUB_STACK)")
    parser.add_argument("--dry-run", action="store_true", help="say what would come back, write nothing")
    parser.add_argument("copy", help="the restored table")
    asked = parser.parse_args(arguments)
    try:
        _restore(find_place(asked.stack), asked.copy, dry_run=asked.dry_run)
    except NotRunning as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except Problem as problem:
        print(f"the audit record could not be written, so nothing came back: {problem.reason}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS refused or does not answer: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
