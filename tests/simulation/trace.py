"""What happened, line by line: kept only when somebody will read it. Nothing in it depends on the machine."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from tests.simulation.fleet import Request

__all__ = ["Trace"]

PARIS = ZoneInfo("Europe/Paris")


class Trace:
    """The last lines, and a fingerprint of all of them."""

    def __init__(self, *, on: bool, last: int = 20000) -> None:
        self.on = on
        self.lines: deque[str] = deque(maxlen=last)
        self._hash = hashlib.sha256()

    @property
    def fingerprint(self) -> str:
        """Equal for equal histories."""
        return self._hash.hexdigest()

    def say(self, now: int, text: str) -> None:
        """One line."""
        if self.on:
            moment = datetime.fromtimestamp(now / 1000, PARIS).strftime("%d %H:%M:%S.%f")[:-3]
            line = f"{moment} {text}"
            self._hash.update(line.encode())
            self.lines.append(line)

    def asked(
        self, step: int, now: int, process: str, working: Request, service: str, verb: str, request: Mapping[str, Any],
        fate: str,
    ) -> None:  # fmt: skip
        """An outside call goes out."""
        what = f"{service}.{verb}" if service != "dynamodb" else verb
        told = "" if fate == "fine" else f"  <{fate}>"
        self.say(now, f"{step:5} {process:9} {working.who:10} {working.verb:16} {what} {_about(request)}{told}")

    def answered(self, request: Request, outcome: str, now: int) -> None:
        """A request was answered."""
        self.say(now, f"      {'':9} {request.who:10} {request.verb:16} = {outcome}")


def _about(request: Mapping[str, Any]) -> str:
    """What a call is about: keys and names, no values that differ from run to run."""
    key = request.get("Key") or request.get("Item")
    if key is not None:
        named = "/".join(str(key[name]["S"]) for name in ("pk", "sk") if name in key)
        names = request.get("ExpressionAttributeNames", {}).values()
        return f"{named} {','.join(names)}".rstrip()
    if "KeyConditionExpression" in request:
        values = [str(one.get("S", "…")) for one in request["ExpressionAttributeValues"].values()]
        return f"{request.get('IndexName', '')} {' '.join(values)}".strip()
    if "RequestItems" in request:
        return " ".join(key["pk"]["S"] for asked in request["RequestItems"].values() for key in _keys(asked))
    return str(request.get("about", ""))


def _keys(asked: Any) -> list[Any]:
    """The keys that one table is asked for in a batch, to read them or to delete them."""
    return asked["Keys"] if isinstance(asked, dict) else [one["DeleteRequest"]["Key"] for one in asked]
