"""What is sent again stands where the deliverer looks for it, into however many shards that is divided."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.aws.codec import attribute, key
from chalicelib.model.delivery import due_partition
from chalicelib.model.line import shard_of
from ops.parked import _due_again
from tests.simulation.dynamo import Dynamo
from tests.simulation.tables import read_tables

TABLE = "sessions"


@pytest.mark.parametrize("shards", [1, 3, 64])
def test_a_parked_delivery_comes_back_into_the_shard_of_its_session(shards: int) -> None:
    """It came back into the first one, from where the reconciler moved it: an alarm for each replay."""
    db = Dynamo(read_tables(Sessions=TABLE, Keys="keys"), clock=lambda: 0)
    work: Any = SimpleNamespace(place=SimpleNamespace(clients=lambda _: db, table=TABLE, shards=shards))
    ids = [f"ho_{n:026d}" for n in range(20)]
    for id in ids:
        parked = {"parked": attribute("gone"), "partner": attribute("tiktok"), "due_pk": attribute("parked#tiktok#0")}
        db.put_item(TableName=TABLE, Item={**key(id, "session"), **parked, "due_sk": attribute(id)})
        assert _due_again(work, "tiktok", id)
        item = db.get_item(TableName=TABLE, Key=key(id, "session"))["Item"]
        assert item["due_pk"]["S"] == due_partition("tiktok", shard_of(id, shards))
        assert "parked" not in item
    assert shards == 1 or len({shard_of(id, shards) for id in ids}) > 1
