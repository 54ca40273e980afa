"""The audit trail in the session table: one conditional put per record, and nothing is read before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.aws.audit_rows import record_item
from chalicelib.aws.clients import Clients
from chalicelib.aws.seals import TableSeals
from chalicelib.model.audit import Head, Record, check_words, day_of, link_of
from chalicelib.ports import Secrets
from chalicelib.problems import Problem

__all__ = ["TableAudit"]


class TableAudit(TableSeals):
    """The port ``Audit`` over the session table. One process, one chain a day; it remembers the chain's last link.

    A chain is left for a new one whenever it is not known whether its last record was written, so none ever forks.
    """

    def __init__(self, clients: Clients, table: str, secrets: Secrets, tokens: Callable[[], bytes]) -> None:
        super().__init__(clients, table, secrets)
        self._tokens = tokens
        self._head: Head | None = None

    def record(self, who: str, what: str, session: str, at: int, *, epoch: int | None = None, fact: str = "") -> None:
        """Append one record to this process's chain; Problem ``unavailable`` when it is not known to be written."""
        day = day_of(at)
        head, self._head = self._head, None  # given back when the record stands
        if head is None or head.day != day:
            head = Head(day, self._tokens().hex()[:16], 0, b"")
        record = self._append(head, Record(day, head.chain, head.number + 1, at, who, what, session, epoch, fact))
        self._head = Head(day, head.chain, record.number, record.link)

    def record_once(self, who: str, what: str, session: str, at: int, *, epoch: int, fact: str = "") -> Record:
        """Append a record in a chain of its own, whose name follows from session and epoch."""
        head = Head(day_of(at), f"{session}.{epoch}", 0, b"")
        return self._append(head, Record(head.day, head.chain, 1, at, who, what, session, epoch, fact))

    def _append(self, head: Head, record: Record) -> Record:
        check_words(record.what, record.session, record.fact)
        record = replace(record, link=link_of(self._secrets.mac, head.link, record))
        if not self._put(record_item(record)):
            raise Problem("unavailable", retry_after=1, reason="audit_place_taken")
        return record
