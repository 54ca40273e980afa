"""What partners asked for: one row per partner and day (UTC), added to by every process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import attribute, key, plain
from chalicelib.model.retention import USAGE_LASTS
from chalicelib.model.usage import KINDS, Kind

__all__ = ["TableUsage"]


class TableUsage:
    """The port ``Usage`` over the session table. No index holds these rows: one write of one unit each."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._clients, self._table = clients, table

    def add(self, partner: str, at: int, counts: Mapping[Kind, int]) -> Mapping[Kind, int]:
        """Add to the day's counts; the counts afterwards. Problem ``unavailable`` when the table does not answer."""
        day = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")
        added = ", ".join(f"#{name} :{name}" for name in counts)
        with translated():
            answer = self._clients("dynamodb").update_item(
                TableName=self._table,
                Key=key(f"usage#{partner}", day),
                UpdateExpression=f"SET expires_at = :end ADD {added}",
                ExpressionAttributeNames={f"#{name}": name for name in counts},
                ExpressionAttributeValues={
                    ":end": attribute((at + USAGE_LASTS) // 1000),
                    **{f":{name}": attribute(n) for name, n in counts.items()},
                },
                ReturnValues="ALL_NEW",
            )  # fmt: skip
        row = answer["Attributes"]
        return {kind: plain(row[kind]) for kind in KINDS if kind in row}
