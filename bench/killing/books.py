"""What the hub itself has at the end: every session, every word that can still be opened, and the audit trail."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from bench.killing.ledger import Said
from chalicelib.desk import transcript
from chalicelib.desk.base import Desk
from chalicelib.settings import read
from chalicelib.wiring import assemble
from local.engine import REGION
from ops.trail import records_of, verify
from tests.hub import Hub
from tests.soundness import unsound

__all__ = ["Books", "Deed", "Kept", "read_books"]


@dataclass(frozen=True)
class Kept:
    """One session as it stands; ``words`` None: erased, as what ended without a counsellor is, or 15 min after."""

    id: str
    partner: str
    state: str
    epoch: int
    holder: str
    reason: str
    sequence: int
    owed: bool
    attempts: int
    words: tuple[Said, ...] | None


Deed = tuple[str, str, int | None, str]
"""What, which session, under which claim, by whom."""


@dataclass(frozen=True)
class Books:
    """The sessions; what the reconciler would repair, by id; the trail's deeds and its first broken link."""

    sessions: Sequence[Kept]
    unsound: Mapping[str, Sequence[str]] = field(default_factory=dict)
    deeds: frozenset[Deed] = frozenset()
    broken: str = ""


def read_books(hub: Hub, partners: Mapping[str, str]) -> Books:
    """Everything of these partners (name by id), and the trail as a whole."""
    rows = hub.rows()
    mine = [row for row in rows if row["sk"]["S"] == "session" and row["partner"]["S"] in partners]
    with _desk(hub) as desk:
        trail = verify(rows, desk.secrets.mac, now=desk.clock())
        return Books(
            sessions=[_kept(desk, row, partners[row["partner"]["S"]]) for row in mine],
            unsound=unsound(mine, desk.clock()), broken=str(trail.fault or ""),
            deeds=frozenset((one.what, one.session, one.epoch, one.who) for one in records_of(rows)),
        )  # fmt: skip


def _kept(desk: Desk, row: Mapping[str, Any], partner: str) -> Kept:
    id = row["pk"]["S"]
    words = None
    session = desk.sessions.get(id, strong=True)
    if session is not None and not session.erased:
        words = tuple((said.side, said.n, said.text) for said in transcript.read(desk, session))
    return Kept(
        id=id, partner=partner, state=row["state"]["S"], epoch=int(row["epoch"]["N"]),
        holder=row.get("holder", {}).get("S", ""), reason=row.get("reason", {}).get("S", ""),
        sequence=int(row["sequence"]["N"]), owed="due_pk" in row, attempts=len(row.get("attempts", {}).get("L", ())),
        words=words,
    )  # fmt: skip


@contextmanager
def _desk(hub: Hub) -> Iterator[Desk]:
    """The hub's own desk, in this process: what the functions have in their environment, at the engine."""
    function = hub.facts["engine"]["api_function"]
    kept = hub.aws("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    access = {
        "AWS_ENDPOINT_URL": hub.facts["engine_url"], "AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }  # fmt: skip
    with patch.dict(os.environ, access):
        yield assemble(read(kept))
