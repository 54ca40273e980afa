"""The 3018 handoff hub, assembled: doors for partners, youths and counsellors, and what happens without a request.

Each function loads what it needs when it is called: the API nothing of the events, a tap nothing of the pages.
"""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice, Rate

from chalicelib.doors.routes import blueprints

app = Chalice(app_name="hub3018")
for blueprint in blueprints():
    app.register_blueprint(blueprint)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(_event: Any) -> None:
    """What time alone decides."""
    from chalicelib import events

    events.sweep()


@app.schedule(Rate(1, unit=Rate.MINUTES))
def reconcile(_event: Any) -> None:
    """What an index missed."""
    from chalicelib import events

    events.reconcile()


@app.schedule(Rate(1, unit=Rate.HOURS))
def keysets(_event: Any) -> None:
    """Partners may have new keys."""
    from chalicelib import events

    events.refresh_keys()


@app.lambda_function(name="wake")
def wake(event: Any, _context: Any) -> None:
    """The table's stream: something has changed."""
    from chalicelib import events

    events.wake(event)


@app.lambda_function(name="deliver")
def deliver(event: Any, _context: Any) -> None:
    """One partner is owed something."""
    from chalicelib import events

    events.deliver(event)
