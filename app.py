"""The 3018 handoff hub, assembled: doors for partners, youths and counsellors, and what happens without a request."""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice, Rate

from chalicelib import events
from chalicelib.doors import console, counsellors, docs, figures, partners, public, youth

app = Chalice(app_name="hub3018")
for door in (partners.door, youth.door, counsellors.door, figures.door, console.door, docs.door, public.door):
    app.register_blueprint(door)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(_event: Any) -> None:
    """What time alone decides."""
    events.sweep()


@app.schedule(Rate(1, unit=Rate.MINUTES))
def reconcile(_event: Any) -> None:
    """What an index missed."""
    events.reconcile()


@app.schedule(Rate(1, unit=Rate.HOURS))
def keysets(_event: Any) -> None:
    """Partners may have new keys."""
    events.refresh_keys()


@app.lambda_function(name="wake")
def wake(event: Any, _context: Any) -> None:
    """The table's stream: something has changed."""
    events.wake(event)


@app.lambda_function(name="deliver")
def deliver(event: Any, _context: Any) -> None:
    """One partner is owed something."""
    events.deliver(event)
