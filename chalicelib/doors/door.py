"""The Door: one audience's views, which may raise problems. It answers, adds safe headers, logs type and place only.

Its routes stand in ``routes``, so that a door is loaded when somebody comes to it.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib import watch
from chalicelib.desk.base import Desk
from chalicelib.doors.headers import ALWAYS
from chalicelib.doors.tally import tally, who
from chalicelib.problems import CODES, Place, Problem
from chalicelib.settings import Settings

__all__ = ["Call", "Door", "html", "navigates", "reply", "see_other"]

View = Callable[["Call"], Response]
Shown = Callable[["Call", Problem], Response | None]
Sorry = Callable[[Request], Response | None]


@dataclass(frozen=True)
class Call:
    """One request: what a view may know of it."""

    request: Request
    params: Mapping[str, str]
    path: str
    request_id: str
    desk: Desk
    settings: Settings

    @property
    def body(self) -> bytes:
        """The raw body."""
        raw = self.request.raw_body or b""
        return raw if isinstance(raw, bytes) else raw.encode()

    def header(self, name: str) -> str | None:
        """One header's value."""
        value = self.request.headers.get(name)
        return str(value) if value is not None else None

    def query(self, name: str) -> str | None:
        """One value of the query."""
        values = self.request.query_params
        return values.get(name) if values else None

    def cookie(self, name: str) -> str | None:
        """One cookie's value; the first where a browser sends several."""
        for part in (self.header("cookie") or "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return None

    @property
    def wants_html(self) -> bool:
        """Whether a browser navigates here."""
        return navigates(self.request)


def navigates(request: Request) -> bool:
    """Whether a browser would show the answer as a page."""
    return "text/html" in str(request.headers.get("accept") or "")


def reply(value: Any, status: int = 200, headers: Mapping[str, Any] | None = None) -> Response:
    """JSON, always the same bytes for the same value."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(body, {"Content-Type": "application/json", **(headers or {})}, status)


def html(text: str, status: int = 200, headers: Mapping[str, Any] | None = None) -> Response:
    """A page."""
    return Response(text, {"Content-Type": "text/html; charset=utf-8", **(headers or {})}, status)


def see_other(location: str, headers: Mapping[str, Any] | None = None) -> Response:
    """303: look there."""
    return Response("", {"Location": location, "Content-Type": "text/plain", **(headers or {})}, 303)


class Door:
    """The views of one audience. ``show`` may turn a problem into a page of its audience; ``sorry`` needs no hub."""

    def __init__(
        self, found: Callable[[], tuple[Desk, Settings]], show: Shown | None = None, sorry: Sorry | None = None
    ) -> None:
        self.views: dict[tuple[str, str], View] = {}
        self._found, self._show, self._sorry = found, show, sorry

    def get(self, path: str) -> Callable[[View], View]:
        """Register a view for GET and HEAD."""
        return self._register("GET", path)

    def post(self, path: str) -> Callable[[View], View]:
        """Register a view for POST; the view itself checks the content type."""
        return self._register("POST", path)

    def _register(self, method: str, path: str) -> Callable[[View], View]:
        def wrap(view: View) -> View:
            self.views[method, path] = view
            return view

        return wrap

    def answer(self, method: str, route: str, request: Request, raw: Mapping[str, str]) -> Response:
        """The answer of a view to a request; ``raw`` are the path's parameters as they were sent."""
        view = self.views[method, route]
        began = time.monotonic()
        request_id = str(request.context.get("requestId", ""))
        params = {name: unquote(value) for name, value in raw.items()}
        path = route.format(**params)
        code, reason, partner, base_url = None, None, None, ""
        call: Call | None = None
        try:
            desk, settings = self._found()
            base_url = settings.base_url
            call = Call(request, params, path, request_id, desk, settings)
            try:
                response = view(call)
            except Problem as problem:
                code, reason, partner = problem.code, problem.reason or None, who(problem)
                tally(problem, request_id)
                response = self._shown(call, problem) or tell(problem, request_id, base_url)
        except Exception as error:  # noqa: BLE001 - the outermost ring: a fault becomes a 500, logged by type and place
            code, reason = "internal", type(error).__name__
            watch.note("fault", request_id=request_id, error=type(error).__name__, place=_place(error))
            watch.count(Faults=1)
            response = self._apology(call, request) or tell(Problem("internal"), request_id, base_url)
        if request.method == "HEAD":
            response.body = ""
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        watch.note(
            "request", request_id=request_id, route=route, method=str(request.method), status=response.status_code,
            ms=int((time.monotonic() - began) * 1000), code=code, reason=reason, partner=partner,
        )  # fmt: skip
        return response

    def _shown(self, call: Call, problem: Problem) -> Response | None:
        return self._show(call, problem) if self._show is not None else None

    def _apology(self, call: Call | None, request: Request) -> Response | None:
        """The audience's page for a fault, at worst the one that needs nothing; None when there is none."""
        try:
            shown = self._shown(call, Problem("internal")) if call is not None else None
        except Exception:  # noqa: BLE001 - the outermost ring: the fault itself is logged already
            shown = None
        return shown or (self._sorry(request) if self._sorry is not None else None)


def tell(problem: Problem, request_id: str, base_url: str) -> Response:
    """The problem as RFC 9457 says it; nothing in it but what the hub itself wrote."""
    fact = CODES[problem.code]
    body: dict[str, Any] = {
        "type": f"{base_url}/docs/problems#{problem.code}",
        "title": fact.title,
        "status": fact.status,
        "detail": _with_reason(problem),
        "code": problem.code,
        "errors": [{"pointer": p.pointer, "code": p.code, "detail": p.detail} for p in _places(problem)],
        "request_id": request_id,
    }
    headers: dict[str, str | list[str]] = {"Content-Type": "application/problem+json"}
    if fact.status == 401:
        # One answer for every bad token, down to the byte: nothing but request_id may differ.
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        body["error"] = "invalid_token"
    else:
        body["instance"] = f"urn:uuid:{request_id}"
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    headers.update(problem.headers)
    return Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), headers, fact.status)


def _with_reason(problem: Problem) -> str:
    """What to do; a sandbox partner is also told what was wrong with the token."""
    return _reason(problem) or problem.detail or problem.fact.remedy


def _places(problem: Problem) -> Sequence[Place]:
    """Where the request is wrong; of a sandbox partner's token, the word of its reason."""
    told = _reason(problem)
    return (Place("", problem.reason, told),) if told else problem.errors


def _reason(problem: Problem) -> str | None:
    partner = getattr(problem, "partner", None)
    if partner is None or not partner.sandbox:
        return None
    from chalicelib.identity import REASONS

    return REASONS.get(problem.reason)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
