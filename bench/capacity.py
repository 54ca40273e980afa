"""What each operation consumes, measured on the engine: the real desk over the real adapters, each trip's units summed.

``python -m bench.capacity`` starts a hub of its own and prints a Markdown table; ``--write`` puts it into the README.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.meter import Meter, Row, measured_desk
from bench.page import put
from chalicelib.contract import read_handoff
from chalicelib.desk import calls, claims, counsellors, partners
from chalicelib.desk.base import Desk
from chalicelib.desk.partners import Taken
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.delivery import settled
from chalicelib.model.partner import Partner, Webhook
from chalicelib.model.session import LANES, Band, Reason, Session
from tests.conftest import Running
from tests.hub import FICTION, Hub

__all__ = ["LIMITS", "Meter", "Row", "limit", "measure", "measured_desk", "over", "put_all", "seed_line", "table"]

CHAT = {"platform": "tiktok", "kind": "report", "session": "chat", "locale": "fr"}
# The write units of each operation that the design allows. A claim, a release and a close have one more for the record
# in the audit trail, which every deed of a counsellor's has; a close yet one for its line in the supervisors' figures.
LIMITS: dict[str, float] = {
    "create": 2,
    "replay": 1,
    "status": 0,
    "claim, one lane": 4,
    "claim, both lanes": 4,
    "renew": 1,
    "release": 4,
    "close": 4,
    "close, with an endpoint to tell": 5,
    "delivery (take, settle)": 5,
}  # fmt: skip


class _Trial:
    def __init__(self, desk: Desk, hub: Hub, meter: Meter) -> None:
        self.desk, self.hub, self.meter = desk, hub, meter
        self.partner = Partner("tiktok", frozenset({"tiktok"}), {})
        self.who = Counsellor("meter", "sub-meter", frozenset(), 0)
        self.boss = Counsellor("boss", "sub-boss", frozenset({"supervisor"}), 0)
        self._n = 0

    def hand_over(self, body: dict[str, Any] | None = None, jti: str | None = None) -> Taken:
        self._n += 1
        raw = json.dumps(body or CHAT).encode()
        return partners.receive(
            self.desk, self.partner, jti or f"capacity-{os.getpid()}-{self._n:06d}", raw, read_handoff(raw)
        )

    def claim(self, lanes: Sequence[Any] = LANES) -> Session:
        session = claims.claim(self.desk, self.who, lanes)
        if session is None:
            raise RuntimeError("nothing to claim")
        return session

    def run(self) -> None:
        of, desk, who = self.meter.of, self.desk, self.who
        jti = f"capacity-{os.getpid()}-same"
        self.hand_over()  # the first call reads the partner, the line and the stage's secret
        with of("create"):
            session = self.hand_over(jti=jti).session
        with of("replay"):
            self.hand_over(jti=jti)
        with of("status"):
            partners.status(desk, self.partner, session.id)
        with of("claim, one lane"):
            held = self.claim(("chat",))
        with of("renew"):
            counsellors.renew(desk, who, held.id, held.epoch)
        with of("release"):
            counsellors.release(desk, who, held.id, held.epoch)
        with of("claim, both lanes"):
            held = self.claim()
        with of("close"):
            counsellors.close(desk, who, held.id, held.epoch, Reason.HELPED)
        self._personal()
        self._told()

    def _personal(self) -> None:
        of, desk, who = self.meter.of, self.desk, self.who
        with of("create with a number (key row, number)"):
            self.hand_over({**CHAT, "session": "callback", "kind": "call", "callback": {"number": FICTION}})
        held = self.claim(("callback",))
        with of("reveal (audit record, activate)"):
            calls.reveal(desk, who, held.id, held.epoch)
        with of("close a callback (erased 15 min later)"):
            closed = counsellors.close(desk, who, held.id, held.epoch, Reason.HELPED)
        with of("undo (audit record, hold)"):
            held = counsellors.undo(desk, who, closed.id, closed.epoch)
        with of("answered by somebody unsafe (audit record, close, erase)"):
            calls.attempt(desk, who, held.id, held.epoch, "answered_unsafe")
        held = self.claim(("chat",))
        counsellors.say(desk, who, held.id, held.epoch, 1, "warm")
        with of("message"):
            counsellors.say(desk, who, held.id, held.epoch, 2, "bonjour")
        with of("typing"):
            counsellors.typing(desk, who, held.id, held.epoch)
        with of("note"):
            counsellors.note(desk, who, held.id, held.epoch, 1, "note", "", "préfère écrire")
        with of("triage (audit record, band, note)"):
            counsellors.triage(desk, who, held.id, held.epoch, 2, Band.SOON, "un adulte est là")
        with of("hand over (audit record, release, note)"):
            counsellors.hand_over(
                desk, who, held.id, held.epoch, 3, speciality="lawyer", colleague=None, text="plainte"
            )  # fmt: skip
        held = claims.take(desk, self.boss, held.id)
        counsellors.close(desk, self.boss, held.id, held.epoch, Reason.HELPED)
        with of("create with a subject (its row in the index of youths)"):
            self.hand_over({**CHAT, "subject": "somebody"})
        held = self.claim(("chat",))
        counsellors.close(desk, who, held.id, held.epoch, Reason.HELPED)

    def _told(self) -> None:
        """With an endpoint: a step sets the key of what is owed in the same write; a delivery takes and settles it."""
        of, desk, who = self.meter.of, self.desk, self.who
        self.partner = replace(self.partner, webhook=Webhook("https://hooks.example/", "none"))
        self.hand_over()
        held = self.claim(("chat",))
        with of("close, with an endpoint to tell"):
            counsellors.close(desk, who, held.id, held.epoch, Reason.HELPED)
        (row,) = desk.deliveries.due("tiktok", before=desk.clock() + 1, limit=1)
        with of("delivery (take, settle)"):
            seen = desk.deliveries.take(row, token="meter", until=desk.clock() + 30_000)
            if seen is None:
                raise RuntimeError("nothing to deliver")
            desk.deliveries.settle(seen, settled(seen, seen.sequence, 204, None, desk.clock(), spread=0, pace=1))
        self.partner = replace(self.partner, webhook=None)

    def behind(self, waiting: int) -> None:
        """The same claim behind a line of ``waiting`` sessions, seeded by batch writes."""
        seed_line(self.hub, self.hand_over().session, waiting)
        with self.meter.of(f"claim, one lane, behind {waiting:,} waiting"):
            held = self.claim(("chat",))
        counsellors.close(self.desk, self.who, held.id, held.epoch, Reason.HELPED)


APART = 10_000
"""No rush: in one a claim looks who else is there, too (bench.claims)."""
_LETTERS = str.maketrans("0123456789", "abcdefghij")


def seed_line(hub: Hub, like: Session, waiting: int) -> None:
    """Write ``waiting`` copies of a waiting session, due ten seconds after one another, by batch writes."""
    table = hub.facts["table"]
    item = hub.aws("dynamodb").get_item(TableName=table, Key={"pk": {"S": like.id}, "sk": {"S": "session"}})["Item"]
    due = int(item["due"]["N"])
    target = int(item["deadline"]["N"]) - due
    items = []
    for n in range(waiting):
        id, at = "ho_" + f"{n:026d}".translate(_LETTERS), due - (waiting - n) * APART
        copy = {
            **item, "pk": {"S": id}, "due": {"N": str(at)}, "deadline": {"N": str(at + target)},
            "lane_sk": {"S": f"{at + target:013d}#{at:013d}#301#{id}##"},
        }  # fmt: skip
        items.append(copy)
    put_all(hub, items)


def put_all(hub: Hub, items: Sequence[dict[str, Any]]) -> None:
    """Write raw items into the session table, by batches."""
    db, table = hub.aws("dynamodb"), hub.facts["table"]
    for start in range(0, len(items), 25):
        left: dict[str, Any] = {table: [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]}
        while left:
            left = db.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}


def measure(hub: Hub, lines: Sequence[int] = (10, 10_000)) -> list[Row]:
    """Every operation once, then the claim behind each length of line."""
    meter = Meter()
    with measured_desk(hub, meter) as desk:
        trial = _Trial(desk, hub, meter)
        trial.run()
        for waiting in lines:
            trial.behind(waiting)
    return meter.rows


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown, beside what the design allows."""
    lines = ["| operation | trips | WCU | RCU | WCU allowed |", "|---|---|---|---|---|"]
    for row in rows:
        bound = limit(row)
        said = "" if bound is None else f"{bound:g}"
        lines.append(f"| {row.name} | {row.trips} | {row.writes:g} | {row.reads:g} | {said} |")
    return "\n".join(lines)


def limit(row: Row) -> float | None:
    """The write units that the design allows, where it names them."""
    name = "claim, one lane" if row.name.startswith("claim, one lane") else row.name
    return LIMITS.get(name)


def over(rows: Sequence[Row]) -> list[str]:
    """The operations that take more than the design allows."""
    return [row.name for row in rows if (bound := limit(row)) is not None and row.writes > bound]


def main() -> None:
    """Measure and print; exit 1 when an operation costs more than the design allows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder))
        try:
            rows = measure(running.hub)
        finally:
            running.stop()
    found = table(rows)
    print(found)
    if given.write:
        put("capacity", found)
    dear = over(rows)
    sys.exit(f"over the design: {', '.join(dear)}" if dear else 0)


if __name__ == "__main__":
    main()
