"""What the hub needs from outside, as Protocols, by noun. Imports the standard library and the model only."""

from __future__ import annotations

from chalicelib.ports.audit import Audit
from chalicelib.ports.clock import Clock, Slots, Tokens
from chalicelib.ports.deliveries import Deliveries, Sender, Sent, Signer, Waker
from chalicelib.ports.partners import Directory, KeySetFault, KeySets, Usage
from chalicelib.ports.people import Presence, Present, Provider
from chalicelib.ports.sessions import Claimed, Conflict, Message, Note, Sessions
from chalicelib.ports.vault import Cipher, Gone, Secrets

__all__ = [
    "Audit", "Cipher", "Claimed", "Clock", "Conflict", "Deliveries", "Directory", "Gone", "KeySetFault", "KeySets",
    "Message", "Note", "Presence", "Present", "Provider", "Secrets", "Sender", "Sent", "Sessions", "Signer", "Slots",
    "Tokens", "Usage", "Waker",
]  # fmt: skip
