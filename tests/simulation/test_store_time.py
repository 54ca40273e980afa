"""What only the fake can show: late indexes and late readers, the stream, expiry, and what it refuses to guess."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulation.clients import FakeClients
from tests.simulation.dynamo import Dynamo
from tests.simulation.tables import read_tables


@dataclass
class Scene:
    """A fake whose clock and lags are in the test's hand; lags are used up in order, then there are none."""

    now: int = 1_000_000
    lags: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.db = Dynamo(
            read_tables(Sessions="sessions", Keys="keys"), clock=lambda: self.now,
            lag=lambda: self.lags.pop(0) if self.lags else 0,
        )  # fmt: skip

    def put(self, lane: str | None, at: str = "1", **more: Any) -> None:
        keys = {} if lane is None else {"lane_pk": {"S": lane}, "lane_sk": {"S": at}}
        self.db.put_item(TableName="sessions", Item={"pk": {"S": "a"}, "sk": {"S": "session"}, **keys, **more})

    def delete(self) -> None:
        self.db.delete_item(TableName="sessions", Key={"pk": {"S": "a"}, "sk": {"S": "session"}})

    def shown(self, lane: str) -> list[str]:
        answer = self.db.query(
            TableName="sessions", IndexName="lane", KeyConditionExpression="lane_pk = :p",
            ExpressionAttributeValues={":p": {"S": lane}},
        )  # fmt: skip
        return [item["lane_sk"]["S"] for item in answer["Items"]]

    def read(self, *, strong: bool = False) -> Any:
        found = self.db.get_item(
            TableName="sessions", Key={"pk": {"S": "a"}, "sk": {"S": "session"}}, ConsistentRead=strong
        )
        return found.get("Item", {}).get("n", {}).get("N")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_an_index_shows_a_row_when_its_lag_is_over(scene: Scene) -> None:
    scene.lags = [0, 50]  # the table's own readers, then the index
    scene.put("chat#0")
    assert scene.shown("chat#0") == []
    scene.now += 49
    assert scene.shown("chat#0") == []
    scene.now += 1
    assert scene.shown("chat#0") == ["1"]


def test_a_row_that_moves_can_stand_twice_or_nowhere_for_a_while(scene: Scene) -> None:
    scene.put("chat#0")
    scene.lags = [0, 50, 0]  # the old place goes late
    scene.put("held#0")
    assert (scene.shown("chat#0"), scene.shown("held#0")) == (["1"], ["1"])
    scene.now += 50
    assert (scene.shown("chat#0"), scene.shown("held#0")) == ([], ["1"])
    scene.lags = [0, 0, 50]  # the new place comes late
    scene.put("open#0")
    assert (scene.shown("held#0"), scene.shown("open#0")) == ([], [])
    scene.now += 50
    assert scene.shown("open#0") == ["1"]


def test_changes_of_one_row_show_in_their_order(scene: Scene) -> None:
    scene.lags = [0, 100]
    scene.put("chat#0")
    scene.lags = [0, 0]
    scene.put(None)
    scene.now += 99
    assert scene.shown("chat#0") == []
    scene.now += 1
    assert scene.shown("chat#0") == []  # added and removed, not the other way round


def test_a_late_reader_sees_one_state_after_the_other(scene: Scene) -> None:
    scene.put(None, n={"N": "1"})
    scene.lags = [100]
    scene.put(None, n={"N": "2"})
    scene.now += 10
    scene.lags = [20]
    scene.put(None, n={"N": "3"})
    seen = []
    for _ in range(4):
        seen.append((scene.read(), scene.read(strong=True)))
        scene.now += 30
    # The third write may not be seen before the second.
    assert seen == [("1", "3"), ("1", "3"), ("1", "3"), ("3", "3")]


def test_a_late_reader_misses_a_new_item_and_still_finds_a_deleted_one(scene: Scene) -> None:
    def found(strong: bool) -> int:
        asked: dict[str, Any] = {
            "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}},
        }  # fmt: skip
        return len(scene.db.query(TableName="sessions", ConsistentRead=strong, **asked)["Items"])

    scene.lags = [50]
    scene.put(None)
    assert (found(False), found(True)) == (0, 1)
    scene.now += 50
    assert found(False) == 1
    scene.lags = [50]
    scene.delete()
    assert (found(False), found(True)) == (1, 0)
    assert len(scene.db.scan(TableName="sessions")["Items"]) == 1
    assert scene.db.scan(TableName="sessions", ConsistentRead=True)["Items"] == []
    scene.now += 50
    assert found(False) == 0


def test_what_was_answered_is_not_what_is_kept(scene: Scene) -> None:
    scene.put(None, n={"N": "1"})
    answer = scene.db.get_item(TableName="sessions", Key={"pk": {"S": "a"}, "sk": {"S": "session"}})
    answer["Item"]["n"] = {"N": "2"}
    assert scene.read() == "1"


def test_the_stream_says_which_items_changed_and_nothing_of_them(scene: Scene) -> None:
    scene.put(None, n={"N": "1"})
    scene.put(None, n={"N": "1"})  # nothing changed, so nothing is said
    scene.put(None, n={"N": "2"})
    scene.delete()
    scene.db.put_item(TableName="keys", Item={"pk": {"S": "a"}})  # a table without a stream
    keys = {"pk": {"S": "a"}, "sk": {"S": "session"}}
    assert scene.db.changes("sessions") == [
        {"eventName": event, "dynamodb": {"Keys": keys}} for event in ("INSERT", "MODIFY", "REMOVE")
    ]
    assert (scene.db.changes("sessions"), scene.db.changes("keys")) == ([], [])


def test_only_what_has_expired_may_be_deleted(scene: Scene) -> None:
    def put(pk: str, expires_at: int | None) -> dict[str, Any]:
        expiry = {} if expires_at is None else {"expires_at": {"N": f"{expires_at}"}}
        scene.db.put_item(TableName="keys", Item={"pk": {"S": pk}, **expiry})
        return {"pk": {"S": pk}}

    over, ends_now, never = put("over", 999), put("ends now", 1000), put("never", None)
    scene.now = 1_000_999
    assert scene.db.expired("keys") == [over]
    assert scene.db.expire("keys", [ends_now, never]) == 0
    assert scene.db.expire("keys", [over]) == 1
    assert scene.db.items("keys") == [{**ends_now, "expires_at": {"N": "1000"}}, never]


def test_a_batch_may_leave_keys_for_the_next_one() -> None:
    db = Dynamo(read_tables(Keys="keys"), clock=lambda: 0, answers=lambda asked: max(1, asked // 2))
    for n in range(5):
        db.put_item(TableName="keys", Item={"pk": {"S": f"{n}"}})
    wanted: dict[str, Any] = {"keys": {"Keys": [{"pk": {"S": f"{n}"}} for n in range(5)], "ConsistentRead": True}}
    found, asked = [], 0
    while wanted:
        answer = db.batch_get_item(RequestItems=wanted)
        found += [item["pk"]["S"] for item in answer["Responses"]["keys"]]
        wanted, asked = answer["UnprocessedKeys"], asked + 1
        assert all(one["ConsistentRead"] for one in wanted.values())
    assert (sorted(found), asked) == (list("01234"), 4)


def unknown() -> Iterator[tuple[str, Callable[[Dynamo], object]]]:
    key = {"pk": {"S": "a"}, "sk": {"S": "session"}}
    value = {"ExpressionAttributeValues": {":v": {"N": "1"}}}
    yield "verb", lambda db: db.transact_write_items(TransactItems=[])
    yield "parameter", lambda db: db.get_item(TableName="sessions", Key=key, ReturnConsumedCapacity="TOTAL")
    for condition in ("contains(a, :v)", "size(a) > :v", "a <> :v"):
        asked: dict[str, Any] = {"ConditionExpression": condition, **value}
        yield condition, lambda db, asked=asked: db.put_item(TableName="sessions", Item=key, **asked)  # type: ignore[misc]
    for change in ("SET a = list_append(a, :v)", "SET a[0] = :v"):
        asked = {"UpdateExpression": change, **value}
        yield change, lambda db, asked=asked: db.update_item(TableName="sessions", Key=key, **asked)  # type: ignore[misc]
    yield "UPDATED_NEW", lambda db: db.update_item(TableName="sessions", Key=key, ReturnValues="UPDATED_NEW")


@pytest.mark.parametrize(("name", "call"), list(unknown()), ids=[name for name, _ in unknown()])
def test_what_the_fake_does_not_know_it_does_not_guess(
    scene: Scene, name: str, call: Callable[[Dynamo], object]
) -> None:
    with pytest.raises(NotImplementedError):
        call(scene.db)


def test_a_service_without_a_fake_is_named() -> None:
    with pytest.raises(NotImplementedError, match="s3"):
        FakeClients(Dynamo({}, clock=lambda: 0), secrets={})("s3")


def test_a_wrapped_key_opens_for_its_own_session_alone() -> None:
    kms = FakeClients(Dynamo({}, clock=lambda: 0), secrets={})("kms")
    made = kms.generate_data_key(KeyId="k", KeySpec="AES_256", EncryptionContext={"session": "a"})
    wrapped = made["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=wrapped, KeyId="k", EncryptionContext={"session": "a"})
    assert opened["Plaintext"] == made["Plaintext"]
    with pytest.raises(ClientError):
        kms.decrypt(CiphertextBlob=wrapped, KeyId="k", EncryptionContext={"session": "b"})
