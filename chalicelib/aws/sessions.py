"""Sessions in DynamoDB: one conditional write per step. The loser of a write learns who won in the same trip."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from chalicelib.aws.batch import read_batch
from chalicelib.aws.change import Change, update
from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, decode, encode, key, readable
from chalicelib.aws.words import TableWords
from chalicelib.model.handoff import Lane
from chalicelib.model.line import Place, Queued, held_key, held_partition, partition, queued
from chalicelib.model.places import binding, legible
from chalicelib.model.session import Session, State
from chalicelib.ports import Claimed, Conflict

__all__ = ["TableSessions"]

SK = "session"
PAGE, PAGES = 1000, 50
MOST_OF_ONE = 20


class TableSessions(TableWords):
    """The port ``Sessions`` over one table."""

    def __init__(self, clients: Clients, table: str, tokens: Callable[[], bytes], shards: int = 1) -> None:
        super().__init__(clients, table)
        self._tokens, self._shards = tokens, shards

    def create(self, session: Session) -> Session | None:
        """Put a new session in one conditional trip; the one that was there first comes back from the same trip."""
        mine = replace(session, write_id=self._tokens().hex())
        item = {**key(session.id, SK), **encode(mine, self._shards)}
        first = self._write("put_item", Item=item, ConditionExpression="attribute_not_exists(pk)")
        if first is None:
            return None
        found = decode(first)
        return None if found.write_id == mine.write_id else found  # a lost reply was a success

    def get(self, id: str, *, strong: bool = False) -> Session | None:
        """The stored session."""
        with translated():
            item = self._db.get_item(TableName=self._table, Key=key(id, SK), ConsistentRead=strong).get("Item")
        return decode(item) if item else None

    def get_many(self, ids: Sequence[str], *, strong: bool = False) -> list[Session]:
        """Those of the sessions that exist and can be read."""
        # An index may show what moves at both its places, and a batch that asks for one key twice is refused.
        keys = [key(id, SK) for id in dict.fromkeys(ids)]
        found = (readable(item) for item in read_batch(self._db, self._table, keys, strong=strong))
        return [session for session in found if session is not None]

    def replace(self, before: Session, after: Session, *, also: Sequence[str] = ()) -> Session:
        """Write what differs, guarded by state, epoch, what differs, ``also``, and what its places follow from."""
        mine = replace(after, write_id=self._tokens().hex())
        old, new = encode(before, self._shards), encode(mine, self._shards)
        changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
        bound = binding(before, mine, changed)
        guards = {"state", "epoch", *also, *changed, *bound.guarded} - bound.written - {"write_id"}
        change = Change()
        for name in sorted(changed | bound.written):
            change.set(name, new.get(name))
        for name in sorted(guards):
            change.guard(name, old.get(name))
        winner = self._update(before.id, change)
        if winner is not None and winner.get("write_id") != new["write_id"]:
            raise Conflict(decode(winner) if winner else None)
        return mine

    def renew(self, id: str, owner: str, epoch: int, until: int) -> Session:
        """Move the lease's end: one write, no read."""
        change = Change()
        change.set("lease_until", attribute(until))
        change.set("write_id", attribute(self._tokens().hex()))
        change.guard("owner", attribute(owner))
        change.guard("epoch", attribute(epoch))
        change.guard_held()
        answer = self._returned(id, change)
        if isinstance(answer, Conflict):
            raise answer
        return answer

    def claim(
        self, row: Queued, lane: Lane, *, owner: str, holder: str, now: int, lease: int, seen_after: int
    ) -> Claimed:
        """Take the session if it still stands exactly where the index showed it; no read before."""
        write_id = self._tokens().hex()
        change = Change()
        values: dict[str, Any] = {
            "state": State.CLAIMED, "owner": owner, "holder": holder, "claimed_at": now, "lease_until": now + lease,
            "status": row.status, "sequence": row.sequence, "write_id": write_id,
            "lane_pk": held_partition(owner, self._shards), "lane_sk": held_key(owner, now, row.id, lane, holder),
        }  # fmt: skip
        if row.raised:  # the moment that every attempt to deliver this status will tell
            values["stepped"] = row.due
        for name, value in values.items():
            change.set(name, attribute(value))
        for name in ("audience", "reserved_until"):
            change.set(name, None)
        change.set_once("waited", attribute(max(0, now - row.due) // 1000))
        change.add_one("epoch")
        change.guard("lane_pk", attribute(row.place.pk))
        change.guard("lane_sk", attribute(row.place.sk))
        if lane == "chat":
            change.guard_at_least("youth_seen", seen_after)
        answer = self._returned(row.id, change)
        if not isinstance(answer, Conflict):
            return Claimed(answer)
        winner = answer.winner
        if winner is not None and winner.write_id == write_id:
            return Claimed(winner)
        waits = winner is not None and winner.state in (State.WAITING, State.SCHEDULED) and not winner.aside
        if waits and winner and winner.youth_seen < seen_after:
            return Claimed(None, winner)
        return Claimed(None, raced=winner is not None and winner.owner not in (None, owner))

    def touch(self, id: str, name: str, at: int, **guards: Any) -> bool:
        """Set one moment of a held session, if the guarded attributes still are so: one write, no read."""
        change = Change()
        change.set(name, attribute(at))
        for guarded, value in guards.items():
            change.guard(guarded, attribute(value))
        change.guard_held()
        return self._update(id, change) is None

    def of_subject(self, subject: bytes) -> list[str]:
        """Ids of the open sessions of one youth; may be stale."""
        with translated():
            answer = self._db.query(
                TableName=self._table, IndexName="subject", KeyConditionExpression="subject = :s",
                ExpressionAttributeValues={":s": attribute(subject)}, Limit=MOST_OF_ONE,
            )  # fmt: skip
        return [item["pk"]["S"] for item in answer["Items"]]

    def head(self, lane: Lane, *, now: int, before: str, limit: int, audiences: Collection[str] = ()) -> list[Queued]:
        """The due rows at the head of a lane, merged over its shards.

        Rows that are not due yet, or reserved for somebody else, are passed over.
        """
        rows: list[Queued] = []
        for shard in range(self._shards):
            name, found = partition(lane, shard), 0
            standing = (Place(name, sort_key) for sort_key in self._keys(name, before=before, page=limit))
            for row in legible(queued, standing):
                if row.due <= now and row.free_for(audiences, now):
                    rows.append(row)
                    found += 1
                if found >= limit:
                    break
        return sorted(rows, key=lambda row: row.place.sk)[:limit]

    def standing(self, partition: str, *, prefix: str = "", before: str = "", limit: int = 500) -> list[str]:
        """Sort keys of one partition, in order."""
        return list(islice(self._keys(partition, prefix=prefix, before=before, page=min(limit, PAGE)), limit))

    def _keys(self, name: str, *, prefix: str = "", before: str = "", page: int) -> Iterator[str]:
        condition, values = "lane_pk = :p", {":p": attribute(name)}
        if prefix:
            condition, values = condition + " AND begins_with(lane_sk, :b)", {**values, ":b": attribute(prefix)}
        elif before:
            condition, values = condition + " AND lane_sk < :b", {**values, ":b": attribute(before)}
        more: dict[str, Any] = {}
        for _ in range(PAGES):
            with translated():
                answer = self._db.query(
                    TableName=self._table, IndexName="lane", KeyConditionExpression=condition,
                    ExpressionAttributeValues=values, Limit=page, **more,
                )  # fmt: skip
            for item in answer["Items"]:
                yield item["lane_sk"]["S"]
            if "LastEvaluatedKey" not in answer:
                return
            more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _update(self, id: str, change: Change) -> Item | None:
        return self._write("update_item", Key=key(id, SK), **change.request())

    def _returned(self, id: str, change: Change) -> Session | Conflict:
        item, won = update(self._db, self._table, key(id, SK), change)
        return decode(item) if won else Conflict(decode(item) if item else None)
