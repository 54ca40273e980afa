"""A hub whose functions reach AWS through a wire that fails as planned, and what each mode is judged by."""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from bench.delivering.killer import workers
from chalicelib import emergency
from ops.partner import main as partner_command
from tests.canaries import Canaries
from tests.conftest import Running
from tests.degraded.wire import Wire
from tests.hub import Answer, Counsellor, Hub, Youth

__all__ = ["FORM", "HTML", "PLATFORM", "Stage", "check_again", "check_helps"]

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FORM = {**HTML, "Content-Type": "application/x-www-form-urlencoded"}
PLATFORM = "tiktok"
FUNCTIONS = ("api_function", "sweep_function", "wake_function", "deliver_function")
OF_THE_PROVIDER = ("OIDC_JWKS_URL", "OIDC_TOKEN_URL")
RECOVERS_WITHIN = 60.0
"""Seconds: minutes are allowed, but a child should not wait for them."""


def check_helps(answer: Answer, status: int = 503) -> None:
    """A page of this status with 3018, the danger numbers and the way out, to be tried again."""
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (status, "text/html"), answer
    text = answer.body.decode()
    for link in (emergency.TEL, *(number["link"] for number in emergency.NUMBERS)):
        assert f'href="{link}"' in text
    assert int(answer.headers["retry-after"]) > 0 if status >= 500 else True
    assert "Traceback" not in text


def check_again(answer: Answer) -> None:
    """A refusal that says: the same again, later."""
    assert answer.status == 503, answer
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) > 0


@dataclass
class Stage:
    """The hub, its wire, and everything that was tapped on it: the id answered by its jti."""

    running: Running
    wire: Wire
    taken: dict[str, str] = field(default_factory=dict)
    canaries: Canaries = field(default_factory=Canaries)

    @property
    def hub(self) -> Hub:
        """The hub over HTTP."""
        return self.running.hub

    def lay_wire(self, *functions: str, **variables: str) -> None:
        """Let the functions (all, unless named) reach AWS and the provider through the wire; new processes do."""
        client = self.hub.aws("lambda")
        for name in functions or FUNCTIONS:
            function = self.hub.facts["engine"][name]
            kept = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
            kept |= {"AWS_ENDPOINT_URL": self.wire.url, **variables}
            kept |= {one: self.wire.url + urlsplit(kept[one]).path for one in OF_THE_PROVIDER}
            kept = {one: value for one, value in kept.items() if value}
            client.update_function_configuration(FunctionName=function, Environment={"Variables": kept})

    def jti(self) -> str:
        """A new one."""
        return f"tap-{random.getrandbits(80):020x}"

    def tap(self, jti: str, **members: Any) -> Answer:
        """One tap; remembered when it was taken. Nothing but 201, 200 or a refusal that says *again* may come back."""
        answer = self.hub.hand_over(PLATFORM, jti, **members)
        if answer.status not in (200, 201):
            check_again(answer)
            return answer
        assert self.taken.setdefault(jti, answer.json["id"]) == answer.json["id"]
        return answer

    def insist(self, jti: str, **members: Any) -> Answer:
        """A sane partner: the same tap again and again until it is taken."""
        ends = time.monotonic() + RECOVERS_WITHIN
        while True:
            with contextlib.suppress(OSError, HTTPException):
                answer = self.tap(jti, **members)
                if answer.status in (200, 201):
                    return answer
            assert time.monotonic() < ends, "never taken"
            time.sleep(0.5)

    def settle(self, so: Callable[[], bool]) -> None:
        """Wait until it is so, as long as recovering may take."""
        ends = time.monotonic() + RECOVERS_WITHIN
        while not so():
            assert time.monotonic() < ends, "it never was so"
            time.sleep(0.5)

    def youth(self, **members: Any) -> Youth:
        """A youth whose page is open: a chat that waits, unless told otherwise."""
        youth = Youth(self.hub, self.insist(self.jti(), **members).json["links"]["youth"])
        assert youth.ask("here", {}).status == 200
        return youth

    def browse(self, path: str, cookie: str = "") -> Answer:
        """A youth's browser goes there."""
        return self.hub.ask("GET", path, None, {**HTML, "Cookie": cookie})

    def send(self, youth: Youth, verb: str, form: str) -> Answer:
        """The same browser without JavaScript sends a form."""
        own = {**FORM, "Cookie": youth.cookie, "Origin": self.hub.base}
        return self.hub.ask("POST", f"{youth.path}/{verb}", form.encode(), own)

    def row(self, id: str) -> Mapping[str, Any]:
        """The session's raw item."""
        asked = {"TableName": self.hub.facts["table"], "Key": {"pk": {"S": id}, "sk": {"S": "session"}}}
        found: Mapping[str, Any] = self.hub.aws("dynamodb").get_item(**asked, ConsistentRead=True)["Item"]
        return found

    def claim(self, who: Counsellor, id: str) -> dict[str, Any]:
        """The session of this id, whatever else waits; closes what comes before it."""
        while (held := who.claim()) is not None and held["id"] != id:
            assert who.act(held, "close", reason="helped").status == 200
        assert held is not None
        return held

    def check_well(self, who: Counsellor) -> None:
        """By itself all is well again: a tap, its page, words both ways, and its end."""
        youth = self.youth()
        assert self.browse(youth.path, youth.cookie).status == 200
        held = self.claim(who, youth.path.removeprefix("/s/"))
        assert youth.ask("messages", {"n": 1, "text": self.canaries.text(f"words {len(self.taken)}")}).status == 200
        assert who.act(held, "messages", n=1, text="oui, je suis là").status == 200
        assert len(youth.ask().json["messages"]) == 2
        assert who.act(held, "close", reason="helped").status == 200

    def kill(self, name: str = "api_function") -> list[int]:
        """kill -9 for every process of a function of this hub, and nothing else; their ids once they are dead."""
        found = self.processes(name)
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while set(found) & set(self.processes(name)):
            time.sleep(0.01)
        return found

    def refresh(self) -> None:
        """Other processes that remember nothing. The engine learns only when it asks a dead one that it is dead."""
        dead = self.kill()
        for _ in range(len(dead) + 1):
            self.settle(lambda: self.hub.ask("GET", "/v1/availability").status == 200)

    def processes(self, name: str = "api_function") -> list[int]:
        """The processes that run a function of this hub."""
        engine = self.hub.facts["engine"]
        return workers(engine["pid"], engine[name])

    def operator(self, *arguments: str) -> str:
        """`make partner ARGS=…`; what it prints."""
        printed = io.StringIO()
        with patch.dict(os.environ, HUB_LOCAL=str(self.running.folder)), contextlib.redirect_stdout(printed):
            assert partner_command(list(arguments)) == 0
        return printed.getvalue()


@contextlib.contextmanager
def raised(running: Running) -> Iterator[Stage]:
    """The stage on a hub that has just started."""
    wire = Wire(running.hub.facts["engine_url"])
    try:
        stage = Stage(running, wire)
        stage.lay_wire()
        yield stage
    finally:
        wire.stop()
