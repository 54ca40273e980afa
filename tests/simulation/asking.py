"""How the tests of the store put items and ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulation.places import Place

__all__ = ["pages", "put", "query", "refused", "row", "sort_keys"]

Item = Mapping[str, Any]


def put(place: Place, pk: str, sk: str, **attributes: Any) -> None:
    place.db.put_item(TableName=place.table, Item={"pk": {"S": pk}, "sk": {"S": sk}, **attributes})


def row(place: Place, id: str, lane: str, at: str) -> None:
    """An item that stands in the index ``lane``."""
    put(place, id, "session", lane_pk={"S": lane}, lane_sk={"S": at}, state={"S": "waiting"})


def query(place: Place, condition: str, values: Mapping[str, str], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = place.db.query(
        TableName=place.table, KeyConditionExpression=condition,
        ExpressionAttributeValues={f":{name}": {"S": value} for name, value in values.items()}, **more,
    )  # fmt: skip
    return found


def sort_keys(answer: Mapping[str, Any], name: str = "sk") -> list[str]:
    return [item[name]["S"] for item in answer["Items"]]


def pages(place: Place, verb: str, **request: Any) -> Iterator[dict[str, Any]]:
    while True:
        page = getattr(place.db, verb)(TableName=place.table, **request)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def refused(place: Place, verb: str, **request: Any) -> str:
    with pytest.raises(ClientError) as failed:
        getattr(place.db, verb)(**request)
    return str(failed.value.response["Error"]["Code"])
