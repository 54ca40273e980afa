"""One conditional UpdateItem in the making."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.clients import refused, translated
from chalicelib.aws.codec import Item, attribute
from chalicelib.model.session import State

__all__ = ["Change", "update", "write"]


def write(db: Any, verb: str, **request: Any) -> Item | None:
    """A conditional write; None when it was done, else the item that stood in the way ({} when none does)."""
    from botocore.exceptions import ClientError

    with translated():
        try:
            getattr(db, verb)(ReturnValuesOnConditionCheckFailure="ALL_OLD", **request)
        except ClientError as error:
            winner = refused(error)
            if winner is None:
                raise
            return winner
    return None


def update(db: Any, table: str, key: Item, change: Change) -> tuple[Item, bool]:
    """Write the change; the item afterwards and True, or the item that stood in the way ({}: none) and False."""
    from botocore.exceptions import ClientError

    with translated():
        try:
            answer = db.update_item(
                TableName=table, Key=key, ReturnValues="ALL_NEW", ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **change.request(),
            )  # fmt: skip
        except ClientError as error:
            winner = refused(error)
            if winner is None:
                raise
            return winner, False
    return answer["Attributes"], True


class Change:
    """One conditional UpdateItem in the making; every clause of the condition is a named value."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: Item = {}
        self._sets: list[str] = []
        self._removes: list[str] = []
        self._adds: list[str] = []
        self._guards: list[str] = ["attribute_exists(pk)"]

    def _name(self, name: str) -> str:
        self._names[f"#{name}"] = name
        return f"#{name}"

    def _value(self, prefix: str, name: str, value: dict[str, Any]) -> str:
        self._values[f":{prefix}_{name}"] = value
        return f":{prefix}_{name}"

    def set(self, name: str, value: dict[str, Any] | None) -> None:
        """Set the attribute, or remove it."""
        if value is None:
            self._removes.append(self._name(name))
        else:
            self._sets.append(f"{self._name(name)} = {self._value('new', name, value)}")

    def set_once(self, name: str, value: dict[str, Any]) -> None:
        """Set the attribute unless it is there."""
        named = self._name(name)
        self._sets.append(f"{named} = if_not_exists({named}, {self._value('new', name, value)})")

    def add_one(self, name: str) -> None:
        """Raise a counter by one."""
        self._adds.append(f"{self._name(name)} {self._value('one', name, {'N': '1'})}")

    def guard(self, name: str, value: dict[str, Any] | None) -> None:
        """Write only if the attribute still is ``value``."""
        if value is None:
            self._guards.append(f"attribute_not_exists({self._name(name)})")
        else:
            self._guards.append(f"{self._name(name)} = {self._value('old', name, value)}")

    def guard_not(self, name: str, value: dict[str, Any]) -> None:
        """Write only if the attribute is something else."""
        self._guards.append(f"NOT {self._name(name)} = {self._value('not', name, value)}")

    def guard_at_least(self, name: str, bound: int) -> None:
        """Write only if the attribute is at least ``bound``."""
        self._guards.append(f"{self._name(name)} >= {self._value('min', name, attribute(bound))}")

    def guard_held(self) -> None:
        """Write only while a counsellor holds the session."""
        claimed = self._value("is", "claimed", attribute(State.CLAIMED))
        active = self._value("is", "active", attribute(State.ACTIVE))
        self._guards.append(f"{self._name('state')} IN ({claimed}, {active})")

    def request(self) -> dict[str, Any]:
        """The parts of the UpdateItem request."""
        parts = (("SET ", self._sets), ("REMOVE ", self._removes), ("ADD ", self._adds))
        request: dict[str, Any] = {
            "UpdateExpression": " ".join(verb + ", ".join(clauses) for verb, clauses in parts if clauses),
            "ConditionExpression": " AND ".join(self._guards),
            "ExpressionAttributeNames": self._names,
        }
        return {**request, "ExpressionAttributeValues": self._values} if self._values else request
