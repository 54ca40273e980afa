"""What the hub needs from outside, as Protocols, by noun. Imports the standard library and the model only."""

from __future__ import annotations

from chalicelib.ports.audit import Audit, Recent
from chalicelib.ports.clock import Clock, Slots, Tokens
from chalicelib.ports.deliveries import Deliveries, Sender, Sent, Signer, Waker
from chalicelib.ports.inventory import Found, Inventory, Mark
from chalicelib.ports.numbers import Numbers, Outrun
from chalicelib.ports.partners import Directory, KeySetFault, KeySets, Usage
from chalicelib.ports.people import Presence, Present, Provider
from chalicelib.ports.sessions import Claimed, Conflict, Message, Note, Sessions
from chalicelib.ports.vault import Cipher, Gone, Secrets

__all__ = [
    "Audit", "Cipher", "Claimed", "Clock", "Conflict", "Deliveries", "Directory", "Found", "Gone", "Inventory",
    "KeySetFault", "KeySets", "Mark", "Message", "Note", "Numbers", "Outrun", "Presence", "Present", "Provider",
    "Recent", "Secrets", "Sender", "Sent", "Sessions", "Signer", "Slots", "Tokens", "Usage", "Waker",
]  # fmt: skip
