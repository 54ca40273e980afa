"""The partners' rows in the Sessions table, and the one way in which they are changed: audited, then conditional."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.partner_rows import keys_attribute, listing, partner_key
from chalicelib.model.partner import PartnerKey
from ops.row import Partner, PartnerRefused, same_key

__all__ = ["Partners", "Record"]

Record = Callable[[str, str], None]
"""(verb, id of what is changed) → the audit record of a change is written; raises when it was not."""


def _unrecorded(_verb: str, _partner: str) -> None:
    """The demo partners of the local stage are made by nobody."""


class Partners:
    """The rows, through a boto3 DynamoDB client. The hub reads them at most a minute late.

    ``dry_run`` reads and checks everything and writes nothing.
    """

    def __init__(self, dynamodb: Any, table: str, record: Record = _unrecorded, *, dry_run: bool = False) -> None:
        self._dynamodb, self._table = dynamodb, table
        self._record, self._dry_run = record, dry_run

    def list(self) -> Sequence[Partner]:
        """Every partner by id. Scans the table: rows of an older version stand in no index, and are repaired here."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :partner",
            ExpressionAttributeValues={":partner": {"S": "partner"}},
        )
        found = sorted((Partner.of(item) for page in pages for item in page["Items"]), key=lambda one: one.id)
        for one in found:
            self.repair(one)
        return found

    def get(self, partner: str) -> Partner | None:
        """One partner, read strongly, or None."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=partner_key(partner), ConsistentRead=True)
        return Partner.of(answer["Item"]) if "Item" in answer else None

    def need(self, partner: str) -> Partner:
        """One partner, read strongly. Raises PartnerRefused."""
        found = self.get(partner)
        if found is None:
            raise PartnerRefused(f"there is no partner {partner}")
        return found

    def add(self, partner: Partner) -> None:
        """Write a new partner. Raises PartnerRefused if the id is taken."""
        taken = f"the partner {partner.id} exists already"
        if self.get(partner.id) is not None:
            raise PartnerRefused(taken)
        if self.recorded("add", partner.id):
            try:
                self._dynamodb.put_item(
                    TableName=self._table, Item=partner.item(), ConditionExpression="attribute_not_exists(pk)"
                )
            except ClientError as error:
                raise _explained(error, taken) from error

    def add_key(self, partner: str, kid: str, key: PartnerKey) -> None:
        """Add one public key. Raises PartnerRefused if the partner is absent or the kid is taken by another key."""
        found = self.need(partner)
        if check_new_key(found, kid, key):
            self.update(
                partner, "key-add", set=["#keys.#kid = :key"], only_if="attribute_not_exists(#keys.#kid)",
                names={"#keys": "keys", "#kid": kid}, values={":key": keys_attribute({kid: key})["M"][kid]},
            )  # fmt: skip
        else:
            self.repair(found)

    def update(
        self, partner: str, verb: str, *, set: Sequence[str] = (), remove: Sequence[str] = (), add: str = "",
        delete: str = "", only_if: str = "", names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Record ``verb``, then change the row in one conditional update, whose clauses are the arguments.

        Raises PartnerRefused if somebody changed it meanwhile.
        """
        if self.recorded(verb, partner):
            self._write(partner, set, remove, add, delete, only_if, names or {}, values or {})

    def recorded(self, verb: str, partner: str) -> bool:
        """Record a change that is about to be made; False: this is a dry run, make none."""
        if not self._dry_run:
            self._record(f"partner.{verb}", partner)
        return not self._dry_run

    def repair(self, partner: Partner) -> None:
        """Let the hub find a row of an older version among all partners; it changes nothing else."""
        if not partner.listed and not self._dry_run:
            self._write(partner.id, (), (), "", "", "", {}, {})

    def _write(
        self, partner: str, set: Sequence[str], remove: Sequence[str], add: str, delete: str, only_if: str,
        names: Mapping[str, str], values: Mapping[str, Any],
    ) -> None:  # fmt: skip
        listed = {f":{name}": value for name, value in listing(partner).items()}
        clauses = {
            "SET": ", ".join([*(f"{name[1:]} = {name}" for name in listed), *set]),
            "REMOVE": ", ".join(remove), "ADD": add, "DELETE": delete,
        }  # fmt: skip
        extra = {"ExpressionAttributeNames": dict(names)} if names else {}
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=partner_key(partner),
                UpdateExpression=" ".join(f"{word} {clause}" for word, clause in clauses.items() if clause),
                ConditionExpression=" AND ".join(["attribute_exists(pk)", *filter(None, [only_if])]),
                ExpressionAttributeValues={**listed, **values},
                **extra,
            )
        except ClientError as error:
            raise _explained(error, f"{partner} was changed by somebody else meanwhile; look and try again") from error


def check_new_key(partner: Partner, kid: str, key: PartnerKey) -> bool:
    """Whether the key is new to the partner: a kid never changes its key. Raises PartnerRefused."""
    known = partner.keys.get(kid)
    if known is not None and not same_key(known, key):
        raise PartnerRefused("the kid is taken by another key; give the new key its own kid")
    if any(same_key(other, key) for name, other in partner.keys.items() if name != kid):
        raise PartnerRefused("the same key is registered under another kid")
    return known is None


def _explained(error: ClientError, sentence: str) -> Exception:
    if error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
        return PartnerRefused(sentence)
    return error
