"""Which counsellors are at the console, and when each last signed out: one row each, gone by itself."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import Item, attribute, key, plain
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.retention import PRESENCE_LASTS
from chalicelib.ports import Clock, Present

__all__ = ["TablePresence"]

KEPT = 2_000


class TablePresence:
    """The port ``Presence`` over the session table."""

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients, self._table, self._clock = clients, table, clock
        self._known: tuple[int, list[Present], dict[str, int]] | None = None

    def mark(self, who: Counsellor, at: int, *, on_break: bool | None = None) -> None:
        """One write; what is known of the others is kept."""
        values: dict[str, Any] = {"username": who.username, "specialities": who.specialities, "seen": at}
        if on_break is not None:
            values["on_break"] = on_break
        self._write(who.subject, at, values)

    def sign_out(self, username: str, subject: str, at: int) -> None:
        """One write; a sign-out is never taken back by an older one, since nobody writes a moment that has passed."""
        self._write(subject, at, {"username": username, "seen": 0, "signed_out": at})

    def _write(self, subject: str, at: int, values: dict[str, Any]) -> None:
        written = {f":{name}": attribute(value) for name, value in values.items()}
        written[":expires_at"] = attribute((at + PRESENCE_LASTS) // 1000)
        with translated():
            self._clients("dynamodb").update_item(
                TableName=self._table, Key=key("presence", subject),
                UpdateExpression="SET " + ", ".join(f"{name[1:]} = {name}" for name in written),
                ExpressionAttributeValues=written,
            )  # fmt: skip
        self._known = None

    def everybody(self) -> list[Present]:
        """Everybody with a row; read again after two seconds."""
        return self._rows()[0]

    def signed_out(self, subject: str, *, fresh: bool = False) -> int | None:
        """From the same rows; ``fresh`` is one strong read."""
        if not fresh:
            return self._rows()[1].get(subject)
        with translated():
            answer = self._clients("dynamodb").get_item(
                TableName=self._table, Key=key("presence", subject), ConsistentRead=True
            )
        return _signed_out(answer.get("Item", {}))

    def _rows(self) -> tuple[list[Present], dict[str, int]]:
        now = self._clock()
        if self._known is None or now - self._known[0] >= KEPT:
            with translated():
                answer = self._clients("dynamodb").query(
                    TableName=self._table, KeyConditionExpression="pk = :p",
                    ExpressionAttributeValues={":p": attribute("presence")},
                )  # fmt: skip
            items = answer["Items"]
            left = {plain(item["sk"]): at for item in items if (at := _signed_out(item)) is not None}
            self._known = (now, [_present(item) for item in items], left)
        return self._known[1], self._known[2]


def _signed_out(item: Item) -> int | None:
    return plain(item["signed_out"]) if "signed_out" in item else None


def _present(item: Item) -> Present:
    return Present(
        username=plain(item["username"]),
        subject=plain(item["sk"]),
        specialities=tuple(plain(item["specialities"])) if "specialities" in item else (),
        seen=plain(item["seen"]),
        on_break=plain(item["on_break"]) if "on_break" in item else False,
    )
