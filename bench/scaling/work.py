"""What one handoff's life writes and reads, key by key.

The units of each operation are those that `make capacity` measures on the engine; here they are told apart by the key
that takes them. ``tests/unit/test_scale_model.py`` holds the sums against the README's table, and the lives that the
simulator lives against the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from bench.scaling.mix import Mix

__all__ = ["OPERATIONS", "counts", "reads", "requests", "writes"]

OPERATIONS: Mapping[str, Mapping[str, float]] = {
    "create": {"session": 1, "lane": 1},
    "create with a number": {"session": 1, "lane": 1, "data key": 1, "number": 1},
    "replay": {"session": 1},
    "subject": {"subject": 1},
    "report": {"session": 1, "data key": 1},
    "claim": {"session": 1, "lane": 1, "held": 1, "audit day": 1},
    "release": {"session": 1, "lane": 1, "held": 1, "audit day": 1},
    "busy": {"session": 1, "lane": 1, "held": 1, "audit day": 1},
    "close": {"session": 1, "held": 1, "erase": 1, "audit day": 1},
    "reveal": {"session": 1, "audit day": 1, "number": 1},
    "message": {"session": 2},
    "one write": {"session": 1},
    "told": {"due": 1},
    "delivery": {"session": 2, "due": 3},
    "set aside": {"session": 1, "lane": 1, "open": 1},
    "left": {"session": 1, "open": 1, "closed": 1},
    "erase": {"session": 2, "erase": 1, "closed": 1, "data key": 1},
    "subject forgotten": {"subject": 1},
    "number left": {"number": 1},
}
"""Write units by kind of key. ``lane`` is the chat's or the callback's."""


def counts(mix: Mix) -> dict[tuple[str, str], float]:
    """How often each operation happens per handoff, by (operation, lane)."""
    found = defaultdict[tuple[str, str], float](float)
    for lane, share in (("chat", mix.chats), ("callback", 1 - mix.chats)):
        taken, again = share * mix.taken, share * mix.taken * mix.released
        call = lane == "callback"
        more = taken * (mix.attempts - 1) if call else 0.0
        found["create with a number" if call else "create", lane] += share
        found["replay", lane] += share * mix.repeated
        found["subject", lane] += share * mix.subjects
        found["report", lane] += share * mix.reports
        found["claim", lane] += taken + again + more
        found["release", lane] += again
        found["close", lane] += taken
        found["erase", lane] += taken
        found["subject forgotten", lane] += share * mix.subjects
        found["told", lane] += share * mix.steps
        found["delivery", lane] += share * mix.steps
        found["set aside", lane] += share * mix.left
        found["left", lane] += share * mix.left
        found["one write", lane] += share * mix.waits * mix.youth_seen * (not call)
        if call:
            found["busy", lane] += more
            found["reveal", lane] += taken + more
            found["number left", lane] += taken
            found["one write", lane] += (taken + more) * (mix.call_lasts * mix.renewals)
            continue
        minutes = taken * mix.chat_lasts
        found["message", lane] += minutes * mix.words
        found["one write", lane] += minutes * (mix.typing + mix.renewals + mix.youth_seen) + taken  # the page opened
        # Every word is deleted at the end, and the key that the first one made.
        found["one write", lane] += minutes * mix.words
    return dict(found)


@cache
def writes(mix: Mix) -> Mapping[str, float]:
    """Write units per handoff by kind of key."""
    found = defaultdict[str, float](float)
    for (name, lane), times in counts(mix).items():
        for kind, units in OPERATIONS[name].items():
            found[lane if kind == "lane" else kind] += units * times
    found["data key"] += mix.chats * mix.taken  # made with the first word
    return dict(found)


@cache
def reads(mix: Mix) -> Mapping[str, float]:
    """Read units per handoff of what is spread by session; looks at the line are another matter, see ``model``."""
    minutes, changed = mix.chat_minutes, writes(mix)["session"]
    looked = mix.waiting_minutes * mix.waiting_looks + minutes * (mix.youth_looks + mix.words) + mix.polls
    claimed = 2 * mix.taken
    # Each change is read strongly once more: it may have to wake a deliverer.
    return {
        "session": 0.5 * looked + 1.5 * minutes * mix.counsellor_reads + claimed + changed,
        "data key": minutes * (mix.words + mix.counsellor_reads),
    }


def requests(mix: Mix) -> float:
    """HTTP requests per handoff."""
    of_chat = mix.words + mix.typing + mix.renewals + mix.youth_looks + mix.counsellor_reads
    return (
        1 + mix.repeated + mix.polls + 5 + mix.waiting_minutes * mix.waiting_looks + mix.chat_minutes * of_chat
        + mix.held_minutes * mix.counsellor_looks / mix.at_a_time
    )  # fmt: skip
