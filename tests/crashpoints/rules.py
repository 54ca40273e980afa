"""What must hold whoever died where, and whether or not anybody tried again."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.aws.codec import encode
from chalicelib.model.delivery import owed
from chalicelib.model.session import Session, Status
from chalicelib.model.status import settle
from ops.trail import verify
from tests.crashpoints.facts import sessions
from tests.crashpoints.world import World

__all__ = ["broken", "repaired"]

PLACES = ("lane_pk", "lane_sk", "due_pk", "due_sk")
CANARIES = ("639981234", "bonjour", "au secours", "je suis", "harassment", "une note")
"""Parts of the number and of the words that the cases use: sealed, they stand nowhere."""


def broken(world: World) -> list[str]:
    """What is broken now, in words; nothing when all is well."""
    found = []
    for session in sessions(world):
        for rule in (_places, _erased, _whole, _owed, _numbered):
            found += [f"{session.id}: {fault}" for fault in rule(world, session)]
    return found + [fault for rule in (_trail, _ladder, _open_words) for fault in rule(world)]


def _trail(world: World) -> Iterator[str]:
    """The chains of the audit trail are whole."""
    verdict = verify(world.db.items("sessions"), world.process().secrets.mac)
    if verdict.fault is not None:
        yield f"the audit trail: {verdict.fault}"


def repaired(world: World) -> list[str]:
    """What the reconciler found to repair: nothing, for no move leaves anything wrong, whoever died."""
    return [f"the reconciler: {found}" for found in world.inventory() if found.repaired or found.unreadable]


def _item(world: World, session: Session) -> dict[str, dict[str, str]]:
    return next(
        item for item in world.db.items("sessions") if (item["pk"]["S"], item["sk"]["S"]) == (session.id, "session")
    )


def _places(world: World, session: Session) -> Iterator[str]:
    """Its places in the indexes follow from what it is."""
    item, made = _item(world, session), encode(session, world.settings.shards)
    for name in PLACES:
        if item.get(name) != made.get(name):
            yield f"{name} is {item.get(name)}, not {made.get(name)}"


def _beside(world: World, session: Session) -> list[str]:
    return [
        item["sk"]["S"]
        for item in world.db.items("sessions")
        if item["pk"]["S"] == session.id and item["sk"]["S"] not in ("session", "tried")
    ]


def _has_key(world: World, session: Session) -> bool:
    return any(item["pk"]["S"] == session.id for item in world.db.items("keys"))


def _erased(world: World, session: Session) -> Iterator[str]:
    """What is erased has neither key nor words. A key that never sealed anything that was kept ends by itself."""
    if session.erased:
        if session.sealed and _has_key(world, session):
            yield "erased, but a key is there"
        if _beside(world, session):
            yield f"erased, but {_beside(world, session)} is there"
        if session.number is not None:
            yield "erased, but the number is there"


def _whole(world: World, session: Session) -> Iterator[str]:
    """What an open session says that it has is there; of a closed one it may just be going."""
    if session.has_report and session.open and "report" not in _beside(world, session):
        yield "its report is not there"
    holds = session.number is not None or session.has_report
    holds = holds or session.youth_n + session.counsellor_n + session.notes_n > 0
    if holds and session.open and not (session.sealed and _has_key(world, session)):
        yield "its key is not there"


def _owed(world: World, session: Session) -> Iterator[str]:
    """Every step of the status has arrived, is owed, or was given up."""
    if not session.hooked:
        return
    told = [post.sequence for post in world.posts if post.session == session.id]
    if session.delivered > 1 and session.delivered not in told:
        yield f"sequence {session.delivered} is said to have arrived, but never did"
    now = settle(session, world.clock())
    if now.sequence > session.delivered and session.parked is None and not owed(now):
        yield f"sequence {now.sequence} is not owed"


def _numbered(world: World, session: Session) -> Iterator[str]:
    """No word and no note has a number that was never given out."""
    counted = {
        "message#youth": session.youth_n, "message#counsellor": session.counsellor_n, "note": session.notes_n
    }  # fmt: skip
    for name in _beside(world, session):
        side, _, n = name.rpartition("#")
        if side in counted and int(n) > counted[side]:
            yield f"{name} was kept, but only {counted[side]} are counted"


def _ladder(world: World) -> Iterator[str]:
    """A sequence has one status and one webhook id, and a higher one a higher rung."""
    known: dict[tuple[str, int], tuple[str, str]] = {}
    for post in world.posts:
        first = known.setdefault((post.session, post.sequence), (post.webhook_id, post.status))
        if first != (post.webhook_id, post.status):
            yield f"{post.session}: sequence {post.sequence} was {first}, then {post.status}"
    by_session: dict[str, list[tuple[int, int]]] = {}
    for (session, sequence), (_, status) in known.items():
        by_session.setdefault(session, []).append((sequence, Status(status).rank))
    for session, rungs in by_session.items():
        ranks = [rank for _, rank in sorted(rungs)]
        if ranks != sorted(set(ranks)):
            yield f"{session}: the ladder was {ranks}"


def _open_words(world: World) -> Iterator[str]:
    """Nothing personal stands in the tables in clear."""
    for table in ("sessions", "keys"):
        for item in world.db.items(table):
            text = repr(item)
            for canary in CANARIES:
                if canary in text:
                    yield f"{item['pk']} says {canary}"
