"""A deliverer's crew without threads: moto, and whoever counts calls, bear only one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from chalicelib.desk.courier import Crew

__all__ = ["Serial"]


class Serial(Crew):
    """A crew that carries one delivery after the other, so that each run makes the same calls in the same order."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as fault:  # noqa: BLE001 - a pool hands whatever it was to who asks for the result
            done.set_exception(fault)
        return done

    def first(self, flying: Iterable[Future[Any]]) -> tuple[set[Future[Any]], set[Future[Any]]]:
        """All of them."""
        return set(flying), set()
