"""The supervisors' door: what became of the sessions that ended, as JSON, as a file, and as a page. No item is read."""

from __future__ import annotations

from chalice.app import Response

from chalicelib import pages, wiring
from chalicelib.desk.figures import Reading, read
from chalicelib.doors.door import Call, Door, html, reply, see_other
from chalicelib.doors.figures_views import figures_file, figures_view
from chalicelib.doors.headers import with_policy
from chalicelib.doors.signin import counsellor
from chalicelib.model.counsellor import Counsellor
from chalicelib.problems import Place, Problem

__all__ = ["door"]

PAGE = "/console/supervisor"
PERIODS = {"1": 1, "30": 30}


def _show(call: Call, problem: Problem) -> Response | None:
    """A browser that came here by a link sees a page."""
    if not (call.wants_html or call.path == PAGE):
        return None
    if problem.code == "signed_out":
        return see_other("/console/login")
    if problem.code == "not_yours":
        return html(pages.not_supervisor_page(), 403, with_policy(call.settings))
    return None


door = Door(lambda: (wiring.desk(), wiring.settings()), _show)


def _supervisor(call: Call) -> Counsellor:
    who = counsellor(call)
    if not who.supervisor:
        raise Problem("not_yours", "Only supervisors see the figures.")
    return who


def _reading(call: Call) -> tuple[int, Reading]:
    _supervisor(call)
    days = PERIODS.get(call.query("days") or "1")
    if days is None:
        raise Problem("bad_request", "days is 1 or 30.", (Place("/days", "enum", "Send 1 or 30."),))
    return days, read(call.desk, days)[0]


@door.get("/v1/desk/figures")
def figures(call: Call) -> Response:
    """Today by the hour, or thirty days."""
    days, reading = _reading(call)
    return reply({"days": days, **figures_view(call.desk, reading)})


@door.get("/v1/desk/figures.csv")
def file(call: Call) -> Response:
    """The same for a spreadsheet, without small counts."""
    days, reading = _reading(call)
    text = figures_file(call.desk, reading, pages.supervisor_words())
    name = f"3018-{days}-{call.desk.slots.show(reading.at)[:10]}.csv"
    return Response(
        text, {"Content-Type": "text/csv; charset=utf-8; header=present",
               "Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


@door.get(PAGE)
def page(call: Call) -> Response:
    """The line now, and the figures of today and of thirty days."""
    who = _supervisor(call)
    today, month = (figures_view(call.desk, reading) for reading in read(call.desk, *PERIODS.values()))
    shown = pages.supervisor_page(who.username, {1: today, 30: month})
    return html(shown, 200, with_policy(call.settings, signs_out=True))
