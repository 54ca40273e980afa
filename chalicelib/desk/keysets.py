"""Each hour: fetch again the key sets that partners publish. Never during a request: no partner waits for another."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.desk.base import Desk
from chalicelib.ports import KeySetFault
from chalicelib.problems import Problem

__all__ = ["Refreshed", "refresh_keysets"]


@dataclass
class Refreshed:
    """How many sets were renewed, and by partner a fixed word why one was not."""

    renewed: int = 0
    faults: dict[str, str] = field(default_factory=dict)


def refresh_keysets(desk: Desk) -> Refreshed:
    """Renew every set. What cannot be fetched or used changes nothing: the last good keys stay, the fault is noted."""
    done = Refreshed()
    for partner in desk.directory.partners():
        # One row that cannot be read or written now must not keep the others from being renewed.
        try:
            url = desk.keysets.address(partner)
            if url is not None:
                _refresh(desk, partner, url, done)
        except Problem as problem:
            done.faults[partner] = problem.code
    return done


def _refresh(desk: Desk, partner: str, url: str, done: Refreshed) -> None:
    try:
        keys = desk.keysets.fetch(url)
    except KeySetFault as fault:
        done.faults[partner] = fault.reason
        desk.keysets.fault(partner, url, fault.reason)
        return
    desk.keysets.keep(partner, url, keys, desk.clock())
    done.renewed += 1
