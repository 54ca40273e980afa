"""What happens without a request: one function per event. Their handlers stand in app.py, a line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from chalicelib import watch, wiring
from chalicelib.desk.base import Desk
from chalicelib.desk.gauges import measure
from chalicelib.desk.keysets import refresh_keysets
from chalicelib.desk.reconcile import reconcile as reconcile_sessions
from chalicelib.desk.sweep import HANDS
from chalicelib.desk.sweep import sweep as sweep_line
from chalicelib.desk.waking import wake_changed, wake_due
from chalicelib.problems import Problem

__all__ = ["deliver", "reconcile", "refresh_keys", "sweep", "wake"]


def sweep() -> None:
    """Sweep the line and start the deliverers; how much there was to do goes into the log and the metrics."""
    desk = wiring.desk()
    woken = _start_deliverers(desk)
    from concurrent.futures import ThreadPoolExecutor  # not for the API's cold start

    with ThreadPoolExecutor(HANDS) as hands:
        done = asdict(sweep_line(desk, across=hands.map))
    watch.note("swept", woken=woken, **done)
    counts = {f"Sweep{name.title().replace('_', '')}": n for name, n in done.items() if name != "sealed"}
    watch.count(Swept=1, **counts)
    _publish_gauges(desk)


def _publish_gauges(desk: Desk) -> None:
    """What the alarms look at, also where it is 0; what cannot be read now is missing for this minute."""
    try:
        gauges = measure(desk)
    except Problem as problem:
        watch.note("not measured", code=problem.code, reason=problem.reason)
        return
    over = {f"OverTarget{band.title()}": late for band, late in gauges.over.items()}
    watch.seconds(OldestOverTarget=max(over.values()), **over)
    watch.count(SignedIn=gauges.signed_in, NobodyThere=int(gauges.nobody_there), Parked=gauges.parked)


def _start_deliverers(desk: Desk) -> int:
    # A registry that cannot be read now must not keep the sweep from the children.
    try:
        return wake_due(desk)
    except Problem as problem:
        watch.note("deliverers not started", code=problem.code, reason=problem.reason)
        return 0


def reconcile() -> None:
    """Put right what is wrong with the sessions themselves; any repair is an alarm, so none is told, too."""
    done = asdict(reconcile_sessions(wiring.desk()))
    kinds = done.pop("kinds")
    watch.note("reconciled", **done, **{f"repaired_{kind}": n for kind, n in kinds.items()})
    watch.count(
        Repairs=done["repaired"], ReconcileUnreadable=done["unreadable"], ReconcileFailed=done["failed"],
        **{f"Repairs{kind.title()}": n for kind, n in kinds.items()},
    )  # fmt: skip


def refresh_keys() -> None:
    """Fetch the key sets that partners publish; why one could not be used goes into the log, by partner."""
    done = refresh_keysets(wiring.desk())
    for partner, reason in done.faults.items():
        watch.note("key set not renewed", partner=partner, reason=reason)
    watch.count(KeySetsRenewed=done.renewed, KeySetsFailed=len(done.faults))


def wake(event: Mapping[str, Any]) -> None:
    """Sessions have changed, says the table's stream, which carries keys only: start the deliverers they need."""
    wake_changed(wiring.desk(), _sessions(event.get("Records", ())))


def _sessions(records: Iterable[Mapping[str, Any]]) -> list[str]:
    keys = (record["dynamodb"]["Keys"] for record in records)
    return [key["pk"]["S"] for key in keys if key["sk"]["S"] == "session"]


def deliver(event: Mapping[str, Any]) -> None:
    """Send what is owed to one partner."""
    from chalicelib.desk.deliveries import deliver as deliver_to  # threads: not for the API's cold start

    partner = str(event["partner"])
    done = asdict(deliver_to(wiring.desk(), partner, [str(id) for id in event.get("ids", ())]))
    watch.note("delivered", partner=partner, **done)
    watch.count(**{f"Deliveries{name.title()}": n for name, n in done.items() if name != "busy"})
