"""`make partner`: endpoints, the keys that sign deliveries, and what could not be delivered."""

from __future__ import annotations

import json
import re
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from chalicelib.aws.clients import Clients
from chalicelib.aws.deliveries import TableDeliveries
from chalicelib.aws.signing import SecretsSigner
from chalicelib.outside.signature import public_of
from tests.registry import STACK, TABLE, Registry

URL = "https://hooks.acme.example/3018"
HOUR = 3_600_000


def now() -> int:
    return time.time_ns() // 1_000_000


def secrets_in(text: str) -> list[str]:
    return re.findall(r"whsec_[A-Za-z0-9+/=]+", text)


def stored(registry: Registry, id: str = "acme") -> list[tuple[str, int | None]]:
    """The keys that the hub will sign with, as they lie in the vault."""
    text = registry.secrets.get_secret_value(SecretId=f"{STACK}/webhook/{id}")["SecretString"]
    return [(one["secret"], one["until"]) for one in json.loads(text)["keys"]]


def signatures(registry: Registry, at: int) -> str:
    """What the hub signs a delivery with at that moment (ms)."""
    known = registry.known()
    assert known is not None and known.webhook is not None
    return SecretsSigner(Clients(), lambda: at)(known.webhook.secret, "msg_1", at // 1000, b"{}")


def verifies(secret: str, signature: str, at: int) -> bool:
    """What the partner's library says."""
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(at // 1000), "webhook-signature": signature}
    try:
        Webhook(secret).verify("{}", headers)
    except WebhookVerificationError:
        return False
    return True


def stop(registry: Registry) -> None:
    TableDeliveries(Clients(), TABLE).stop("acme", "gone", now())


def park(registry: Registry, id: str, partner: str = "acme", why: str = "exhausted", since: int = 1000) -> None:
    """A session whose delivery was given up, as the deliverer leaves it; only what the registry's commands touch."""
    registry.put(
        id, "session", partner={"S": partner}, parked={"S": why}, sequence={"N": "3"}, tries={"N": "10"},
        deliver_at={"N": str(since)}, due_pk={"S": f"parked#{partner}#0"}, due_sk={"S": f"{since:013d}#{id}"},
    )  # fmt: skip


def test_an_endpoint_gets_a_secret_that_is_shown_once_and_verifies_deliveries(registry: Registry) -> None:
    registry.add()
    said = registry.done("webhook-set", "acme", "--url", URL)
    (secret,) = secrets_in(said)
    assert "one time only" in said
    known = registry.known()
    assert known is not None and known.webhook is not None
    assert (known.webhook.url, known.webhook.secret, known.webhook.stopped) == (URL, f"{STACK}/webhook/acme", None)
    at = now()
    assert verifies(secret, signatures(registry, at), at)
    for command in ("list", "show acme", "webhook-show acme", f"webhook-set acme --url {URL}?b"):
        assert secret[6:] not in registry.done(*command.split())
    assert secret[6:] not in repr(registry.items())


def test_a_script_gets_the_bare_keys_and_people_the_sentences_beside_them(registry: Registry) -> None:
    registry.add()
    commands = [("webhook-set", "acme", "--url", URL, "--kind", "both"), ("webhook-rotate", "acme", "--overlap", "24h")]
    for command in commands:
        said = registry.run(*command)
        assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{32,}=*\nwhpk_[A-Za-z0-9+/]{43}=\n", said.out)
        assert "safe channel" in said.err and "whsec_" not in said.err
        assert registry.given(*command, "--dry-run") == ""
    assert registry.given("webhook-set", "acme", "--url", f"{URL}?b") == ""


def test_ed25519_gives_the_public_half_alone(registry: Registry) -> None:
    registry.add()
    said = registry.done("webhook-set", "acme", "--url", URL, "--kind", "ed25519")
    ((private, until),) = stored(registry)
    assert private.startswith("whsk_") and until is None
    assert public_of(private) in said and private not in said and secrets_in(said) == []
    assert public_of(private) in registry.done("webhook-show", "acme")
    assert signatures(registry, now()).startswith("v1a,")


def test_both_kinds_sign_every_delivery(registry: Registry) -> None:
    registry.add()
    said = registry.done("webhook-set", "acme", "--url", URL, "--kind", "both")
    (secret,) = secrets_in(said)
    assert "whpk_" in said
    at = now()
    signature = signatures(registry, at)
    assert [one.split(",")[0] for one in signature.split(" ")] == ["v1", "v1a"]
    assert verifies(secret, signature, at)


def test_moving_the_endpoint_keeps_the_keys(registry: Registry) -> None:
    registry.add()
    registry.done("webhook-set", "acme", "--url", URL)
    before = stored(registry)
    said = registry.done("webhook-set", "acme", "--url", "https://new.acme.example/")
    assert "stay as they are" in said and "whsec_" not in said
    assert stored(registry) == before
    assert registry.row()["webhook"]["M"]["url"] == {"S": "https://new.acme.example/"}
    assert "webhook-rotate acme --kind both" in registry.refused("webhook-set", "acme", "--url", URL, "--kind", "both")


def test_during_a_rotation_both_secrets_verify_and_then_the_new_one_alone(registry: Registry) -> None:
    registry.add()
    (old,) = secrets_in(registry.done("webhook-set", "acme", "--url", URL))
    said = registry.done("webhook-rotate", "acme", "--overlap", "24h")
    (new,) = secrets_in(said)
    assert new != old and "the old hmac key ends" in said
    assert stored(registry)[0] == (new, None)
    until = stored(registry)[1][1]
    assert until is not None and abs(until - now() - 24 * HOUR) < HOUR
    at = now()
    within = signatures(registry, at)
    assert len(within.split(" ")) == 2 and verifies(old, within, at) and verifies(new, within, at)
    assert len(signatures(registry, until + 1000).split(" ")) == 1
    assert new not in registry.done("webhook-show", "acme")


def test_a_rotation_without_overlap_ends_the_old_key_now_and_may_change_the_kind(registry: Registry) -> None:
    registry.add()
    (old,) = secrets_in(registry.done("webhook-set", "acme", "--url", URL))
    registry.done("webhook-rotate", "acme", "--overlap", "0", "--kind", "ed25519")
    assert [secret[:5] for secret, _ in stored(registry)] == ["whsk_"]
    at = now()
    assert not verifies(old, signatures(registry, at), at)
    registry.done("webhook-rotate", "acme", "--overlap", "1h")
    assert [secret[:5] for secret, _ in stored(registry)] == ["whsk_", "whsk_"]


def test_a_removed_endpoint_leaves_no_keys_and_can_be_set_again(registry: Registry) -> None:
    registry.add()
    (old,) = secrets_in(registry.done("webhook-set", "acme", "--url", URL))
    registry.done("webhook-remove", "acme")
    known = registry.known()
    assert known is not None and known.webhook is None
    assert registry.everything()[1] == {}
    assert "no endpoint" in registry.refused("webhook-remove", "acme")
    assert "no endpoint" in registry.refused("webhook-rotate", "acme", "--overlap", "1h")
    (new,) = secrets_in(registry.done("webhook-set", "acme", "--url", URL))
    assert new != old


def test_keys_of_a_command_that_was_cut_off_are_never_used(registry: Registry) -> None:
    registry.add()
    registry.secrets.create_secret(Name=f"{STACK}/webhook/acme", SecretString='{"keys":[]}')
    (secret,) = secrets_in(registry.done("webhook-set", "acme", "--url", URL))
    assert stored(registry) == [(secret, None)]


def test_a_stopped_endpoint_is_seen_and_resumed(registry: Registry) -> None:
    registry.add()
    registry.done("webhook-set", "acme", "--url", URL)
    assert "not stopped" in registry.refused("webhook-resume", "acme")
    stop(registry)
    assert "stopped: gone" in registry.done("list")
    assert re.search(r"state    stopped since 20.*Z: gone", registry.done("webhook-show", "acme"))
    assert "replay acme --all" in registry.done("webhook-resume", "acme")
    assert registry.row()["webhook"]["M"].keys() == {"url", "secret"}
    stop(registry)
    registry.done("webhook-set", "acme", "--url", "https://new.acme.example/")
    assert "runs" in registry.done("webhook-show", "acme")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://hooks.acme.example/", "https://"),
        ("https://127.0.0.1/", "not as an address"),
        ("https://[::1]/", "not as an address"),
        ("https://hooks.acme.example:444/", "443"),
        ("https://user:pass@hooks.acme.example/", "user name"),
        ("https://localhost/", "with a dot"),
        ("", "absolute"),
    ],
)
def test_an_endpoint_that_may_not_be_sent_to_is_refused(registry: Registry, url: str, said: str) -> None:
    registry.add()
    assert said in registry.refused("webhook-set", "acme", "--url", url)


def test_only_the_local_stage_may_send_to_this_machine(registry: Registry) -> None:
    registry.add()
    assert "https://" in registry.refused("webhook-set", "acme", "--url", "http://127.0.0.1:9000/")


@pytest.mark.parametrize("command", ["webhook-set", "webhook-rotate", "webhook-resume", "webhook-remove", "replay"])
def test_a_dry_run_says_what_would_be_and_writes_nothing(registry: Registry, command: str) -> None:
    registry.add()
    if command != "webhook-set":
        registry.done("webhook-set", "acme", "--url", URL)
    if command == "webhook-resume":
        stop(registry)
    park(registry, "ho_1")
    more = {"webhook-set": ("--url", URL), "webhook-rotate": ("--overlap", "24h"), "replay": ("--all",)}.get(
        command, ()
    )
    before = registry.everything()
    said = registry.done(command, "acme", *more, "--dry-run")
    assert "dry run: nothing was written" in said and secrets_in(said) == []
    assert registry.everything() == before
    registry.done(command, "acme", *more)
    verbs = [what for _, what, _ in registry.audit()]
    assert verbs[-1] == f"partner.{command}"
    assert registry.everything() != before


def test_parked_deliveries_are_listed_with_their_reason(registry: Registry) -> None:
    registry.add()
    assert registry.done("parked", "acme") == "nothing is parked\n"
    park(registry, "ho_2", why="gone", since=1_790_000_001_000)
    park(registry, "ho_1", since=1_790_000_000_000)
    park(registry, "ho_3", partner="other")
    assert [line.split() for line in registry.done("parked", "acme").splitlines()] == [
        ["session", "sequence", "since", "why"],
        ["ho_1", "3", "2026-09-21T14:13:20Z", "exhausted:", "every", "attempt", "failed"],
        ["ho_2", "3", "2026-09-21T14:13:21Z", "gone:", "the", "endpoint", "answered", "410"],
    ]
    assert "parked   2" not in registry.done("list")
    registry.done("webhook-set", "acme", "--url", URL)
    assert "parked   2" in registry.done("webhook-show", "acme")


def test_a_replay_makes_parked_deliveries_due_now(registry: Registry) -> None:
    registry.add()
    registry.done("webhook-set", "acme", "--url", URL)
    for id in ("ho_1", "ho_2", "ho_3"):
        park(registry, id)
    before = now()
    assert "1 due again" in registry.done("replay", "acme", "--session", "ho_2")
    due = TableDeliveries(Clients(), TABLE).due("acme", before=now() + 1, limit=10)
    assert [row.id for row in due] == ["ho_2"]
    assert before <= due[0].at <= now()
    item = registry.db.get_item(TableName=TABLE, Key={"pk": {"S": "ho_2"}, "sk": {"S": "session"}})["Item"]
    assert int(item["deliver_at"]["N"]) == due[0].at
    assert not {"parked", "tries"} & item.keys()
    assert "2 due again" in registry.done("replay", "acme", "--all")
    assert registry.done("parked", "acme") == "nothing is parked\n"
    assert "nothing is parked" in registry.refused("replay", "acme", "--all")
    assert registry.audit()[-1][1:] == ("partner.replay", "partner#acme")


def test_a_replay_needs_an_endpoint_that_runs_and_a_session_of_the_partner(registry: Registry) -> None:
    registry.add()
    park(registry, "ho_1")
    park(registry, "ho_2", partner="other")
    assert "no endpoint" in registry.refused("replay", "acme", "--all")
    registry.done("webhook-set", "acme", "--url", URL)
    assert "not parked" in registry.refused("replay", "acme", "--session", "ho_2")
    stop(registry)
    assert "webhook-resume acme" in registry.refused("replay", "acme", "--all")
    assert registry.run("replay", "acme").code == 2
