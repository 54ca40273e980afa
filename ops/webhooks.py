"""Where a partner's statuses are delivered to: the endpoint, the keys that sign, and how a stopped one goes on.

What makes keys prints them alone on standard output, one a line, and every sentence beside it on standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from chalicelib.aws.codec import attribute
from chalicelib.outside.address import check_url
from ops.command import Commands, Work, duration
from ops.parked import parked_rows
from ops.row import Partner, PartnerRefused, moment, now
from ops.webhook_keys import KINDS, SigningKey, Vault, ending, kinds_of, make_keys

__all__ = ["commands"]


def _vault(work: Work) -> Vault:
    return Vault(work.place.clients("secretsmanager"), work.place.stack)


def _need(work: Work) -> tuple[Partner, str]:
    """The partner and its endpoint's address."""
    found = work.partners.need(work.asked.id)
    if found.webhook is None:
        raise PartnerRefused(f"{found.id} has no endpoint; set one with: webhook-set {found.id} --url https://…")
    return found, found.webhook.url


def _set(work: Work) -> None:
    id, url, kind = work.asked.id, work.asked.url, work.asked.kind
    check_url(url, work.place.targets)
    found, vault = work.partners.need(id), _vault(work)
    # Without an endpoint, keys in the vault are left over from a command that was cut off: nobody has them.
    known = vault.read(id) if found.webhook is not None else []
    if known and kind is not None and kind != kinds_of(known):
        raise PartnerRefused(
            f"{id} has keys of another kind; to change them: webhook-rotate {id} --kind {kind} --overlap 24h"
        )
    made = [] if known else make_keys(kind or "hmac")
    if made and not work.dry_run:
        work.partners.recorded("webhook-key", id)
        vault.write(id, made)
    seen = "attribute_not_exists(webhook)" if found.webhook is None else "webhook.#url = :seen"
    names = {} if found.webhook is None else {"#url": "url"}
    values = {} if found.webhook is None else {":seen": attribute(found.webhook.url)}
    endpoint = {"M": {"url": attribute(url), "secret": attribute(vault.name(id))}}
    work.partners.update(
        id, "webhook-set", set=["webhook = :endpoint"], only_if=seen, names=names,
        values={":endpoint": endpoint, **values},
    )  # fmt: skip
    work.tell(f"{id}: the status of each handoff taken once the hub knows this is delivered to {url}", aside=True)
    if known:
        _aside("the signing keys stay as they are; webhook-rotate makes new ones")
    _hand_out(work, made)


def _hand_out(work: Work, made: Sequence[SigningKey]) -> None:
    if not made:
        return
    if work.dry_run:
        _aside(f"would make: {', '.join(key.kind for key in made)}")
        return
    _aside("give the partner what follows, over a safe channel; a secret is shown this one time only")
    for key in made:
        print(key.given)


def _aside(sentence: str) -> None:
    print(f"  {sentence}", file=sys.stderr)


def _rotate(work: Work) -> None:
    id, overlap = work.asked.id, work.asked.overlap
    _need(work)
    vault, at = _vault(work), now()
    known = vault.read(id)
    made = make_keys(work.asked.kind or kinds_of(known))
    old = ending(known, at + overlap, at)
    if work.partners.recorded("webhook-rotate", id):
        vault.write(id, [*made, *old])
    work.tell(f"{id}: deliveries are signed with the new key{' and the old one' if old else ''}", aside=True)
    for key in old:
        _aside(f"the old {key.kind} key ends {moment(key.until or 0)}")
    _hand_out(work, made)


def _remove(work: Work) -> None:
    found, url = _need(work)
    work.partners.update(found.id, "webhook-remove", remove=["webhook"])
    if not work.dry_run:
        _vault(work).forget(found.id)
    work.tell(f"{found.id}: nothing is delivered to {url} any more, and its signing keys are deleted")


def _resume(work: Work) -> None:
    found, url = _need(work)
    if found.webhook is None or found.webhook.stopped is None:
        raise PartnerRefused(f"the endpoint of {found.id} is not stopped")
    work.partners.update(
        found.id, "webhook-resume", remove=["webhook.#stopped", "webhook.#at"],
        only_if="attribute_exists(webhook.#stopped)", names={"#stopped": "stopped", "#at": "stopped_at"},
    )  # fmt: skip
    work.tell(f"{found.id}: deliveries to {url} go on")
    print(f"  what was given up meanwhile: parked {found.id}; to send it again: replay {found.id} --all")


def _show(work: Work) -> None:
    found, url = _need(work)
    stopped = found.webhook.stopped if found.webhook else None
    since = "" if found.stopped_at is None else f" since {moment(found.stopped_at)}"
    print(f"address  {url}")
    print(f"state    {'runs' if stopped is None else f'stopped{since}: {stopped}; webhook-resume lets it go on'}")
    for key in _vault(work).read(found.id):
        end = "no end" if key.until is None else f"{'ended' if key.until <= now() else 'ends'} {moment(key.until)}"
        print(f"key      {' '.join(filter(None, (key.kind, key.public)))}, {end}")
    print(f"parked   {sum(1 for _ in parked_rows(work, found.id))}")


def commands(to: Commands) -> None:
    """webhook-set, webhook-show, webhook-rotate, webhook-resume, webhook-remove."""
    made = to.change(
        "webhook-set", "deliver statuses to an endpoint; makes its signing keys and shows them once", _set,
        more="Again with another --url: the endpoint moves, the keys stay, a stopped one goes on.",
    )  # fmt: skip
    made.add_argument("--url", required=True, help="https://… on port 443, a public address")
    kinds = "hmac: a shared secret · ed25519: a public key (whpk_…) · both"
    made.add_argument("--kind", choices=KINDS, help=f"{kinds}; default hmac")
    to.look("webhook-show", "endpoint, its state and its keys' ends; no secret", _show).add_argument("id")
    rotate = to.change("webhook-rotate", "sign with a new key, and with the old ones for an overlap", _rotate)
    rotate.add_argument("--overlap", required=True, type=duration, help="how long old keys sign too: 24h, 7d; 0 = not")
    rotate.add_argument("--kind", choices=KINDS, help=f"{kinds}; default: as before")
    to.change("webhook-resume", "let an endpoint go on that was stopped because it answered 410", _resume)
    to.change("webhook-remove", "deliver nothing more and delete the signing keys", _remove)
