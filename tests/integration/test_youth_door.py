"""The youths' door as a browser meets it, with and without JavaScript: every refusal is a page that helps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.test import Client, HTTPResponse

from app import app
from chalicelib import contract, emergency, wiring
from chalicelib.desk import counsellors
from chalicelib.desk.ids import youth_code
from chalicelib.doors.door import Call
from chalicelib.doors.youth_pages import show
from chalicelib.model.session import State
from chalicelib.problems import CODES, Problem
from chalicelib.settings import SettingsError
from tests.integration.conftest import House
from tests.integration.test_counsellors import CALL, claim, stored
from tests.integration.test_partners import CHAT, JTI, UNCHOSEN, hand_over

HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
OURS = {"Origin": "http://hub.test"}
SAFE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


@dataclass
class Browser:
    """One browser: follows what it is told and keeps its cookie."""

    http: Any
    cookie: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": HTML, "Accept-Language": "en"})

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> HTTPResponse:
        sent = {**self.headers, "Cookie": self.cookie, **{k.replace("_", "-"): v for k, v in headers.items()}}
        found: HTTPResponse = self.http.request(method, path, headers=sent, body=body)
        cookie = str(found.headers.get("Set-Cookie", ""))
        if cookie:
            self.cookie = cookie.partition(";")[0]
        if found.status_code == 303:
            self.path = str(found.headers["Location"])
        return found

    def form(self, path: str, fields: Mapping[str, str], **headers: str) -> HTTPResponse:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields).encode(), **{**OURS, **kind, **headers})

    def script(self, verb: str, body: Mapping[str, Any], **headers: str) -> HTTPResponse:
        kind = {"Content-Type": "application/json", "Accept": "*/*"}
        return self.ask("POST", f"{self.path}/{verb}", json.dumps(body).encode(), **{**OURS, **kind, **headers})

    def state(self) -> dict[str, Any]:
        found = self.ask("GET", f"{self.path}/state", Accept="*/*")
        assert found.status_code == 200
        state: dict[str, Any] = json.loads(found.body)
        return contract.check("youth-state", state)


@dataclass
class Street:
    """A hub at its doors, and browsers in front of it."""

    house: House
    http: Any

    def browser(self, body: Mapping[str, object] = CHAT, jti: str = JTI) -> Browser:
        """A browser that has opened the link of a new session."""
        code = youth_code(self.house.desk.secrets, hand_over(self.house, body, jti).session)
        found = Browser(self.http)
        assert found.ask("GET", f"/y/{code}").status_code == 303
        return found


@pytest.fixture
def street(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    """The doors over a fresh house."""
    monkeypatch.setattr(wiring, "desk", lambda: house.desk)
    monkeypatch.setattr(wiring, "settings", lambda: house.settings)
    with Client(app) as client:
        yield Street(house, client.http)


def text(answer: HTTPResponse) -> str:
    return str(answer.body.decode())


@pytest.mark.parametrize("body", [CHAT, CALL, UNCHOSEN])
def test_the_state_keeps_its_schema_and_the_page_is_a_page(street: Street, body: Mapping[str, object]) -> None:
    browser = street.browser(body)
    assert browser.state()["danger"] is False
    page = browser.ask("GET", browser.path)
    assert page.status_code == 200
    assert {name: page.headers[name] for name in SAFE} == SAFE


@pytest.mark.parametrize("verb", ["danger", "code", "here", "cancel"])
def test_an_act_works_as_a_form_and_as_a_script(street: Street, verb: str) -> None:
    for n, how in enumerate(("form", "script")):
        browser = street.browser(jti=f"{JTI}{n}")
        answer = browser.form(f"{browser.path}/{verb}", {}) if how == "form" else browser.script(verb, {})
        assert answer.status_code == (303 if how == "form" else 200)
        state = browser.state()
        assert (state["danger"], state["resume"] is not None, state["state"]) == (
            verb == "danger", verb == "code", "closed" if verb == "cancel" else "waiting",
        )  # fmt: skip


def test_a_number_far_from_the_next_one_is_read_in_a_form_as_in_a_script(street: Street) -> None:
    """Found by `make fuzz` (seed 699861699): a form's number of eight digits was taken for a word."""
    browser = street.browser()
    browser.script("here", {})
    said = {"n": "14951543", "text": "Bonjour"}
    assert browser.form(f"{browser.path}/messages", said).status_code == 303
    assert browser.script("messages", {**said, "n": int(said["n"])}).status_code == 200
    assert browser.state()["counters"]["youth"] == 0


def test_still_there_is_said_by_a_button(street: Street) -> None:
    browser = street.browser()
    browser.script("here", {})
    held = claim(street.house)
    street.house.clock.pass_seconds(1)
    counsellors.ask_still_there(street.house.desk, street.house.first, held.id, held.epoch)
    assert browser.state()["check"] is True
    street.house.clock.pass_seconds(1)
    assert browser.form(f"{browser.path}/here", {"still": "yes"}).status_code == 303
    assert browser.state()["check"] is False


def test_typing_is_heard_and_answered_with_nothing(street: Street) -> None:
    browser = street.browser()
    browser.script("here", {})
    held = claim(street.house)
    answer = browser.script("typing", {})
    assert (answer.status_code, answer.body) == (204, b"")
    assert stored(street.house, held.id).youth_typing == street.house.clock.now
    assert browser.form(f"{browser.path}/typing", {}, Accept="*/*").status_code == 415
    stranger = Browser(street.http, path=browser.path)
    assert stranger.script("typing", {}).status_code == 403


def test_a_chosen_call_says_how_it_will_show_and_by_which_word(street: Street) -> None:
    browser = street.browser(UNCHOSEN)
    fields = {"session": "callback", "number": "06 39 98 12 34", "when": "now", "caller_id": "3018", "voicemail": "yes"}
    assert browser.form(f"{browser.path}/choose", fields).status_code == 303
    callback = browser.state()["callback"]
    assert (callback["caller_id"], callback["voicemail"], callback["has_number"]) == ("3018", True, True)
    assert callback["word"] in text(browser.ask("GET", browser.path))


# coming back from another device


def code_of(browser: Browser) -> str:
    return str(json.loads(browser.script("code", {}).body)["resume"])


def test_a_code_typed_on_another_device_opens_the_page_there_and_shuts_it_here(street: Street) -> None:
    first = street.browser()
    first.script("messages", {"n": 1, "text": "bonjour"})
    code = code_of(first)
    second = Browser(street.http)
    assert second.ask("GET", "/r").status_code == 200
    answer = second.form("/r", {"code": code.lower()})
    assert (answer.status_code, second.path) == (303, first.path)
    kept = str(answer.headers["Set-Cookie"])
    assert f"Path={first.path};" in kept and "HttpOnly" in kept and "SameSite=Lax" in kept
    assert [one["text"] for one in second.state()["messages"]] == ["bonjour"]
    used = first.ask("GET", first.path)
    assert used.status_code == 403
    assert "tel:3018" in text(used) and 'href="/r"' in text(used)


def test_the_form_of_a_code_sent_again_because_its_answer_was_lost_opens_the_page(street: Street) -> None:
    first, second = street.browser(), Browser(street.http)
    once = re.search(r'name="once" value="([0-9a-f]{32})"', text(second.ask("GET", "/r")))
    assert once is not None
    form = {"code": code_of(first), "once": once[1]}
    answers = [second.form("/r", form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers == answers[1].headers
    assert second.state()["state"] == "waiting"
    assert Browser(street.http).form("/r", {**form, "once": "0" * 32}).status_code == 422


@pytest.mark.parametrize("code", ["", "7K2-M9QX-4TA", "not a code", "x" * 64])
def test_a_wrong_code_is_told_on_the_page_with_the_field_again(street: Street, code: str) -> None:
    browser = Browser(street.http)
    answer = browser.form("/r", {"code": code})
    assert answer.status_code == 422
    assert 'name="code"' in text(answer) and "tel:3018" in text(answer)
    assert browser.cookie == ""
    if code:
        assert code not in text(answer)


@pytest.mark.parametrize("fields", [{}, {"code": "x" * 65}, {"code": "x", "more": "y"}])
def test_a_form_that_is_not_ours_is_told_on_the_page_too(street: Street, fields: dict[str, str]) -> None:
    answer = Browser(street.http).form("/r", fields)
    assert answer.status_code == 400
    assert 'name="code"' in text(answer)


def test_a_script_that_types_a_wrong_code_gets_the_problem(street: Street) -> None:
    answer = Browser(street.http).form("/r", {"code": "wrong"}, Accept="application/json")
    assert (answer.status_code, json.loads(answer.body)["code"]) == (422, "bad_code")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303), ({"Origin": "http://hub.test"}, 303), ({}, 303),
        ({"Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403), ({"Sec-Fetch-Site": "cross-site", "Origin": "http://hub.test"}, 403),
    ],
)  # fmt: skip
def test_a_code_is_not_taken_from_the_form_of_another_site(street: Street, sent: dict[str, str], status: int) -> None:
    code = code_of(street.browser())
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = Browser(street.http).ask("POST", "/r", urlencode({"code": code}).encode(), **{**kind, **sent})
    assert answer.status_code == status


# refusals


def test_a_field_that_comes_twice_is_refused_not_guessed(street: Street) -> None:
    browser = street.browser(UNCHOSEN)
    kind = {"Content-Type": "application/x-www-form-urlencoded", **OURS}
    twice = b"session=callback&number=06+39+98+12+34&number=06+39+98+56+78"
    refused = browser.ask("POST", f"{browser.path}/choose", twice, **{**kind, "Accept": "*/*"})
    problem = json.loads(refused.body)
    assert (refused.status_code, problem["errors"][0]["code"]) == (400, "duplicate")
    assert "39" not in json.dumps(problem["errors"])
    again = browser.ask("POST", f"{browser.path}/choose", twice, **kind)
    assert again.status_code == 400 and "<form" in text(again)
    assert browser.state()["state"] == "received"


def test_a_refused_form_without_a_cookie_is_still_a_page_that_helps(street: Street) -> None:
    browser = street.browser()
    browser.script("here", {})
    stranger = Browser(street.http)
    answer = stranger.ask(
        "POST", f"{browser.path}/messages", b"n=1&text=x", Content_Type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 403
    assert "tel:3018" in text(answer)


class Broken:
    """A store that fails in a way nobody expected."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("06 39 98 12 34")


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/danger"), ("POST", "/choose"), ("GET", "/state")])
def test_a_fault_is_a_page_with_3018_on_it_for_a_browser_and_a_problem_for_a_script(
    street: Street, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    browser = street.browser()
    broken = SimpleNamespace(**{**street.house.desk.__dict__, "sessions": Broken()})
    monkeypatch.setattr(wiring, "desk", lambda: broken)
    body = b"session=chat" if path == "/choose" else b""
    kind = {"Content-Type": "application/x-www-form-urlencoded", **OURS} if method == "POST" else {}
    page = browser.ask(method, browser.path + path, body, **kind)
    assert page.status_code == 500
    assert 'href="tel:3018"' in text(page) and "06 39" not in text(page)
    assert {name: page.headers[name] for name in SAFE} == SAFE
    told = browser.ask(method, browser.path + path, body, **{**kind, "Accept": "*/*"})
    assert (told.status_code, json.loads(told.body)["code"]) == (500, "internal")


def helps(page: HTTPResponse) -> bool:
    """Whether it is a page with 3018, the danger numbers, and a way to try again."""
    numbers = [emergency.TEL, *(number["link"] for number in emergency.NUMBERS)]
    return (
        all(f'href="{number}"' in text(page) for number in numbers)
        and 'data-testid="again"' in text(page)
        and int(str(page.headers["Retry-After"])) > 0
        and "Content-Security-Policy" in page.headers
    )


def test_where_even_the_page_fails_a_plainer_one_helps(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = street.browser()
    broken = SimpleNamespace(**{**street.house.desk.__dict__, "sessions": Broken()})
    monkeypatch.setattr(wiring, "desk", lambda: broken)
    monkeypatch.setattr("chalicelib.pages.down_page", Broken())
    page = browser.ask("GET", browser.path)
    assert (page.status_code, helps(page)) == (500, True)
    told = browser.ask("GET", browser.path, Accept="*/*")
    assert (told.status_code, json.loads(told.body)["code"]) == (500, "internal")


@pytest.mark.parametrize("path", ["/y/any", "/s/any", "/r"])
def test_a_hub_that_cannot_begin_shows_a_youths_browser_no_json(
    street: Street, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def fail() -> Any:
        raise SettingsError("missing settings: TABLE")

    monkeypatch.setattr(wiring, "desk", fail)
    page = Browser(street.http).ask("GET", path)
    assert (page.status_code, helps(page)) == (500, True)
    assert "TABLE" not in text(page)


@pytest.mark.parametrize("code", CODES)
def test_whatever_a_youths_browser_is_refused_for_it_gets_numbers_that_help(street: Street, code: str) -> None:
    request: Any = SimpleNamespace(method="GET", headers={"accept": HTML})
    call = Call(request, {"id": "x"}, "", "", street.house.desk, street.house.settings)
    page = show(call, Problem(code))
    assert page is not None and 'href="tel:3018"' in str(page.body)


@pytest.mark.parametrize("verb", ["here", "choose", "messages", "danger", "code", "cancel", "leave"])
def test_the_address_of_a_form_looked_at_leads_to_the_page(street: Street, verb: str) -> None:
    """A browser that loads a refused form's address again was shown JSON."""
    browser = street.browser()
    asked = browser.ask("GET", f"{browser.path}/{verb}")
    assert (asked.status_code, asked.headers["Location"]) == (303, browser.path.removesuffix(f"/{verb}"))
    assert stored(street.house, browser.path.removeprefix("/s/")).open
    strange = browser.ask("GET", f"/s/x%0D%0AX-Evil:%20yes/{verb}")
    assert strange.status_code == 410 and "X-Evil" not in strange.headers


def test_a_form_that_failed_is_tried_again_on_its_page(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = street.browser()
    broken = SimpleNamespace(**{**street.house.desk.__dict__, "sessions": Broken()})
    monkeypatch.setattr(wiring, "desk", lambda: broken)
    page = browser.form(f"{browser.path}/danger", {})
    assert helps(page) and f'href="{browser.path}" data-testid="again"' in text(page)


def test_quick_exit_by_form_leads_to_the_harmless_page_and_ends_the_session(street: Street) -> None:
    browser = street.browser()
    browser.script("messages", {"n": 1, "text": "secret"})
    answer = browser.form(f"{browser.path}/leave", {})
    assert answer.status_code == 200 and "3018" not in text(answer)
    assert browser.cookie == "hub_youth="
    assert stored(street.house, browser.path.removeprefix("/s/")).erased


@pytest.mark.parametrize("wrong", ["fault", "stranger", "old form"])
def test_quick_exit_leads_to_the_harmless_page_whatever_goes_wrong(
    street: Street, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    browser = street.browser()
    browser.script("here", {})
    headers = {"Origin": "null"} if wrong == "old form" else {}
    if wrong == "stranger":
        browser.cookie = ""
    if wrong == "fault":
        broken = SimpleNamespace(**{**street.house.desk.__dict__, "sessions": Broken()})
        monkeypatch.setattr(wiring, "desk", lambda: broken)
    answer = browser.form(f"{browser.path}/leave", {"token": "old"}, **headers)
    assert answer.status_code == 200 and "3018" not in text(answer)
    assert str(answer.headers["Set-Cookie"]).startswith(f"hub_youth=; Path={browser.path}; Max-Age=0")


def test_a_page_that_was_never_there_sets_no_cookie_of_a_strangers_making(street: Street) -> None:
    answer = Browser(street.http).form("/s/x%0D%0AX-Evil:%20yes/leave", {})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_a_waiting_session_is_never_lost_to_a_page_that_only_looks(street: Street) -> None:
    browser = street.browser()
    for path in ("", "/state"):
        browser.ask("GET", browser.path + path)
        browser.ask("HEAD", browser.path + path)
    assert stored(street.house, browser.path.removeprefix("/s/")).bound is None
    assert stored(street.house, browser.path.removeprefix("/s/")).state is State.WAITING
