"""A house whose metrics are collected while its clock runs, and the alarms of the packaged template that look at it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib import events, watch, wiring
from chalicelib.contract import read_handoff
from chalicelib.desk import partners
from chalicelib.identity import read_key
from chalicelib.model.session import Session
from ops.row import Partner
from tests.alarms import STACK, Alarm, Data
from tests.corpus.recipe import Recipe
from tests.integration.conftest import House

__all__ = ["SANDBOX", "Watched", "register"]

KEY, OTHER_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
SANDBOX = "trying"
DUE_NOW = {
    "platform": "tiktok", "kind": "call", "session": "callback", "locale": "fr", "callback": {"number": "+33639980042"},
}  # fmt: skip


@dataclass
class Watched:
    """A house whose metrics are collected, and the alarms that look at them."""

    house: House
    capsys: pytest.CaptureFixture[str]
    alarms: dict[str, Alarm]
    monkeypatch: pytest.MonkeyPatch
    http: Any
    data: Data = field(default_factory=Data)
    states: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> int:
        """The house's time in s."""
        return self.house.clock() // 1000

    def collect(self) -> None:
        """Take in what was printed."""
        self.data.read(self.capsys.readouterr().out, self.now)

    def minute(self, *, swept: bool = True) -> None:
        """A minute passes, with its sweep; every alarm looks."""
        if swept:
            events.sweep()
        self.collect()
        self.house.clock.pass_seconds(60)
        for id, alarm in self.alarms.items():
            self.states[id] = alarm.state(self.data, self.now, self.states.get(id, "OK"))

    def minutes(self, number: int, *, swept: bool = True) -> None:
        """Some of them."""
        for _ in range(number):
            self.minute(swept=swept)

    def quiet(self, minutes: int) -> None:
        """Minutes in which nothing changes; their sweeps are only noted."""
        for _ in range(minutes):
            self.data.put(watch.NAMESPACE, "Swept", 1, self.now, service=STACK)
            self.minute(swept=False)

    def ringing(self, *, nobody_there: bool = False) -> set[str]:
        """The alarms that ring; that nobody is there is said only where the test is about it."""
        found = {id for id, state in self.states.items() if state == "ALARM"}
        return found if nobody_there else found - {"NobodyThere"}

    def use(self, house: House) -> None:
        """Let doors and events work with this house."""
        self.house = house
        self.monkeypatch.setattr(wiring, "desk", lambda: house.desk)
        self.monkeypatch.setattr(wiring, "settings", lambda: house.settings)

    def hand_over(self, **more: Any) -> Session:
        """A callback that is due now."""
        raw = json.dumps({**DUE_NOW, **more}).encode()
        house = self.house
        return partners.receive(
            house.desk, house.partner, f"jti-{len(house.items()):020d}", raw, read_handoff(raw)
        ).session

    def tap(self, recipe: Recipe, **claims: Any) -> int:
        """A handoff over HTTP; what it was answered."""
        token = recipe.signed(claims=recipe.claims(**claims))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return int(self.http.post("/v1/handoffs", headers=headers, body=recipe.body).status_code)

    def recipe(self, partner: str = "tiktok", **more: Any) -> Recipe:
        """A good token of a registered partner."""
        return Recipe(KEY, "k1", partner, OTHER_KEY, "k2", "meta", self.house.settings.base_url, self.now, **more)


def register(house: House) -> None:
    """Two partners with the same key, one of them a sandbox."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = KEY.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
    for id in ("tiktok", SANDBOX):
        row = Partner(id, id, [id], {"k1": read_key(pem)}, sandbox=id == SANDBOX).item()
        house.db.put_item(TableName=house.settings.table, Item=row)
