"""The youth's page as an answer, and every refusal of the youths' door as a page that still helps."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from chalice.app import Request, Response

from chalicelib import emergency, pages
from chalicelib.desk import transcript, youth
from chalicelib.desk.ids import form_token, well_formed
from chalicelib.doors.cookies import YOUTH, dropped, read_cookie
from chalicelib.doors.door import Call, html, navigates
from chalicelib.doors.headers import with_policy
from chalicelib.doors.youth_views import youth_state
from chalicelib.model.session import Session
from chalicelib.problems import CODES, Problem

__all__ = ["forgotten", "left", "page", "rehearsal", "resume_form", "show", "sorry", "state"]

BEYOND_THE_PAGE = ("link_expired", "not_found", "link_used", "internal")
"""After these, there is no page of the youth's own to show again."""


def state(call: Call, session: Session, after: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """How things stand, with the messages after (youth's, counsellor's) numbers."""
    return youth_state(call.desk, session, transcript.read(call.desk, session, after))


def page(call: Call, session: Session, problem: Problem | None = None) -> Response:
    """The page; a refused form is told on it in words."""
    view = {**state(call, session), "id": session.id, "emergency": emergency.labelled(session.locale)}
    token = form_token(call.desk.secrets, session.id, read_cookie(call, YOUTH) or "")
    text = pages.youth_page(
        view, locale=session.locale, token=token, problem=problem.code if problem else "", now=call.desk.clock(),
        host=urlsplit(call.settings.base_url).netloc,
    )  # fmt: skip
    return html(text, problem.fact.status if problem else 200, with_policy(call.settings))


def resume_form(call: Call, problem: Problem | None = None) -> Response:
    """The page that asks for a resume code."""
    text = pages.resume_page(_locale(call), problem.code if problem else "", call.desk.tokens().hex())
    return html(text, problem.fact.status if problem else 200, with_policy(call.settings))


def left(call: Call) -> Response:
    """The harmless page after a quick exit without JavaScript."""
    return html(pages.left_page(_locale(call)), 200, {**with_policy(call.settings), **forgotten(call)})


def rehearsal(call: Call, session: Session) -> Response:
    """The page behind the link of a sandbox's handoff."""
    return html(pages.rehearsal_page(session.locale), 200, with_policy(call.settings))


def forgotten(call: Call) -> dict[str, str]:
    """The header after which this browser cannot come back to the page."""
    id = call.params["id"]  # anything at all, where the quick exit was refused
    return {"Set-Cookie": dropped(call.settings, YOUTH, id=id)} if well_formed(id) else {}


def show(call: Call, problem: Problem) -> Response | None:
    """A refused link is a page with numbers that help, a refused form its page again; None for a script.

    Quick exit leads to the harmless page whatever happens: somebody may be looking.
    """
    if not call.wants_html:
        return None
    posted = call.request.method == "POST"
    if posted and call.path.endswith("/leave"):
        return left(call)
    if posted and problem.code not in BEYOND_THE_PAGE:
        try:
            return _again(call, problem)
        except Problem as other:
            problem = problem if problem.code == "unavailable" else other
    return _notice(call, problem)


def _again(call: Call, problem: Problem) -> Response:
    if "id" not in call.params:
        return resume_form(call, problem)
    return page(call, youth.look(call.desk, call.params["id"], read_cookie(call, YOUTH)), problem)


def _notice(call: Call, problem: Problem) -> Response:
    headers, locale = with_policy(call.settings), _locale(call)
    match problem.code:
        case "link_expired" | "not_found":
            return html(pages.expired_link_page(locale), 410, headers)
        case "link_used":
            return html(pages.used_link_page(locale), 403, headers)
        case _:  # whatever it is, a child sees numbers that help
            headers["Retry-After"] = str(problem.retry_after or 2)
            return html(pages.down_page(locale, _address(call)), problem.fact.status, headers)


def sorry(request: Request) -> Response | None:
    """The page of a hub that cannot even begin, or whose other pages fail."""
    if not navigates(request):
        return None
    headers = {"Content-Security-Policy": f"{pages.POLICY}; frame-ancestors 'none'", "Retry-After": "2"}
    return html(pages.sorry_page(_language(request)), CODES["internal"].status, headers)


def _address(call: Call) -> str:
    """Where this browser goes on: a form that failed leads back to its page."""
    id = call.params.get("id", "")
    return f"/s/{id}" if call.request.method == "POST" and well_formed(id) else ""


def _locale(call: Call) -> str:
    """The browser's, where no session says another: the cookie of a page goes nowhere else."""
    return _language(call.request)


def _language(request: Request) -> str:
    return "en" if str(request.headers.get("accept-language") or "fr").lower().startswith("en") else "fr"
