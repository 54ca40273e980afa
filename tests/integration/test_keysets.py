"""The hourly job: key sets fetched over the wire and merged, the last good one kept through every fault."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from chalicelib.desk.keysets import Refreshed, refresh_keysets
from chalicelib.model.partner import Partner
from chalicelib.problems import Problem
from ops.partners import Partners
from ops.row import Partner as Row
from tests.integration.conftest import House
from tests.unit.test_local_partners import key


def public(kid: str) -> dict[str, Any]:
    made = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
    return {**made, "kid": kid, "use": "sig"}


class Site:
    """A partner's server: each path answers what was last put there, and says how often it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, headers, body = site.pages[self.path]
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path: str = "/jwks") -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def publish(self, *keys: dict[str, Any], path: str = "/jwks") -> None:
        self.answer(json.dumps({"keys": keys}).encode(), path=path)

    def answer(self, body: bytes, status: int = 200, path: str = "/jwks", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"Content-Type": "application/json", **named}, body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def hub(house: House) -> House:
    """A house of the local stage: it may ask this machine."""
    return house.again(webhook_targets=("127.0.0.1",))


def add(hub: House, site: Site, id: str = "acme", path: str = "/jwks") -> None:
    """A partner with one registered key, `own`, that publishes a set."""
    rows = Partners(hub.db, hub.settings.table)
    rows.add(Row(id, id, ("app",), {"own": key()}))
    rows.update(id, "jwks-set", set=["jwks_url = :url"], values={":url": {"S": site.url(path)}})


def known(hub: House, id: str = "acme") -> Partner:
    """The partner as a process knows it that has just started."""
    found = hub.again().desk.directory.partner(id)
    assert found is not None
    return found


def row(hub: House, id: str = "acme") -> Row:
    return Partners(hub.db, hub.settings.table).need(id)


def refresh(hub: House) -> Refreshed:
    return refresh_keysets(hub.again().desk)


def test_published_keys_count_beside_the_registered_one_after_the_next_fetch(hub: House, site: Site) -> None:
    add(hub, site)
    site.publish(public("a"), public("b"))
    assert set(known(hub).keys) == {"own"}
    assert refresh(hub) == Refreshed(renewed=1)
    assert set(known(hub).keys) == {"own", "a", "b"}
    found = row(hub).jwks
    assert found is not None
    assert (found.at, found.fault) == (hub.clock.now, None)
    assert len(site.asked) == 1


def test_asking_for_a_partner_fetches_nothing(hub: House, site: Site) -> None:
    add(hub, site)
    site.publish(public("a"))
    hub.clock.pass_seconds(3600)
    known(hub)
    assert site.asked == []


def test_a_key_that_left_the_set_stops_counting_and_a_changed_one_is_replaced(hub: House, site: Site) -> None:
    add(hub, site)
    first, gone, second = public("a"), public("b"), public("a")
    site.publish(first, gone)
    refresh(hub)
    before = known(hub).keys["a"]
    site.publish(second)
    refresh(hub)
    assert set(known(hub).keys) == {"own", "a"}
    assert known(hub).keys["a"] != before
    assert json.loads(known(hub).keys["a"].jwk)["x"] == second["x"]


def test_a_registered_key_of_the_same_kid_wins(hub: House, site: Site) -> None:
    add(hub, site)
    own = known(hub).keys["own"]
    site.publish(public("own"), public("a"))
    refresh(hub)
    assert set(known(hub).keys) == {"own", "a"}
    assert known(hub).keys["own"] == own


PRIVATE = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
GOOD = public("late")


@pytest.mark.parametrize(
    ("body", "answer", "fault"),
    [
        (b"<html>", {}, "not_json"),
        (b'{"keys": []}', {}, "no_usable_key"),
        (json.dumps({"keys": [GOOD, {**PRIVATE, "kid": "p"}]}).encode(), {}, "secret_in_set"),
        (json.dumps({"keys": [GOOD, {"kty": "oct", "kid": "o", "k": "c2VjcmV0"}]}).encode(), {}, "secret_in_set"),
        (json.dumps({"keys": [{**GOOD, "kid": f"k{n}"} for n in range(21)]}).encode(), {}, "too_many_keys"),
        (json.dumps({"keys": [GOOD], "filling": "x" * 65_536}).encode(), {}, "too_large"),
        (b"", {"status": 500}, "status"),
        (b"", {"status": 302, "Location": "/elsewhere"}, "status"),
        (json.dumps({"keys": [GOOD]}).encode(), {"Content_Type": "text/html"}, "content_type"),
    ],
)
def test_a_fault_is_noted_and_the_last_good_keys_stay(
    hub: House, site: Site, body: bytes, answer: dict[str, Any], fault: str
) -> None:
    add(hub, site)
    site.publish(public("a"))
    site.publish(public("elsewhere"), path="/elsewhere")
    refresh(hub)
    fetched, hub.clock.now = hub.clock.now, hub.clock.now + 3_600_000
    site.answer(body, **answer)
    assert refresh(hub) == Refreshed(faults={"acme": fault})
    assert set(known(hub).keys) == {"own", "a"}
    found = row(hub).jwks
    assert found is not None
    assert (found.at, found.fault) == (fetched, fault)
    assert "/elsewhere" not in site.asked
    site.publish(GOOD)
    assert refresh(hub) == Refreshed(renewed=1)
    assert set(known(hub).keys) == {"own", "late"}
    renewed = row(hub).jwks
    assert renewed is not None
    assert (renewed.at, renewed.fault) == (hub.clock.now, None)


def test_a_server_that_does_not_answer_changes_nothing_and_keeps_nobody_else_waiting_for_keys(
    hub: House, site: Site
) -> None:
    add(hub, site, "aaa", "/aaa")
    dead = Site()
    dead.close()
    rows = Partners(hub.db, hub.settings.table)
    rows.update("aaa", "jwks-set", set=["jwks_url = :url"], values={":url": {"S": dead.url()}})
    add(hub, site, "bbb")
    site.publish(public("b"))
    rows.add(Row("ccc", "ccc", ("app",), {"own": key()}))
    done = refresh(hub)
    assert (done.renewed, done.faults) == (1, {"aaa": "refused"})
    assert set(known(hub, "bbb").keys) == {"own", "b"}


def test_a_deployed_hub_asks_no_private_address(house: House, site: Site) -> None:
    add(house, site)
    site.publish(public("a"))
    assert refresh_keysets(house.again(webhook_targets=()).desk) == Refreshed(faults={"acme": "bad_address"})
    assert site.asked == []


def test_an_address_that_was_taken_away_meanwhile_brings_no_keys_back(hub: House, site: Site) -> None:
    add(hub, site)
    desk = hub.again().desk
    site.publish(public("a"))
    keys = desk.keysets.fetch(site.url())
    Partners(hub.db, hub.settings.table).update("acme", "jwks-remove", remove=["jwks_url", "jwks", "jwks_at"])
    desk.keysets.keep("acme", site.url(), keys, hub.clock.now)
    desk.keysets.fault("acme", site.url(), "status")
    desk.keysets.keep("nobody", site.url(), keys, hub.clock.now)
    assert set(known(hub).keys) == {"own"}
    assert row(hub).jwks is None
    assert all(item["pk"] != {"S": "partner#nobody"} for item in hub.items())


def test_a_row_that_cannot_be_read_keeps_no_other_from_being_renewed(
    hub: House, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(hub, site, "aaa")
    add(hub, site, "bbb")
    site.publish(public("b"))
    desk = hub.again().desk
    address = desk.keysets.address

    def broken(partner: str) -> str | None:
        if partner == "aaa":
            raise Problem("unavailable", retry_after=1)
        return address(partner)

    monkeypatch.setattr(desk.keysets, "address", broken)
    assert refresh_keysets(desk) == Refreshed(renewed=1, faults={"aaa": "unavailable"})
