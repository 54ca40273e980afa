"""A partner that taps and taps, and whose key the operator ends meanwhile."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bench.delivering.partners import Enrolled, enrol, new_secret
from tests.degraded.stage import Stage
from tests.hub import Answer, Youth
from tests.receiver import Receiver

__all__ = ["HOLDS_WITHIN", "Revoked", "tapping"]

HOLDS_WITHIN = 60.0
"""Seconds after the operator's command until the key is refused everywhere."""
EVERY = 2.0


@dataclass
class Revoked:
    """The partner, a youth it has handed over before, and what its taps were answered, by the moment they began.

    ``told`` is when the operator's command had ended (s, monotonic).
    """

    stage: Stage
    partner: Enrolled
    receiver: Receiver
    youth: Youth
    answers: list[tuple[float, Answer]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    told: float = float("inf")

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._tap, name="partner", daemon=True)

    def _tap(self) -> None:
        began = 0.0
        while not self.ended.is_set() and began <= self.told + HOLDS_WITHIN:
            began = time.monotonic()
            answer = self.stage.hub.hand_over(self.partner.platform, session="callback", kind="call")
            self.answers.append((began, answer))
            self.ended.wait(EVERY)

    def revoke(self, folder: Path) -> None:
        """The operator's command: another key, and the end of the one that signs."""
        key = ec.generate_private_key(ec.SECP256R1())
        public, private = folder / "next.pem", folder / "next-private.pem"
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.stage.operator("key-rotate", self.partner.id, "--key", str(public), "--kid", "next", "--overlap", "0")
        self.told = time.monotonic()
        self.next = private

    def sign_with_the_next(self) -> None:
        """The partner has got its new key."""
        (facts,) = [one for one in self.stage.hub.facts["partners"] if one["id"] == self.partner.id]
        facts |= {"kid": "next", "private_key": str(self.next)}


@contextlib.contextmanager
def tapping(stage: Stage, folder: Path) -> Iterator[Revoked]:
    """The partner, which taps beside everything else; its key is ended as soon as a tap of its own was taken."""
    secret = new_secret()
    partner = enrol(stage.hub, stage.running.folder, "revoked")
    with Receiver([secret]) as receiver:
        partner.hook(receiver.url, [secret])
        # Without a number nobody claims it, so that no other test meets it; like the taps below.
        before = stage.hub.hand_over(partner.platform, session="callback", kind="call")
        youth = Youth(stage.hub, before.json["links"]["youth"])
        found = Revoked(stage, partner, receiver, youth)
        found.thread.start()
        try:
            while not any(answer.status == 201 for _, answer in found.answers):
                time.sleep(0.05)
            found.revoke(folder)
            yield found
        finally:
            found.ended.set()
            found.thread.join(timeout=60)
