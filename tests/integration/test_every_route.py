"""Every route there is: its headers, its cookies, and that nothing is changed by a request of another site's making."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from chalice.test import Client, HTTPResponse

from app import app
from chalicelib.desk import youth
from chalicelib.desk.ids import youth_code
from chalicelib.doors.cookies import DESK, SIGNIN, YOUTH, cookie_name
from chalicelib.doors.headers import ALWAYS
from tests.integration.conftest import House
from tests.integration.desk_door import Premises, build, set_cookies
from tests.integration.test_counsellors import claim
from tests.integration.test_partners import CHAT, hand_over

KEPT_BY_ANYBODY = {
    "/v1/availability", "/status", "/v1/fallback-card", "/v1/fallback-card/{locale}", "/.well-known/jwks.json",
    "/.well-known/security.txt", "/v1/openapi.json", "/static/{name}", "/docs", "/docs/{page}", "/docs/samples/{name}",
    "/docs/conformance.py",
}  # fmt: skip
"""The same for everybody. Everything else is somebody's, or tells of this minute: no cache may have it."""

BY_SIGNATURE = {"/v1/handoffs", "/v1/handoffs/{id}", "/v1/handoffs/{id}/cancel"}
"""A partner's: no browser sends along what they ask for."""

WITHOUT_COOKIE = {"/r"}
"""A browser that says nothing of where a form came from is believed there: the code is all there is, and is spent."""

ELSEWHERE: tuple[Mapping[str, str], ...] = (
    {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"},
    {"Origin": "https://evil.example"}, {"Origin": "http://sub.hub.test"}, {"Origin": "null"},
    {"Sec_Fetch_Site": "cross-site", "Origin": "http://hub.test"}, {},
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"


@dataclass
class Everything:
    """A hub with one session held by a supervisor, whose youth has the page open."""

    premises: Premises
    places: Mapping[str, str]
    cookies: Mapping[str, str]

    def path(self, route: str, **other: str) -> str:
        """The route with what is there put in."""
        return route.format(**{**self.places, **other})

    def routes(self, *methods: str) -> Iterator[tuple[str, str]]:
        """(method, route)"""
        yield from ((m, route) for route, known in app.routes.items() for m in known if m in methods)

    def ask(self, method: str, route: str, **headers: str) -> HTTPResponse:
        """As the browser that has every cookie."""
        return self.premises.ask(method, self.path(route), None, cookies=self.cookies, **headers)


@pytest.fixture(params=["http://hub.test", "https://hub.test"])
def everything(request: pytest.FixtureRequest, house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Everything]:
    stage = "local" if request.param.startswith("http:") else "live"
    with Client(app) as client:
        premises = build(house, client.http, monkeypatch)
        desk = premises.serve(base_url=request.param, stage=stage, oidc_logout_url="https://idp.test/logout").desk
        session = hand_over(premises.house, CHAT).session
        code = youth_code(desk.secrets, session)
        _, cookie = youth.open_link(desk, code)
        youth.arrive(desk, session.id, cookie)
        claim(premises.house)
        settings = premises.house.settings
        yield Everything(
            premises,
            {"id": session.id, "code": code, "name": "youth.css", "page": "token", "locale": "fr"},
            {cookie_name(DESK, settings): premises.token("supervisor-1", "supervisor"),
             cookie_name(YOUTH, settings): str(cookie)},
        )  # fmt: skip


def check_policy(policy: str, name: str) -> None:
    """Nothing from elsewhere, no script or sheet in the page, and no frame but the simulator's."""
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["default-src"] == ["'none'"] and rules["base-uri"] == ["'none'"], name
    assert rules["frame-ancestors"] in (["'none'"], ["'self'"]), name
    if name.endswith("/docs/reference"):  # the contract's viewer brings its own sheets; nobody's data is on that page
        rules["style-src"].remove("'unsafe-inline'")
    told = [source for rule, sources in rules.items() for source in sources if rule != "form-action"]
    assert all(re.fullmatch(r"'self'|'none'|data:|'sha256-[A-Za-z0-9+/=]+'", source) for source in told), (name, policy)
    assert set(rules["form-action"]) <= {"'self'", "'none'", "https://idp.test"}, name


def check_answer(answer: HTTPResponse, name: str, route: str) -> None:
    """The rows of the table, and who may keep it."""
    headers = {str(key): str(value) for key, value in answer.headers.items()}
    for title, value in ALWAYS.items():
        assert title in headers, f"{name}: no {title}"
        if title not in ("Cache-Control", "Content-Security-Policy"):
            assert headers[title] == value, name
    check_policy(headers["Content-Security-Policy"], name)
    if answer.status_code in (200, 304) and route in KEPT_BY_ANYBODY:
        assert headers["Cache-Control"].startswith("public, max-age="), name
    else:
        assert headers["Cache-Control"] == "no-store", name


def test_every_answer_carries_the_whole_table_and_what_is_somebodys_is_kept_by_nobody(everything: Everything) -> None:
    for method, route in everything.routes("GET", "HEAD", "POST"):
        check_answer(everything.premises.ask(method, everything.path(route)), f"{method} {route} by a stranger", route)
    for method, route in everything.routes("GET", "HEAD", "POST"):
        check_answer(everything.ask(method, route), f"{method} {route}", route)


def test_only_the_simulator_on_the_same_machine_may_frame_a_page(everything: Everything) -> None:
    local = everything.premises.house.settings.local
    for route in ("/", "/status", "/r", "/console", "/console/supervisor", "/s/{id}", "/docs", "/docs/reference"):
        policy = str(everything.ask("GET", route).headers["Content-Security-Policy"])
        assert policy.split("frame-ancestors ")[1].startswith("'self'" if local else "'none'"), route
        check_policy(policy, route)


@pytest.mark.parametrize("everything", ["http://hub.test"], indirect=True)
def test_an_answer_that_brings_nothing_new_carries_the_policy_of_what_is_kept(everything: Everything) -> None:
    """A browser puts the headers of a 304 in place of those it kept: a stricter policy took a page's style away."""
    seen = []
    places = [*(route for _, route in everything.routes("GET")), "/static/jours-feries.html"]
    for route in places:
        first = everything.ask("GET", route)
        if "ETag" in first.headers:
            again = everything.ask("GET", route, If_None_Match=str(first.headers["ETag"]))
            assert again.status_code == 304, route
            for name in ("Content-Security-Policy", "Cache-Control"):
                assert again.headers[name] == first.headers[name], f"{route}: {name}"
            seen.append(route)
    assert {"/static/jours-feries.html", "/v1/fallback-card/{locale}", "/s/{id}/state"} <= set(seen)


@pytest.mark.parametrize("everything", ["http://hub.test"], indirect=True)
def test_nothing_is_changed_by_what_another_site_sends_with_the_browsers_cookies(everything: Everything) -> None:
    before = everything.premises.house.items()
    count = sum(send_from_elsewhere(everything, kind) for kind in ("application/json", FORM, "text/plain"))
    assert everything.premises.house.items() == before
    assert count > 500


def send_from_elsewhere(everything: Everything, kind: str) -> int:
    """How many such requests were sent; each must be refused."""
    premises = everything.premises
    base = premises.house.settings.base_url
    raw = b"{}" if kind != FORM else b""
    count = 0
    for _, route in everything.routes("POST"):
        for said in ELSEWHERE:
            if route in WITHOUT_COOKIE and said in ({}, {"Origin": "null"}):
                continue
            cookies = "; ".join(f"{name}={value}" for name, value in everything.cookies.items())
            headers = {"Content-Type": kind, "Cookie": cookies, "Accept": "*/*"}
            headers |= {key.replace("_", "-"): value.replace("http://hub.test", base) for key, value in said.items()}
            answer = premises.http.request("POST", everything.path(route), headers=headers, body=raw)
            refused = {403} if route not in BY_SIGNATURE else {401, 415}
            if kind != "application/json" and route.startswith(("/s/", "/r")):
                refused |= {415}
            assert answer.status_code in refused, (route, said, answer.status_code, answer.body)
            count += 1
    return count


@pytest.mark.parametrize("everything", ["http://hub.test"], indirect=True)
def test_what_partners_ask_is_never_done_on_a_browsers_word(everything: Everything) -> None:
    for method, route in everything.routes("GET", "POST"):
        if route in BY_SIGNATURE:
            assert everything.ask(method, route).status_code == 401, route


def test_every_cookie_is_out_of_scripts_reach_and_over_https_out_of_other_hosts_too(everything: Everything) -> None:
    premises = everything.premises
    fresh = youth_code(premises.house.desk.secrets, hand_over(premises.house, CHAT, "jti-of-another-tap-0").session)
    kept = [
        *set_cookies(premises.ask("GET", "/console/login")),
        *set_cookies(premises.come_back(premises.token())),
        *set_cookies(premises.come_back(premises.token(), state="wrong")),
        *set_cookies(premises.ask("GET", f"/y/{fresh}")),
        *set_cookies(premises.ask("POST", everything.path("/s/{id}/leave"), {}, cookies=everything.cookies)),
        *set_cookies(everything.ask("POST", "/console/logout")),
    ]
    assert len(kept) == 7
    secure = premises.house.settings.secure
    for one in kept:
        name, *attributes = one.split("; ")
        assert {"HttpOnly", "SameSite=Lax"} <= set(attributes), one
        assert ("Secure" in attributes) is secure, one
        assert not any(attribute.startswith("Domain") for attribute in attributes), one
        prefix = "" if not secure else "__Secure-" if f"{YOUTH.name}=" in name else "__Host-"
        assert name.startswith(prefix + "hub_"), one
        path = re.fullmatch(r"Path=/s/ho_[a-z2-7]{26}" if YOUTH.name in name else "Path=/", attributes[0])
        assert path is not None, one
    assert {cookie.name for cookie in (DESK, SIGNIN, YOUTH)} == {
        re.sub("^__(Host|Secure)-", "", one.split("=")[0]) for one in kept
    }
