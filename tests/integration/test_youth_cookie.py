"""Whose a youth's page is: a cookie that somebody planted in the browser neither opens a session nor binds one."""

from __future__ import annotations

from tests.integration.test_counsellors import stored
from tests.integration.test_partners import JTI
from tests.integration.test_youth_door import Browser, Street, street

__all__ = ["street"]


def held_by(street: Street, browser: Browser) -> bytes | None:
    """What the session of the browser's page is bound to."""
    return stored(street.house, browser.path.removeprefix("/s/")).bound


def test_opening_a_link_with_a_planted_cookie_gives_the_browser_a_cookie_of_its_own(street: Street) -> None:
    attacker, victim = street.browser(jti=f"{JTI}1"), street.browser(jti=f"{JTI}2")
    planted = attacker.cookie
    own = victim.cookie
    assert own != planted
    victim.script("here", {})
    bound = held_by(street, victim)
    assert bound is not None
    victim.cookie = planted
    assert victim.ask("GET", victim.path).status_code == 403
    assert victim.script("messages", {"n": 1, "text": "x"}).status_code == 403
    assert (held_by(street, victim), held_by(street, attacker)) == (bound, None)
    victim.cookie = own
    assert victim.state()["messages"] == []


def test_a_link_opened_twice_gives_two_cookies_and_the_first_that_acts_has_the_page(street: Street) -> None:
    first = street.browser()
    again = street.browser()
    assert (first.path, first.cookie != again.cookie) == (again.path, True)
    again.script("here", {})
    assert first.script("here", {}).status_code == 403
    assert again.script("here", {}).status_code == 200


def test_a_cookie_nobody_made_here_opens_no_page_and_binds_none(street: Street) -> None:
    browser = street.browser()
    for made_up in ("a" * 64, "0" * 32 + browser.cookie.partition("=")[2][32:], "", "x"):
        stranger = Browser(street.http, cookie=f"hub_youth={made_up}", path=browser.path)
        assert stranger.script("here", {}).status_code == 403
        assert stranger.ask("GET", browser.path).status_code == 403
    assert held_by(street, browser) is None


def test_two_cookies_of_one_name_are_read_in_the_browsers_order(street: Street) -> None:
    """A browser sends the one of the longer path first: ours, whose path is the page's own."""
    mine, other = street.browser(jti=f"{JTI}1"), street.browser(jti=f"{JTI}2")
    mine.cookie = f"{mine.cookie}; {other.cookie}"
    assert mine.script("here", {}).status_code == 200
    assert held_by(street, mine) is not None
