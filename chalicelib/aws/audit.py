"""The audit trail: who did what to which session, one item each, written before the deed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import attribute, key

__all__ = ["TableAudit"]


class TableAudit:
    """The port ``Audit`` over the session table: one partition per day (UTC)."""

    def __init__(self, clients: Clients, table: str, tokens: Callable[[], bytes]) -> None:
        self._clients, self._table, self._tokens = clients, table, tokens

    def record(self, who: str, what: str, session: str, at: int) -> None:
        """Append one record; never overwrites."""
        day = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")
        item = {
            **key(f"audit#{day}", f"{at:013d}#{self._tokens().hex()}"), "who": attribute(who),
            "what": attribute(what), "session": attribute(session),
        }  # fmt: skip
        with translated():
            self._clients("dynamodb").put_item(
                TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)"
            )
