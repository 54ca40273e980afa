"""The adapters over one store, and the same with every reply to a write lost once."""

from __future__ import annotations

import os
from dataclasses import dataclass

from chalicelib.aws.cipher import KmsCipher
from chalicelib.aws.deliveries import TableDeliveries
from chalicelib.aws.directory import TableDirectory
from chalicelib.aws.keysets import TableKeySets
from chalicelib.aws.partner_rows import keys_attribute, listing, partner_key
from chalicelib.aws.presence import TablePresence
from chalicelib.aws.sessions import TableSessions
from chalicelib.aws.usage import TableUsage
from chalicelib.model import line
from chalicelib.model.line import queued
from chalicelib.model.session import SECOND, Session
from chalicelib.ports import Claimed
from tests.simulation.cast import FIRST
from tests.simulation.places import Given, Place, Twice

__all__ = ["FAR", "LEASE", "Ports"]

LEASE = 90 * SECOND
FAR = f"{10**13 - 1:013d}"


@dataclass
class Ports:
    """The adapters over one place."""

    place: Place
    twice: bool

    def __post_init__(self) -> None:
        place, clock = self.place, self.place.clock
        db = Twice(place.db) if self.twice else place.db
        clients = Given(dynamodb=db, kms=place.clients("kms"))
        self.sessions = TableSessions(clients, place.table, lambda: os.urandom(16))
        self.deliveries = TableDeliveries(clients, place.table)
        self.directory = TableDirectory(clients, place.table, clock)
        self.keysets = TableKeySets(clients, place.table, lambda url: b"")
        self.presence = TablePresence(clients, place.table, clock)
        self.cipher = KmsCipher(clients, place.keys, place.kms_key, clock)
        self.usage = TableUsage(clients, place.table)

    @property
    def now(self) -> int:
        return self.place.clock.now

    def put(self, session: Session) -> Session:
        assert self.sessions.create(session) is None
        return self.stored(session.id)

    def stored(self, id: str) -> Session:
        found = self.sessions.get(id, strong=True)
        assert found is not None
        return found

    def claim(self, session: Session, *, owner: str = FIRST.subject, seen_after: int = 0) -> Claimed:
        row = queued(line.place(session))
        return self.sessions.claim(
            row, session.lane or "chat", owner=owner, holder="first", now=self.now, lease=LEASE, seen_after=seen_after
        )

    def partner(self, id: str = "tiktok") -> None:
        item = {
            **partner_key(id), **listing(id), "id": {"S": id}, "platforms": {"SS": [id]}, "keys": keys_attribute({}),
            "webhook": {"M": {"url": {"S": "https://hooks.example/x"}, "secret": {"S": "name"}}},
        }  # fmt: skip
        self.place.db.put_item(TableName=self.place.table, Item=item)
