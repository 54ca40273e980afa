"""Who plays: a partner, a supervisor and youths, with sessions that are really in the state an operation needs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.hub import Counsellor, Hub, Youth, fiction

__all__ = ["Cast", "Live"]

TOKEN_SECONDS = 1200
USES = 30
"""How often a session is played with before another one takes its place."""


@dataclass
class Live:
    """A real session and what those who play know of it."""

    id: str
    link: str
    epoch: int = 1
    cookie: str = ""
    resume: str = ""
    uses: int = 0


class Cast:
    """Makes sessions when they are asked for and keeps them until they are used up."""

    def __init__(self, hub: Hub, chance: random.Random) -> None:
        self.hub, self.chance = hub, chance
        self.known: dict[str, Live] = {}
        self.tags: dict[str, str] = {}
        self.taken: tuple[str, dict[str, Any]] | None = None
        self._stage: dict[str, Live] = {}
        self._signed_in: tuple[float, Counsellor] | None = None
        self._makers: dict[str, Callable[[], Live]] = {
            "handed": self._handed, "unchosen": lambda: self._opened(session=None), "opened": self._opened,
            "coded": self._coded, "chat": self._held, "closed": self._closed,
            "callback": lambda: self._held(session="callback", kind="call", callback={"number": fiction()}),
        }  # fmt: skip

    @property
    def supervisor(self) -> Counsellor:
        """Who may do whatever a counsellor may, signed in not long ago."""
        if self._signed_in is None or time.monotonic() - self._signed_in[0] > TOKEN_SECONDS:
            login = next(one for one in self.hub.facts["counsellors"] if one["username"].startswith("supervisor"))
            self._signed_in = time.monotonic(), self.hub.counsellor(login["username"], login["password"])
        return self._signed_in[1]

    def play(self, kind: str) -> Live:
        """A session in the state that ``kind`` names."""
        live = self._stage.get(kind)
        if live is not None and live.uses >= USES:
            self.leave_stage(kind)
            live = None
        if live is None:
            live = self._stage[kind] = self._makers[kind]()
        live.uses += 1
        return live

    def leave_stage(self, kind: str) -> None:
        """That session is not what it was: the next one takes its place."""
        live = self._stage.pop(kind, None)
        if live is not None and kind in ("chat", "callback"):
            self.close({"id": live.id, "epoch": live.epoch})

    def on_stage(self, kind: str) -> Live | None:
        """The session that is played with now."""
        return self._stage.get(kind)

    def close(self, session: dict[str, Any]) -> None:
        """End what the supervisor holds: there is a limit to that."""
        self.supervisor.ask(f"sessions/{session['id']}/close", {"epoch": session["epoch"], "reason": "helped"})

    def meet(self, answer: dict[str, Any]) -> None:
        """A session that a made-up handoff opened: from now on it is known, and its link."""
        self.known[answer["id"]] = Live(answer["id"], urlsplit(answer["links"]["youth"]).path)

    def cookie(self, id: str) -> str:
        """The cookie of this session's youth; of a session nobody knows, one that opens nothing."""
        live = self.known.get(id)
        if live is None:
            return "hub_youth=" + "a" * 43
        if not live.cookie:
            opened = self.hub.ask("GET", live.link)
            live.cookie = opened.headers.get("set-cookie", "").split(";")[0]
        return live.cookie

    def _handed(self, **members: Any) -> Live:
        answer = self.hub.hand_over(**members).json
        self.meet(answer)
        return self.known[answer["id"]]

    def _opened(self, **members: Any) -> Live:
        live = self._handed(**members)
        youth = Youth(self.hub, live.link)
        live.cookie = youth.cookie
        youth.ask("here", {})
        return live

    def _coded(self) -> Live:
        live = self._opened()
        headers = {"Cookie": live.cookie, "Origin": self.hub.base, "Content-Type": "application/json"}
        live.resume = self.hub.ask("POST", f"/s/{live.id}/code", b"{}", headers).json["resume"]
        return live

    def _held(self, **members: Any) -> Live:
        live = self._opened(**members)
        taken = self.supervisor.ask(f"sessions/{live.id}/take", {})
        live.epoch = taken.json.get("epoch", 1)
        return live

    def _closed(self) -> Live:
        live = self._held()
        self.close({"id": live.id, "epoch": live.epoch})
        return live
