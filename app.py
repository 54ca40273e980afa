"""The 3018 handoff hub, assembled: doors for partners, youths and counsellors, and the sweep each minute."""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice, Rate

from chalicelib import events
from chalicelib.doors import console, counsellors, figures, partners, public, youth

app = Chalice(app_name="hub3018")
for door in (partners.door, youth.door, counsellors.door, figures.door, console.door, public.door):
    app.register_blueprint(door)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(_event: Any) -> None:
    """What time alone decides."""
    events.sweep()
