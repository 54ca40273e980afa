"""The audit trail: each record follows the one before, none is ever changed, and every deed answered has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.aws.audit_rows import PREFIX, SEALS, read_record, read_seal
from chalicelib.model.audit import Record, Seal, link_of, seal_link
from chalicelib.model.session import Session
from ops.trail import verify
from tests.simulation.fleet import Request, Write
from tests.simulation.invariants.broken import Invariant, require

if TYPE_CHECKING:
    from tests.simulation.invariants.judge import Judge

__all__ = ["Trail"]

RULE = "the audit chain verifies"
DEEDS: Mapping[str, str] = {
    "reveal": "reveal", "release": "release", "close": "close", "undo": "undo", "hand over": "handover",
    "attempt": "attempt",
}  # fmt: skip
"""Use cases of the holder that always do something, and the word that stands for each."""


class Trail(Invariant):
    """Checked link by link as it grows, and at the end as the operator checks it."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self.deeds: set[tuple[str, str, str]] = set()
        self._chains: dict[tuple[str, str], Record] = {}
        self._seal: Seal | None = None

    def wrote(self, write: Write) -> None:
        """One row of the trail."""
        if not write.key[0].startswith(PREFIX):
            return
        require(RULE, write.old is None and write.new is not None, f"{write.key} was changed")
        if write.key[0] == SEALS:
            self._sealed(read_seal(write.new or {}))
        else:
            self._recorded(read_record(write.new or {}))

    def _recorded(self, record: Record | None) -> None:
        require(RULE, record is not None, "a row that is no record")
        if record is None:
            return
        before = self._chains.get((record.day, record.chain))
        number, link = (before.number, before.link) if before else (0, b"")
        follows = record.number == number + 1 and record.link == link_of(self.world.keeper.secrets.mac, link, record)
        require(RULE, follows, f"{record.day} {record.chain} {record.number} after {number}")
        self._chains[record.day, record.chain] = record
        self.deeds.add((record.who, record.what, record.session))

    def _sealed(self, seal: Seal | None) -> None:
        require(RULE, seal is not None, "a row that is no seal")
        if seal is None:
            return
        number, link = (self._seal.number, self._seal.link) if self._seal else (0, b"")
        follows = (seal.number, seal.previous) == (number + 1, link)
        require(RULE, follows and seal.link == seal_link(self.world.keeper.secrets.mac, seal), f"seal {seal.number}")
        self._seal = seal

    def done(self, request: Request) -> None:
        """A counsellor was told that something is done: it is written down."""
        word = DEEDS.get(request.verb)
        if word is not None:
            said = (request.facts["username"], word, request.facts["id"])
            require("a deed is written down first", said in self.deeds, str(said))

    def compare(self, write: Write, old: Session | None, new: Session | None) -> None:
        """Another urgency is written down before it is so; the same one again is none."""
        if old is not None and new is not None and old.band != new.band and write.request.verb == "triage":
            said = (write.request.facts["username"], "triage", new.id)
            require("a deed is written down first", said in self.deeds, str(said))

    def ended(self) -> None:
        """As ``make audit-verify`` does it."""
        verdict = verify(self.world.dynamo.items(self.world.settings.table), self.world.keeper.secrets.mac)
        require(RULE, verdict.fault is None, str(verdict.fault))
