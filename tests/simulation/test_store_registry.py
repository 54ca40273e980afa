"""Partners, the line in short, who is there, what was counted: over each store."""

from __future__ import annotations

from chalicelib.aws.directory import TableDirectory
from chalicelib.aws.partner_rows import partner_key
from chalicelib.model.line import Line
from chalicelib.model.partner import PartnerKey
from tests.simulation.cast import FIRST, SECOND_ONE
from tests.simulation.places import Given
from tests.simulation.ports import Ports


def test_partners_and_the_line_are_read_together(ports: Ports) -> None:
    ports.partner("tiktok")
    ports.partner("meta")
    assert ports.directory.partner("nobody") is None
    ports.place.clock.pass_seconds(60)
    assert ports.directory.partners() == ["meta", "tiktok"]
    stands = Line((("chat", 5), ("callback", None)), (1, 2), 7, 8)
    ports.directory.save_line(stands)
    assert TableDirectory(Given(dynamodb=ports.place.db), ports.place.table, ports.place.clock).line() == stands


def test_a_key_set_replaces_the_one_before_and_a_fault_stands_beside_it(ports: Ports) -> None:
    url = "https://keys.example/jwks"
    ports.partner()
    assert ports.keysets.address("tiktok") is None
    ports.place.db.update_item(
        TableName=ports.place.table, Key=partner_key("tiktok"), UpdateExpression="SET jwks_url = :u",
        ExpressionAttributeValues={":u": {"S": url}},
    )  # fmt: skip
    assert ports.keysets.address("tiktok") == url
    ports.keysets.keep("tiktok", url, {"k": PartnerKey("ES256", "{}")}, 1)
    ports.keysets.keep("tiktok", "https://keys.example/other", {}, 2)
    ports.keysets.fault("tiktok", url, "timeout")
    found = ports.directory.partner("tiktok", fresh=True)
    assert found is not None
    assert found.keys == {"k": PartnerKey("ES256", "{}")}


def test_who_is_at_the_console_is_seen_by_everybody(ports: Ports) -> None:
    ports.presence.mark(FIRST, ports.now, on_break=True)
    ports.presence.mark(SECOND_ONE, ports.now)
    ports.presence.mark(FIRST, ports.now + 1)
    found = {one.username: (one.seen, one.on_break) for one in ports.presence.everybody()}
    assert found == {"first": (ports.now + 1, True), "second": (ports.now, False)}


def test_counts_of_a_day_add_up(ports: Ports) -> None:
    times = 2 if ports.twice else 1  # a meter, not a bill: a lost reply counts twice
    ports.usage.add("tiktok", ports.now, {"handoffs": 2})
    assert ports.usage.add("tiktok", ports.now, {"handoffs": 1, "reads": 1}) == {"handoffs": 3 * times, "reads": times}
