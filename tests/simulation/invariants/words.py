"""Words, notes, reports and the keys that open them: kept once, never while open lost, and erased when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.model.session import Session
from tests.simulation.fleet import Write
from tests.simulation.invariants.broken import Invariant, require
from tests.simulation.values import Item

if TYPE_CHECKING:
    from tests.simulation.invariants.judge import Judge

__all__ = ["Words"]

PERSONAL = ("number", "subject", "role", "age_band", "zone")
WORDS = ("message#", "note#", "report")


class Words(Invariant):
    """What lies beside the session's item.

    The promise is weaker in two places than "erased means gone". A partner may send a handoff again, with its report,
    after the session was erased: the hub keeps the report before it learns that, and deletes it at once; a process that
    dies just there leaves it until its time is over (``expires_at``). And a word whose process was slow may be put
    after the erasure, sealed with a key that is gone: nobody can read it, and it has its time, too.
    """

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self.sent_again: set[str] = set()
        self._copies: dict[str, list[tuple[str, bytes]]] = {}

    def wrote(self, write: Write) -> None:
        """A row of words, or a key."""
        id, sort = write.key
        if id.startswith("number#"):
            return
        if write.table == self.world.settings.keys_table:
            self._key(write, id)
        elif sort.startswith(WORDS):
            self._row(write, id, sort)

    def _key(self, write: Write, id: str) -> None:
        session = self.judge.stored.now.get(id)
        if write.new is None:
            over = session is None or (not session.open and self._undo_is_over(write, session))
            require("no key is deleted while its words may be read", over, f"{id} by {write.request.verb}")
        else:
            same = write.old is None or write.old["wrapped"] == write.new["wrapped"]
            require("a key is never replaced", same, id)
            self._unreadable(id, session)

    def _undo_is_over(self, write: Write, session: Session) -> bool:
        return session.undo_until is None or session.undo_until <= write.process.clock()

    def _row(self, write: Write, id: str, sort: str) -> None:
        session = self.judge.stored.now.get(id)
        if write.new is None:
            spare = sort == "report" and session is not None and not session.has_report  # of a body that was refused
            over = spare or (session is not None and not session.open)
            require("no word is deleted while the session is open", over, f"{id} {sort} by {write.request.verb}")
            return
        require("a word is never replaced", write.old is None, f"{id} {sort}")
        self._copies.setdefault(id, []).append((sort, write.new["sealed"]["B"]))
        if sort == "report" and session is not None and session.erased:
            self.sent_again.add(id)
        if session is not None and not sort.startswith("report"):
            require("words are counted before they are kept", _number(sort) <= _counted(session, sort), f"{id} {sort}")
        self._unreadable(id, session)

    def compare(self, write: Write, old: Session | None, new: Session | None) -> None:
        """The session's own item."""
        if new is None or old is None:
            return
        if new.number is not None and new.number != old.number:
            self._copies.setdefault(new.id, []).append(("number", new.number))
        if new.erased and not old.erased:
            there = [name for name in PERSONAL if getattr(new, name) is not None]
            require("erased means erased", not there, f"{new.id} still has {there}")
            self._unreadable(new.id, new)
        if new.open and not old.open:
            self.judge.answers.still_there(new.id)

    def key_of(self, id: str) -> Item | None:
        """The row of the session's key."""
        return self.world.dynamo.item(self.world.settings.keys_table, (id, ""))

    def rows_of(self, id: str) -> list[tuple[str, Item]]:
        """Rows of words beside the session."""
        found = [(item["sk"]["S"], item) for item in self.world.beside(id)]
        return [(sort, item) for sort, item in found if sort.startswith(WORDS)]

    def _unreadable(self, id: str, session: Session | None) -> None:
        """Once a session is erased, no key opens any word it ever had: a backup may still have all of them."""
        if session is None or not session.erased:
            return
        key = self.key_of(id)
        if key is None:
            return
        plain = self.world.kms.decrypt(
            CiphertextBlob=key["wrapped"]["B"], KeyId=self.world.settings.kms_key, EncryptionContext={"session": id}
        )["Plaintext"]
        copies = [one for one in self._copies.get(id, ()) if one[0] != "report" or id not in self.sent_again]
        readable = [sort for sort, sealed in copies if _opens(plain, id, sort, sealed)]
        require("erased means erased", not readable, f"{id} {readable}")

    def ended(self) -> None:
        """At the end, nothing is left of what was erased, but what nobody can read and time deletes."""
        for session in self.judge.stored.now.values():
            if not session.open and session.sealed:
                require("erased means erased", session.erased, f"{session.id} is not")
                left = [sort for sort, item in self.rows_of(session.id) if "expires_at" not in item]
                require("erased means erased", not left, f"{session.id} {left}")


def _number(sort: str) -> int:
    return int(sort.rsplit("#", 1)[1])


def _counted(session: Session, sort: str) -> int:
    if sort.startswith("note#"):
        return session.notes_n
    return session.youth_n if sort.startswith("message#youth#") else session.counsellor_n


def _opens(key: bytes, id: str, field: str, sealed: bytes) -> bool:
    if not sealed:
        return False
    try:
        AESGCM(key).decrypt(sealed[:12], sealed[12:], f"{id}|{field}".encode())
    except InvalidTag:
        return False
    return True
