"""Starts a deliverer beside this process: the function ``deliver``, invoked without waiting for its answer."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chalicelib.aws.clients import Clients, translated
from chalicelib.problems import Problem

__all__ = ["LambdaWaker"]

MOST_IDS = 1000


class LambdaWaker:
    """The port ``Waker``. One invocation per partner, so that none waits for another's endpoint."""

    def __init__(self, clients: Clients, function: str) -> None:
        self._clients, self._function = clients, function

    def __call__(self, partner: str, ids: Sequence[str] = ()) -> None:
        """Invoke it; a failure is left to the minute."""
        payload = json.dumps({"partner": partner, "ids": list(ids)[:MOST_IDS]}).encode()
        try:
            with translated():
                self._clients("lambda").invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
        except Problem:
            return
