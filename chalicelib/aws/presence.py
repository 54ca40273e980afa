"""Which counsellors are at the console: one row each, gone by itself."""

from __future__ import annotations

from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, key, plain
from chalicelib.model.counsellor import Counsellor
from chalicelib.ports import Clock, Present

__all__ = ["TablePresence"]

KEPT = 2_000
ROW_LASTS = 24 * 3600


class TablePresence:
    """The port ``Presence`` over the session table."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients, self._table, self._clock = clients, table, clock
        self._known: tuple[int, list[Present]] | None = None

    def mark(self, who: Counsellor, at: int, *, on_break: bool | None = None) -> None:
        """One write; what is known of the others is kept."""
        values = {
            ":username": attribute(who.username), ":specialities": attribute(who.specialities),
            ":seen": attribute(at), ":expires_at": attribute(at // 1000 + ROW_LASTS),
        }  # fmt: skip
        if on_break is not None:
            values[":on_break"] = attribute(on_break)
        with translated():
            self._clients("dynamodb").update_item(
                TableName=self._table, Key=key("presence", who.subject),
                UpdateExpression="SET " + ", ".join(f"{name[1:]} = {name}" for name in values),
                ExpressionAttributeValues=values,
            )  # fmt: skip
        self._known = None

    def everybody(self) -> list[Present]:
        """Everybody with a row; read again after two seconds."""
        now = self._clock()
        if self._known is None or now - self._known[0] >= KEPT:
            with translated():
                answer = self._clients("dynamodb").query(
                    TableName=self._table, KeyConditionExpression="pk = :p",
                    ExpressionAttributeValues={":p": attribute("presence")},
                )  # fmt: skip
            self._known = (now, [_present(item) for item in answer["Items"]])
        return self._known[1]


def _present(item: Item) -> Present:
    return Present(
        username=plain(item["username"]),
        subject=plain(item["sk"]),
        specialities=tuple(plain(item["specialities"])),
        seen=plain(item["seen"]),
        on_break=plain(item["on_break"]) if "on_break" in item else False,
    )
