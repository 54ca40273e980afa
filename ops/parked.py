"""Deliveries that were given up: listed, and made due again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.codec import attribute, key
from chalicelib.model.delivery import due_key, due_partition, parked_partition
from chalicelib.model.line import shard_of
from ops.command import Commands, Work, table
from ops.row import PartnerRefused, moment, now

__all__ = ["commands", "parked_rows"]

AT_ONCE = 100
WHY = {"gone": "the endpoint answered 410", "exhausted": "every attempt failed"}


def parked_rows(work: Work, partner: str) -> Iterator[tuple[int, str]]:
    """(since in ms, session id) of each, oldest first; may be some seconds late."""
    pages = work.place.clients("dynamodb").get_paginator("query").paginate(
        TableName=work.place.table, IndexName="due", KeyConditionExpression="due_pk = :parked",
        ExpressionAttributeValues={":parked": attribute(parked_partition(partner))},
    )  # fmt: skip
    for page in pages:
        for item in page["Items"]:
            since, id = item["due_sk"]["S"].split("#", 1)
            yield int(since), id


def _parked(work: Work) -> None:
    work.partners.need(work.asked.id)
    found = list(parked_rows(work, work.asked.id))
    if not found:
        print("nothing is parked")
        return
    sessions = _sessions(work, [id for _, id in found])
    rows = []
    for since, id in found:
        session = sessions.get(id, {})
        why = session.get("parked", {}).get("S", "-")
        sequence = session.get("sequence", {}).get("N", "-")
        rows.append((id, sequence, moment(since), f"{why}: {WHY[why]}" if why in WHY else why))
    table(("session", "sequence", "since", "why"), rows)


def _sessions(work: Work, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), AT_ONCE):
        keys = [key(id, "session") for id in ids[start : start + AT_ONCE]]
        wanted: dict[str, Any] = {
            work.place.table: {"Keys": keys, "ProjectionExpression": "pk, parked, #n",
                               "ExpressionAttributeNames": {"#n": "sequence"}}
        }  # fmt: skip
        while wanted:
            answer = work.place.clients("dynamodb").batch_get_item(RequestItems=wanted)
            found |= {item["pk"]["S"]: item for item in answer["Responses"].get(work.place.table, ())}
            wanted = answer.get("UnprocessedKeys") or {}
    return found


def _replay(work: Work) -> None:
    partner = work.partners.need(work.asked.id)
    if partner.webhook is None:
        raise PartnerRefused(f"{partner.id} has no endpoint; set one first (webhook-set)")
    if partner.webhook.stopped is not None:
        raise PartnerRefused(f"the endpoint of {partner.id} is stopped; first: webhook-resume {partner.id}")
    parked = [id for _, id in parked_rows(work, partner.id)]
    chosen = parked if work.asked.all else [id for id in parked if id == work.asked.session]
    if not chosen:
        raise PartnerRefused("nothing is parked" if work.asked.all else "this session is not parked; see `parked`")
    if work.partners.recorded("replay", partner.id):
        chosen = [id for id in chosen if _due_again(work, partner.id, id)]
    work.tell(f"{partner.id}: {len(chosen)} due again; the newest status of each is sent")


def _due_again(work: Work, partner: str, id: str) -> bool:
    """Whether it was still parked."""
    at, mine = now(), due_partition(partner, shard_of(id, work.place.shards))
    try:
        work.place.clients("dynamodb").update_item(
            TableName=work.place.table, Key=key(id, "session"),
            UpdateExpression="SET due_pk = :pk, due_sk = :sk, deliver_at = :at REMOVE parked, tries",
            ConditionExpression="attribute_exists(parked) AND partner = :partner",
            ExpressionAttributeValues={
                ":pk": attribute(mine), ":sk": attribute(due_key(at, id)), ":at": attribute(at),
                ":partner": attribute(partner),
            },
        )  # fmt: skip
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
            raise
        return False
    return True


def commands(to: Commands) -> None:
    """parked, replay."""
    to.look("parked", "deliveries that were given up", _parked).add_argument("id")
    replay = to.change("replay", "send parked deliveries again", _replay)
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("--session", metavar="ho_…", help="one of them")
    which.add_argument("--all", action="store_true", help="all of them")
