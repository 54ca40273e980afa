"""What is kept, why, how long, and what ends it: one line per kind of data. The code takes its times from here. Pure.

``docs/data-lifecycle.md`` shows the same table; tests compare the two, and every row of both tables with its kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.model.audit import KEPT_DAYS
from chalicelib.model.callback import CALLBACK_GIVEN_UP_AFTER
from chalicelib.model.number import NUMBER_LASTS
from chalicelib.model.rehearsal import LASTS
from chalicelib.model.session import DAY, TOMBSTONE_LASTS

__all__ = [
    "AUDIT_LASTS", "CODE_KEPT", "KEY_LASTS", "KINDS", "PRESENCE_LASTS", "REPORT_LASTS", "USAGE_LASTS", "WORDS_LAST",
    "Kept", "kind_of",
]  # fmt: skip

KEY_LASTS = TOMBSTONE_LASTS + CALLBACK_GIVEN_UP_AFTER
"""From when the key is made: longer than any session is open and closed, so only an orphan ever ends by it."""
WORDS_LAST = KEY_LASTS
REPORT_LASTS = TOMBSTONE_LASTS
CODE_KEPT = CALLBACK_GIVEN_UP_AFTER + 1 * DAY
"""No session stays open longer."""
PRESENCE_LASTS = 1 * DAY
USAGE_LASTS = 400 * DAY
"""A little more than a year, so that a day can be compared with the same one of the year before."""
AUDIT_LASTS = (KEPT_DAYS + 1) * DAY

SESSIONS, KEYS = "sessions", "keys"
ID = r"ho_[a-z2-7]{26}"


@dataclass(frozen=True)
class Kept:
    """One kind of data: its name, what stands in it, why it is kept, how long and what ends it sooner.

    ``where`` is a table, or words. ``pk`` and ``sk`` are patterns of a table's rows; ``stage`` tells rows of one key
    apart: a session that is open, closed, or a sandbox's. ``lasts`` in ms: how long if nothing else happens, and then
    every row carries ``expires_at``. None: no time ends it.
    """

    name: str
    where: str
    holds: str
    why: str
    how_long: str
    pk: str = ""
    sk: str = ""
    stage: str = ""
    lasts: int | None = None


KINDS = (
    Kept(
        "session, open", SESSIONS,
        "partner, platform, language, state and times; role, age band, urgency; the number sealed; `subject` as a "
        "keyed hash; who holds it",
        "the work itself",
        "until it ends: 30 min without a choice, 10 min after a waiting youth was last seen, 3 days for a call, else "
        "as long as a counsellor holds it. No expiry: nothing that waits may vanish by itself",
        ID, "session", "open",
    ),
    Kept(
        "session, closed", SESSIONS,
        "id, partner, platform, language, the answer of the 201, lane, band, status and its deliveries, reason, when "
        "it was created and closed, how long it waited, who closed it, the keyed hashes of the request's body and of "
        "the youth's cookie",
        "a late retry must not call the child's session back to life; the figures",
        "30 days after it closed. All else goes within the close itself, or 15 min after a counsellor's (until then it "
        "can be undone)",
        ID, "session", "closed", TOMBSTONE_LASTS,
    ),
    Kept(
        "session, sandbox", SESSIONS, "what a rehearsal needs; nothing of the request", "integration tests",
        "1 day after the handoff", ID, "session", "rehearsal", LASTS,
    ),
    Kept(
        "report", SESSIONS, "the platform's report, sealed; the keyed hash of the request's body",
        "the counsellor must not ask what the youth has already told",
        "erased with the session; an orphan after 30 days", ID, "report", lasts=REPORT_LASTS,
    ),
    Kept(
        "message", SESSIONS, "one message of the chat, sealed; its side, number and time", "the chat",
        "erased with the session; an orphan after 33 days", ID, r"message#(youth|counsellor)#[0-9]{6}",
        lasts=WORDS_LAST,
    ),
    Kept(
        "note", SESSIONS, "one note of a counsellor's, its words sealed; kind, code, author and time",
        "whoever holds the session next", "erased with the session; an orphan after 33 days", ID, "note#[0-9]{6}",
        lasts=WORDS_LAST,
    ),
    Kept(
        "resume code", SESSIONS, "the keyed hash of a code, and the session's id", "coming back from another device",
        "erased with the session; an orphan after 4 days", "resume#[0-9a-f]{64}", "resume", lasts=CODE_KEPT,
    ),
    Kept(
        "sandbox's first try", SESSIONS, "that there was one", "a script that refuses the first request",
        "1 day", ID, "tried", lasts=LASTS,
    ),
    Kept(
        "data key", KEYS, "the session's key, wrapped by KMS; the keyed hashes of the numbers it had",
        "opens what is sealed",
        "erased with the session: from then on every copy of what it sealed is noise; an orphan after 33 days",
        ID, lasts=KEY_LASTS,
    ),
    Kept(
        "number", KEYS,
        "under a number's keyed hash: ids of the sessions that hold it, moments of the calls of a day, whether "
        "somebody unsafe answered",
        "nobody is called again and again, or after *unsafe*; a request to erase by number",
        "a session's id goes with its erasing; the rest 72 h after the last use. It stands beside the keys because "
        "they have neither stream nor backups", "number#[0-9a-f]{32}", lasts=NUMBER_LASTS,
    ),
    Kept(
        "counsellor at the console", SESSIONS, "name, specialities, last seen, on break, last signed out",
        "who is there; the honest wait; no token older than a sign-out", "1 day after the last sign",
        "presence", ".+", lasts=PRESENCE_LASTS,
    ),
    Kept(
        "audit record", SESSIONS, "who did what to which session or partner, and when; no content",
        "misuse must be found", "366 days, a day's records together", "audit#.+", ".+", lasts=AUDIT_LASTS,
    ),
    Kept(
        "partner", SESSIONS, "name, platforms, public keys, endpoint, limits", "the contract",
        "as long as it is registered", "partner#[a-z0-9-]+", "partner",
    ),
    Kept(
        "deliverer's lease", SESSIONS, "a random word and a moment; one row per partner", "one deliverer at a time",
        "until the deliverer lets go; after a crash the next one writes over it", "partner#[a-z0-9-]+", "deliverer",
    ),
    Kept(
        "partner's use", SESSIONS, "counts of requests by day", "limits; questions about volume",
        "400 days", "usage#[a-z0-9-]+", "[0-9]{4}-[0-9]{2}-[0-9]{2}", lasts=USAGE_LASTS,
    ),
    Kept(
        "line in short", SESSIONS, "one row: oldest due times, the last twenty waits, when it was measured",
        "the honest wait", "written over each minute", "line", "line",
    ),
    Kept(
        "figures", "the index of the session table", "what the key of a closed session says", "the supervisors' page",
        "with the closed session",
    ),
    Kept(
        "stream", "the session table's stream", "keys of changed rows, never their contents",
        "wakes the deliverers", "24 hours",
    ),
    Kept(
        "point-in-time copies", "backups of the session table", "the rows of the last 35 days",
        "a table damaged by mistake", "35 days. What was sealed under a key that is gone cannot be read in them",
    ),
    Kept(
        "keys in memory", "each process of the hub", "data keys it has just used, in clear", "speed",
        "60 s. A process that had a key may read for so long what it has in hand; the rows are deleted by then",
    ),
    Kept(
        "logs", "CloudWatch", "allowed fields: route, status, time, problem code, partner; no ids of sessions",
        "running the hub", "30 days, or as the parameter LogDays says",
    ),
    Kept("metrics", "CloudWatch", "counts", "alarms", "15 months, as CloudWatch keeps them"),
    Kept("traces", "X-Ray", "names and times of calls; no body, no key of a row", "slowness", "30 days"),
    Kept(
        "counsellors' accounts", "Cognito user pool", "username, groups, password's verifier", "signing in",
        "until the operator deletes the account",
    ),
    Kept(
        "webhook keys", "Secrets Manager", "a partner's signing keys", "deliveries",
        "until `webhook-remove`, or the end of a rotation",
    ),
    Kept(
        "stage's secret", "Secrets Manager", "what all keyed hashes and codes are made with",
        "ids that cannot be guessed",
        "as long as the stage",
    ),
    Kept(
        "youth's cookie and unsent words", "the youth's browser", "a random word with its proof; what is being typed",
        "the chat goes on after a reload",
        "unsent words until the tab is closed, sent, or left by the quick exit; the cookie 4 days",
    ),
    Kept(
        "counsellor's unsent words and settings", "the console's browser",
        "messages, notes and reasons not yet sent; ids of what was just closed; sound, lane, limit",
        "a reload or a new sign-in loses nothing",
        "words until sent, signed out or the tab is closed; settings until the browser's data are cleared",
    ),
)  # fmt: skip


def kind_of(table: str, pk: str, sk: str = "", stage: str = "") -> Kept | None:
    """The kind of a row; None for a row of no known kind."""
    for kept in KINDS:
        if (
            kept.where == table
            and re.fullmatch(kept.pk, pk)
            and re.fullmatch(kept.sk, sk)
            and kept.stage in ("", stage)
        ):
            return kept
    return None
