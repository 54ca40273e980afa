"""How the tests of the store write: one item under one key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulation.places import Place

__all__ = ["KEY", "NAMED", "code", "holds", "put", "refused", "stored", "update"]

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
NAMED = {"S": "named"}


def put(place: Place, **attributes: Any) -> None:
    place.db.put_item(TableName=place.table, Item={**KEY, **attributes})


def stored(place: Place) -> Mapping[str, Any] | None:
    """The item under KEY, without its key."""
    found = place.db.get_item(TableName=place.table, Key=KEY, ConsistentRead=True).get("Item")
    return None if found is None else {name: value for name, value in found.items() if name not in KEY}


def update(place: Place, expression: str, condition: str = "", names: Any = None, **values: Any) -> Any:
    more: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
    if names:
        more["ExpressionAttributeNames"] = names
    if values:
        more["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    return place.db.update_item(
        TableName=place.table, Key=KEY, UpdateExpression=expression, ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD", **more,
    )  # fmt: skip


def code(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def refused(place: Place, expression: str, condition: str = "", names: Any = None, **values: Any) -> str:
    with pytest.raises(ClientError) as failed:
        update(place, expression, condition, names, **values)
    return code(failed)


def holds(place: Place, condition: str, names: Any = None, **values: Any) -> bool:
    """Whether a condition holds for the stored item."""
    try:
        update(place, "SET checked = :checked", condition, names, checked=NAMED, **values)
    except place.db.exceptions.ConditionalCheckFailedException:
        return False
    return True
