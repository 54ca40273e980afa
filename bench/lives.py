"""Trips and units of each operation and of whole lives, measured on the engine.

``python -m bench.lives`` starts a hub of its own and prints Markdown tables; ``--write`` puts them into the page of
performance. Exit 1 when an operation or a life consumes more than the design allows.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import capacity
from bench.chatting.meter import size
from bench.delivering.partners import enrol, new_secret
from bench.endpoint import endpoint
from bench.living.house import House, house, still
from bench.living.spent import Spent
from bench.living.stories import STORIES, Story
from bench.living.table import Life, over, table
from bench.meter import Row
from bench.page import PERFORMANCE, keep, put
from tests.conftest import Running
from tests.hub import Hub

__all__ = ["measure"]

QUICK = 3
"""The last stories are the short ones."""


def measure(hub: Hub, folder: Path, stories: Sequence[Story] = STORIES) -> tuple[list[Life], Spent]:
    """Play each story on empty tables, and say what a sweep of an empty line consumes. ``folder`` gets keys."""
    still(hub)
    lives, empty = list[Life](), Spent()
    with endpoint() as url:
        hooked, bare = enrol(hub, folder, "hooked"), enrol(hub, folder, "bare")
        hooked.hook(url, [new_secret()])
        for story in stories:
            with house(hub, folder / "hub.json") as played:
                partner = hooked if story.hooked else bare
                _warm(played, partner.platform)
                lives.append(_live(played, story, partner.platform))
                empty = played.empty_minute
    return lives, empty


def _warm(played: House, platform: str) -> None:
    """One tap, cancelled: from then on the process knows the partner and the stage's secret."""
    id = played.hand_over(platform).json["id"]
    played.send(played.sign(platform, "POST", f"/v1/handoffs/{id}/cancel"))
    played.forget()


def _live(played: House, story: Story, platform: str) -> Life:
    id = story.play(played, platform)
    rows = [row for row in played.rows() if row["pk"]["S"] == id or row.get("session", {}).get("S") == id]
    (session,) = (row for row in rows if row["sk"]["S"] == "session")
    _check(played, story, session, rows)
    return Life(story.name, dict(played.ledger), story.allowed, len(rows), sum(map(size, rows)))


def _check(played: House, story: Story, session: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    told = int(session.get("delivered", {"N": "1"})["N"])
    if story.hooked and told != int(session["sequence"]["N"]):
        raise RuntimeError(f"{story.name}: a status was not delivered")
    words = [row["sk"]["S"] for row in rows if row["sk"]["S"].startswith("message#")]
    keys = [row["pk"] for row in played.rows(played.facts["engine"]["keys_table"]) if row["pk"] == session["pk"]]
    if story.erased and (session["state"]["S"] != "closed" or words or keys):
        raise RuntimeError(f"{story.name}: something was not erased")


def text(rows: Sequence[Row], lives: Sequence[Life], empty: Spent) -> str:
    """All tables."""
    return f"{capacity.table(rows)}\n\n{table(lives, empty)}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into the page of performance")
    parser.add_argument("--quick", action="store_true", help="only the shortest lives")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder), LEASE_SECONDS="90")
        try:
            rows = capacity.measure(running.hub, ())
            lives, empty = measure(running.hub, Path(folder), STORIES[-QUICK:] if given.quick else STORIES)
        finally:
            running.stop()
    found = text(rows, lives, empty)
    print(found)
    if given.write:
        put("units", found, PERFORMANCE)
        keep("lives", {life.name: {**vars(life.whole), "usd_per_million": life.whole.usd} for life in lives})
    dear = capacity.over(rows) + over(lives)
    sys.exit("\n".join(["over what is allowed:", *dear]) if dear else 0)


if __name__ == "__main__":
    main()
