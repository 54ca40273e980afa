"""How much a partner asked of the hub, by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chalicelib.aws.codec import attribute
from chalicelib.model.usage import KINDS
from ops.command import Commands, Work, table
from ops.row import PartnerRefused

__all__ = ["commands"]

MOST_DAYS = 366


def _usage(work: Work) -> None:
    if not 1 <= work.asked.days <= MOST_DAYS:
        raise PartnerRefused(f"--days is from 1 to {MOST_DAYS}")
    work.partners.need(work.asked.id)
    today = datetime.now(UTC).date()
    days = [(today - timedelta(days=ago)).isoformat() for ago in range(work.asked.days)][::-1]
    pages = work.place.clients("dynamodb").get_paginator("query").paginate(
        TableName=work.place.table, KeyConditionExpression="pk = :partner AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues={
            ":partner": attribute(f"usage#{work.asked.id}"), ":first": attribute(days[0]), ":last": attribute(days[-1]),
        },
    )  # fmt: skip
    found = {item["sk"]["S"]: item for page in pages for item in page["Items"]}
    numbers = {day: [int(found.get(day, {}).get(name, {"N": "0"})["N"]) for name in KINDS] for day in days}
    total = [sum(column) for column in zip(*numbers.values(), strict=True)]
    rows = [(day, *map(str, row)) for day, row in numbers.items()]
    table(("day (UTC)", *KINDS), [*rows, ("sum", *map(str, total))])


def commands(to: Commands) -> None:
    """The command `usage`."""
    usage = to.look(
        "usage", "what a partner asked of the hub, by day (UTC)", _usage,
        more="shed: refused over its limit; refused: any other problem answer.",
    )  # fmt: skip
    usage.add_argument("id")
    usage.add_argument("--days", type=int, default=7, help="how many, today included; default 7")
