"""What is owed to partners, in DynamoDB: rows of the ``due`` index, and the deliverer's own attributes of a session.

Taking a row costs 3 write units (the key moves), settling it 2; two deliverers never send the same row, unless the
lease of the first ran out.
"""

from __future__ import annotations

from typing import Any

from chalicelib.aws.change import Change, update, write
from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, decode, encode, key
from chalicelib.model.delivery import Owed, arrived, beside, due_key, due_partition, owed_row, parked_partition
from chalicelib.model.line import Place
from chalicelib.model.places import DUE, due_follows, legible
from chalicelib.model.session import Session, State

__all__ = ["TableDeliveries"]

SK = "session"
OWN = ("courier", "deliver_at", "delivered", "due_pk", "due_sk", "parked", "tried", "tries")
TRIES = 5


class TableDeliveries:
    """The port ``Deliveries`` over the session table."""

    def __init__(self, clients: Clients, table: str, shards: int = 1) -> None:
        self._clients, self._table, self._shards = clients, table, shards

    def due(self, partner: str, *, before: int, limit: int) -> list[Owed]:
        """Rows due before that moment, earliest first, merged over the shards."""
        found: list[Owed] = []
        for shard in range(self._shards):
            found += self._rows(due_partition(partner, shard), f"{before:013d}", limit)
        return sorted(found, key=lambda row: row.place.sk)[:limit]

    def parked(self, partner: str, *, limit: int = 500) -> list[Owed]:
        """What was given up, oldest first."""
        return self._rows(parked_partition(partner), "", limit)

    def take(self, row: Owed, *, token: str, until: int) -> Session | None:
        """Push the row's key forward, if it still stands where it was seen; that is the lease."""
        change = Change()
        for name, value in (("courier", token), ("deliver_at", until), ("due_sk", due_key(until, row.id))):
            change.set(name, attribute(value))
        change.guard("due_pk", attribute(row.place.pk))
        change.guard("due_sk", attribute(row.place.sk))
        return self._update(row.id, change, mine=token)

    def settle(self, seen: Session, after: Session) -> bool:
        """Write what the attempt changed, if the lease and the sequence still are what they were."""
        lease = (seen.courier, seen.sequence)
        for _ in range(TRIES):
            item, won = self._own(seen, after)
            if won:
                return True
            seen = decode(item) if item else seen
            if not item or (seen.courier, seen.sequence) != lease:
                return False
            after = beside(seen, after)
        return False

    def delivered(self, id: str, sequence: int) -> None:
        """Remember that ``sequence`` arrived, on what stands there now."""
        for _ in range(TRIES):
            with translated():
                item = self._db.get_item(TableName=self._table, Key=key(id, SK), ConsistentRead=True).get("Item")
            seen = decode(item) if item else None
            if seen is None or seen.delivered >= sequence or self._own(seen, arrived(seen, sequence))[1]:
                return

    def _own(self, seen: Session, after: Session) -> tuple[Item, bool]:
        """Write the deliverer's own attributes and the place they make; what else the place follows from is guarded."""
        old, new = encode(seen, self._shards), encode(after, self._shards)
        change = Change()
        for name in OWN:
            if old.get(name) != new.get(name) or name in DUE:
                change.set(name, new.get(name))
        for name in sorted({"courier", "sequence", *due_follows(after)}):
            change.guard(name, old.get(name))
        if seen.state is State.SCHEDULED:
            change.guard("state", old["state"])
        else:
            change.guard_not("state", attribute(State.SCHEDULED))
        return update(self._db, self._table, key(seen.id, SK), change)

    def hold(self, partner: str, token: str, *, now: int, until: int) -> bool:
        """Take or keep the row that says who delivers to the partner."""
        there = write(
            self._db, "update_item", TableName=self._table, Key=key(f"partner#{partner}", "deliverer"),
            UpdateExpression="SET holder = :me, hold_until = :until",
            ConditionExpression="attribute_not_exists(pk) OR hold_until < :now OR holder = :me",
            ExpressionAttributeValues={":me": attribute(token), ":until": attribute(until), ":now": attribute(now)},
        )  # fmt: skip
        return there is None

    def held(self, partner: str, now: int) -> bool:
        """Read the row that says who delivers to the partner: a deliverer started for nothing would cost more."""
        with translated():
            answer = self._db.get_item(TableName=self._table, Key=key(f"partner#{partner}", "deliverer"))
        return "Item" in answer and int(answer["Item"]["hold_until"]["N"]) >= now

    def let_go(self, partner: str, token: str) -> None:
        """Delete the row that says who delivers to the partner, if it is ours."""
        write(
            self._db, "delete_item", TableName=self._table, Key=key(f"partner#{partner}", "deliverer"),
            ConditionExpression="holder = :me", ExpressionAttributeValues={":me": attribute(token)},
        )  # fmt: skip

    def stop(self, partner: str, why: str, at: int) -> None:
        """Note at the partner's endpoint why nothing is sent there any more; the first reason stays."""
        write(
            self._db, "update_item", TableName=self._table, Key=key(f"partner#{partner}", "partner"),
            UpdateExpression="SET webhook.stopped = :why, webhook.stopped_at = :at",
            ConditionExpression="attribute_exists(webhook) AND attribute_not_exists(webhook.stopped)",
            ExpressionAttributeValues={":why": attribute(why), ":at": attribute(at)},
        )  # fmt: skip

    @property
    def _db(self) -> Any:
        return self._clients("dynamodb")

    def _rows(self, partition: str, before: str, limit: int) -> list[Owed]:
        condition, values = "due_pk = :p", {":p": attribute(partition)}
        if before:
            condition, values = condition + " AND due_sk < :b", {**values, ":b": attribute(before)}
        with translated():
            answer = self._db.query(
                TableName=self._table, IndexName="due", KeyConditionExpression=condition,
                ExpressionAttributeValues=values, Limit=limit,
            )  # fmt: skip
        return list(legible(owed_row, (Place(partition, item["due_sk"]["S"]) for item in answer["Items"])))

    def _update(self, id: str, change: Change, mine: str = "") -> Session | None:
        item, won = update(self._db, self._table, key(id, SK), change)
        # Our own lease in the way: the reply of the first try was lost, not the write.
        mine_already = mine != "" and item.get("courier") == attribute(mine)
        return decode(item) if won or mine_already else None
