"""One AWS, one internet, one clock, and any number of processes of the hub, each with a memory of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ReadTimeoutError

from chalicelib.aws.codec import attribute
from chalicelib.aws.keysets import TableKeySets
from chalicelib.aws.partner_rows import keys_attribute, listing, partner_key
from chalicelib.desk.base import Desk
from chalicelib.desk.deliveries import deliver
from chalicelib.desk.reconcile import SEGMENTS, Reconciled, reconcile
from chalicelib.desk.sweep import sweep
from chalicelib.desk.waking import wake_changed, wake_due
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.partner import Partner, Webhook
from chalicelib.outside.fetch import FetchFailed
from chalicelib.ports import Sent
from chalicelib.wiring import assemble
from tests.crashpoints.deaths import Watch
from tests.integration.conftest import Clock
from tests.serial import Serial
from tests.simulation.clients import FakeClients
from tests.simulation.dynamo import Dynamo
from tests.simulation.tables import read_tables
from tests.stage import made_settings

__all__ = ["BOSS", "DEMO", "FIRST", "KEYS_URL", "OTHER", "PARTNER", "World"]

SETTINGS = made_settings(
    oidc_issuer="https://issuer.example", oidc_jwks_url="https://issuer.example/jwks",
    oidc_authorize_url="https://issuer.example/a", oidc_token_url="https://issuer.example/t",
)  # fmt: skip
HOOK = Webhook("https://hooks.example/3018", "hub3018/webhook/tiktok")
KEYS_URL = "https://keys.example/jwks"
SIGNING_KEY = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PARTNER = Partner("tiktok", frozenset({"tiktok"}), {}, webhook=HOOK)
DEMO = Partner("demo", frozenset({"tiktok"}), {}, sandbox=True)
FIRST = Counsellor("first", "sub-first", frozenset(), 0)
OTHER = Counsellor("other", "sub-other", frozenset(), 0)
BOSS = Counsellor("boss", "sub-boss", frozenset({"supervisor"}), 0)


@dataclass(frozen=True)
class Post:
    """What arrived at the partner's endpoint."""

    webhook_id: str
    session: str
    status: str
    sequence: int


class World:
    """Everything outside the processes. ``answers`` are the endpoint's, the last one for ever."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.db = Dynamo(read_tables(Sessions=SETTINGS.table, Keys=SETTINGS.keys_table), clock=self.clock)
        signing = json.dumps({"keys": [{"secret": SIGNING_KEY, "until": None}]})
        self.fakes = FakeClients(self.db, secrets={"stage": "s" * 64, HOOK.secret: signing})
        self.settings = SETTINGS
        self.answers = [Sent(204)]
        self.posts: list[Post] = []
        self.key_set = b""
        for partner in (PARTNER, DEMO):
            self._register(partner)
        for who in (FIRST, OTHER, BOSS):
            self.fakes.cognito.enabled[who.username] = True

    def _register(self, partner: Partner) -> None:
        hook = partner.webhook
        more: dict[str, Any] = {} if hook is None else {
            "webhook": {"M": {"url": attribute(hook.url), "secret": attribute(hook.secret)}},
            "jwks_url": attribute(KEYS_URL),
        }  # fmt: skip
        self.db.put_item(
            TableName=SETTINGS.table,
            Item={
                **partner_key(partner.id), **listing(partner.id), "id": attribute(partner.id), **more,
                "platforms": {"SS": sorted(partner.platforms)}, "keys": keys_attribute({}),
                "sandbox": attribute(partner.sandbox),
            },
        )  # fmt: skip

    def dial_hours(self, hours: str) -> None:
        """From now on, for every process: when a youth may be called."""
        self.settings = replace(self.settings, dial_hours=hours)

    def opening_hours(self, hours: str) -> None:
        """From now on, for every process: when the helpline is open."""
        self.settings = replace(self.settings, hours=hours)

    def process(self, watch: Watch | None = None) -> Desk:
        """A desk with an empty memory; ``watch`` stands around all its outside calls."""
        seen = watch or Watch()
        clients = self.fakes.through(seen)
        desk = assemble(self.settings, clock=self.clock, clients=clients)

        def send(url: str, headers: Mapping[str, str], body: bytes) -> Sent:
            try:
                answer: Sent = seen("internet", "post", {}, lambda: self._receive(headers, body))
            except ReadTimeoutError:
                return Sent(None, fault="timeout")
            return answer

        def fetch(url: str) -> bytes:
            try:
                found: bytes = seen("internet", "get", {}, lambda: self.key_set)
            except ReadTimeoutError:
                raise FetchFailed("timeout") from None
            return found

        return replace(desk, sender=send, keysets=TableKeySets(clients, SETTINGS.table, fetch))

    def _receive(self, headers: Mapping[str, str], body: bytes) -> Sent:
        told = json.loads(body)["data"]
        self.posts.append(Post(headers["webhook-id"], told["id"], told["status"], told["sequence"]))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def deliver(self, desk: Desk, partner: str, ids: Iterable[str] = ()) -> Any:
        """One run of a deliverer, whose waiting takes no time of ours."""
        return deliver(desk, partner, list(ids), sleep=self.clock.pass_seconds, crew=Serial)

    def minute(self, seconds: float = 60) -> None:
        """Time passes, then each of the events comes, in a process that nothing happens to."""
        self.clock.pass_seconds(seconds)
        desk = self.process()
        wake_due(desk)
        sweep(desk)
        self.events(desk)

    def inventory(self) -> list[Reconciled]:
        """What the reconciler finds in all its segments."""
        desk = self.process()
        return [reconcile(desk) for _ in range(SEGMENTS)]

    def events(self, desk: Desk | None = None) -> None:
        """What the stream says, and what was started, until nothing more comes of it."""
        desk = desk or self.process()
        for _ in range(10):
            changed = [record["dynamodb"]["Keys"] for record in self.db.changes(SETTINGS.table)]
            wake_changed(desk, [key["pk"]["S"] for key in changed if key["sk"]["S"] == "session"])
            started, self.fakes.functions.invoked = self.fakes.functions.invoked, []
            for _, payload in started:
                asked = json.loads(payload)
                self.deliver(desk, asked["partner"], asked["ids"])
            if not (changed or started):
                return
