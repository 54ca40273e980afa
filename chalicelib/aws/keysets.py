"""The partners' key sets: fetched over the internet, kept in the partners' rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.aws.change import write
from chalicelib.aws.clients import Clients, translated
from chalicelib.aws.codec import attribute
from chalicelib.aws.partner_rows import keys_attribute, partner_key
from chalicelib.identity import KeySetRefused, read_keyset
from chalicelib.model.partner import PartnerKey
from chalicelib.ports import KeySetFault

__all__ = ["TableKeySets"]


class TableKeySets:
    """The port ``KeySets`` over the session table; ``fetch`` gets a body or raises FetchFailed."""

    def __init__(self, clients: Clients, table: str, fetch: Callable[[str], bytes]) -> None:
        self._clients, self._table, self._fetch = clients, table, fetch

    def address(self, partner: str) -> str | None:
        """The registered address, read strongly."""
        with translated():
            answer = self._clients("dynamodb").get_item(
                TableName=self._table, Key=partner_key(partner), ConsistentRead=True, ProjectionExpression="jwks_url"
            )
        found: dict[str, str] = answer.get("Item", {}).get("jwks_url", {})
        return found.get("S")

    def fetch(self, url: str) -> Mapping[str, PartnerKey]:
        """The set's keys, checked like registered ones."""
        from chalicelib.outside.fetch import FetchFailed

        try:
            return read_keyset(self._fetch(url))
        except FetchFailed as failure:
            raise KeySetFault(failure.word) from None
        except KeySetRefused as refusal:
            raise KeySetFault(refusal.reason) from None

    def keep(self, partner: str, url: str, keys: Mapping[str, PartnerKey], at: int) -> None:
        """Replace the kept set; ``jwks_at`` is when a set last came well."""
        self._write(
            partner, url, "SET jwks = :keys, jwks_at = :at REMOVE jwks_fault",
            {":keys": keys_attribute(keys), ":at": attribute(at)},
        )  # fmt: skip

    def fault(self, partner: str, url: str, reason: str) -> None:
        """Note the fault beside the kept set."""
        self._write(partner, url, "SET jwks_fault = :reason", {":reason": attribute(reason)})

    def _write(self, partner: str, url: str, update: str, values: dict[str, Any]) -> None:
        # Refused: the operator took the address away meanwhile, and the fetched set counts no more.
        write(
            self._clients("dynamodb"), "update_item", TableName=self._table, Key=partner_key(partner),
            UpdateExpression=update, ConditionExpression="jwks_url = :url",
            ExpressionAttributeValues={**values, ":url": attribute(url)},
        )  # fmt: skip
