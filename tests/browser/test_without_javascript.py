"""The youth's page with scripts switched off: a call, a chat and a callback, with forms and a reload link alone."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.people import Screens
from tests.browser.team import Team
from tests.hub import FICTION, Hub


def _plain(screens: Screens, size: str, link: str) -> Page:
    page = screens.open(size, java_script_enabled=False)
    page.goto(link)
    return page


def _link(hub: Hub, platform: str = "messenger", **members: Any) -> str:
    return str(hub.hand_over(platform, **members).json["links"]["youth"])


def test_a_call_is_one_link_away(size: str, screens: Screens, hub: Hub) -> None:
    page = _plain(screens, size, _link(hub, kind="call", session=None))
    expect(page.get_by_role("heading", name="On est là pour toi.")).to_be_visible()
    expect(page.get_by_test_id("choose-call")).to_have_attribute("href", "tel:3018")
    expect(page.get_by_test_id("call").first).to_have_attribute("href", "tel:3018")


def test_a_chat_goes_both_ways_with_the_reload_link(size: str, screens: Screens, team: Team, hub: Hub) -> None:
    page = _plain(screens, size, _link(hub, kind="call", session=None))
    page.get_by_test_id("choose-chat").click()
    expect(page.get_by_role("heading", name="Ta place est gardée.")).to_be_visible()
    page.get_by_test_id("text").fill("bonjour\nil y a quelqu'un ?")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_contain_text("il y a quelqu'un ?")
    who = team.api("counsellor-1")
    held = who.claim("chat")
    assert held is not None
    who.act(held, "messages", n=1, text="Bonjour, je suis là.")
    page.get_by_role("link", name="Actualiser la page").click()
    expect(page.get_by_role("heading", name="Tu es avec le 3018.")).to_be_visible()
    expect(page.get_by_test_id("message")).to_have_count(2)
    page.get_by_test_id("in-danger").click()
    expect(page.get_by_test_id("danger-panel")).to_be_visible()
    assert who.ask(f"sessions/{held['id']}").json["band"] == "danger"
    who.act(held, "check")
    page.get_by_role("link", name="Actualiser la page").click()
    page.get_by_test_id("still-here").click()
    expect(page.get_by_test_id("check")).to_be_hidden()
    page.get_by_test_id("text").fill("merci")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_have_count(3)
    who.act(held, "close", reason="helped")
    page.get_by_role("link", name="Actualiser la page").click()
    expect(page.get_by_role("heading", name="Merci d’en avoir parlé.")).to_be_visible()


def test_a_callback_is_asked_for_corrected_changed_and_cancelled(size: str, screens: Screens, hub: Hub) -> None:
    page = _plain(screens, size, _link(hub, kind="call", session="callback"))
    page.get_by_test_id("number").fill("12")
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_test_id("form-problem")).to_contain_text("Ce numéro ne marche pas")
    screens.forgive("422 (Unprocessable")
    page.get_by_test_id("number").fill(FICTION)
    page.get_by_test_id("when").select_option(index=3)
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_role("heading", name="On te rappelle")).to_be_visible()
    first = page.get_by_test_id("planned-at").inner_text()
    page.get_by_test_id("choose-callback").click()
    page.get_by_test_id("when").select_option(index=5)
    page.get_by_test_id("voicemail-yes").check()
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_test_id("planned-at")).not_to_have_text(re.compile(re.escape(first)))
    expect(page.get_by_text("On peut te laisser un message vocal.")).to_be_visible()
    page.get_by_test_id("cancel").click()
    expect(page.get_by_role("heading", name="C’est annulé.")).to_be_visible()


def test_the_quick_exit_is_a_form_too_and_leaves_no_cookie(size: str, screens: Screens, hub: Hub) -> None:
    page = _plain(screens, size, _link(hub, session="chat"))
    page.get_by_test_id("leave").click()
    expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible()
    assert page.context.cookies() == []
