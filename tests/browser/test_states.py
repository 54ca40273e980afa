"""Every state of the youth's page on the real hub, on a phone and on a desk: what it says, and that it leads on."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bench.screenshots import opens_tomorrow
from tests.browser.people import Screens, wait_until_told
from tests.browser.team import Team
from tests.conftest import Running
from tests.hub import FICTION, Counsellor, Hub

DANGER_NUMBERS = ("17", "112", "114", "119")


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that is closed now and opens tomorrow at nine."""
    started = Running(tmp_path_factory.mktemp("shut"), HOURS=opens_tomorrow())
    yield started.hub
    started.stop()


def _headed(page: Page, words: str) -> None:
    """The page's one heading, and always the ways to help beside it."""
    expect(page.get_by_role("heading", name=words, level=1)).to_be_visible()
    expect(page.get_by_test_id("call").first).to_have_attribute("href", "tel:3018")
    expect(page.get_by_test_id("leave").first).to_be_visible()
    for number in DANGER_NUMBERS:
        expect(page.locator(f"a[href$=':{number}']").first).to_be_visible()


def _open(screens: Screens, size: str, hub: Hub, platform: str = "tiktok", **members: Any) -> Page:
    page = screens.open(size)
    page.goto(hub.hand_over(platform, **members).json["links"]["youth"])
    return page


def test_open_asks_one_thing_and_a_chat_that_was_asked_for_asks_nothing(size: str, screens: Screens, hub: Hub) -> None:
    unchosen = _open(screens, size, hub, "messenger", kind="call", session=None)
    _headed(unchosen, "On est là pour toi.")
    chat = _open(screens, size, hub, session="chat")
    _headed(chat, "Ta place est gardée.")
    expect(chat.get_by_test_id("composer")).to_be_visible()
    call = _open(screens, size, hub, "instagram", kind="call", session="callback")
    _headed(call, "À quel numéro te rappeler ?")
    expect(call.get_by_test_id("number")).to_be_visible()


def test_busy_says_how_long_and_keeps_saying_it(size: str, screens: Screens, hub: Hub) -> None:
    page = _open(screens, size, hub, session="chat")
    wait_until_told(hub, page, 200, "Moins de 5 minutes")
    wait_until_told(hub, page, 600, "Entre 5 et 15 minutes")
    wait_until_told(hub, page, 3000, "Plus de 15 minutes.")
    wait_until_told(hub, page, 1, "C’est bientôt à toi.")


def test_closed_puts_danger_first_and_offers_tomorrow_at_nine(size: str, screens: Screens, shut: Hub) -> None:
    page = screens.open(size, base_url=shut.base)
    page.goto(shut.hand_over("messenger", kind="call", session=None).json["links"]["youth"])
    _headed(page, "Le 3018 est fermé pour l’instant.")
    expect(page.get_by_test_id("offer")).to_contain_text("On te rappelle demain à partir de 9:00.", use_inner_text=True)
    numbers = page.locator(".numbers").first.bounding_box()
    offer = page.get_by_test_id("offer").bounding_box()
    assert numbers is not None and offer is not None and numbers["y"] < offer["y"]
    page.get_by_test_id("number").fill("06 39 98 00 42")
    page.get_by_test_id("callback-send").click()
    _headed(page, "On te rappelle")
    expect(page.get_by_test_id("planned-at")).to_contain_text("demain à 9:00", ignore_case=True)
    expect(page.get_by_test_id("word")).to_be_visible()

    chat = screens.open(size, base_url=shut.base)
    chat.goto(shut.hand_over(session="chat").json["links"]["youth"])
    _headed(chat, "Le 3018 est fermé pour l’instant.")
    expect(chat.get_by_test_id("number")).to_be_visible()


def test_connected_ended_undone_and_ended_again(size: str, team: Team, screens: Screens, hub: Hub) -> None:
    page = _open(screens, size, hub, session="chat")
    expect(page.get_by_test_id("composer")).to_be_visible()
    page.get_by_test_id("text").fill("bonjour")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_contain_text("Envoyé")
    who = team.api("counsellor-1")
    held = _claim(who)
    assert who.act(held, "messages", n=1, text="Bonjour, je suis là.").status == 200
    _headed(page, "Tu es avec le 3018.")
    expect(page.get_by_test_id("message")).to_have_count(2)
    who.act(held, "typing")
    expect(page.get_by_test_id("typing")).to_be_visible()

    assert who.act(held, "close", reason="helped").status == 200
    _headed(page, "Merci d’en avoir parlé.")
    back = who.act(held, "undo")
    assert back.status == 200
    expect(page.get_by_role("heading", name="Tu es avec le 3018.")).to_be_visible(timeout=25_000)
    expect(page.get_by_test_id("message")).to_have_count(2)
    who.act(back.json, "close", reason="helped")
    _headed(page, "Merci d’en avoir parlé.")


def test_a_silent_youth_is_asked_gently_and_one_tap_answers(size: str, team: Team, screens: Screens, hub: Hub) -> None:
    page = _open(screens, size, hub, session="chat")
    expect(page.get_by_test_id("composer")).to_be_visible()
    who = team.api("counsellor-1")
    held = _claim(who)
    who.act(held, "messages", n=1, text="Tu es toujours là ?")
    expect(page.get_by_test_id("check")).to_be_hidden()
    assert who.act(held, "check").json["youth"]["check"]
    page.get_by_test_id("still-here").click()
    expect(page.get_by_test_id("check")).to_be_hidden()
    expect(page.get_by_test_id("text")).to_be_visible()
    assert not who.ask(f"sessions/{held['id']}").json["youth"]["check"]
    who.act(held, "close", reason="helped")


def test_a_counsellor_who_falls_silent_or_hands_over_is_told_and_the_place_is_kept(
    team: Team, screens: Screens, hub: Hub, running: Running
) -> None:
    pages = {size: _open(screens, size, hub, session="chat") for size in ("phone", "desktop")}
    who = team.api("counsellor-1")
    for page in pages.values():
        page.get_by_test_id("text").fill("bonjour")
        page.get_by_test_id("send").click()
        expect(page.get_by_test_id("message")).to_contain_text("Envoyé")
    held = [_claim(who) for _ in pages]
    for session in held:
        who.act(session, "messages", n=1, text="Je suis là.")
    for page in pages.values():
        _headed(page, "Tu es avec le 3018.")
    time.sleep(running.lease + 1)
    hub.sweep()
    for page in pages.values():
        _headed(page, "La personne a dû partir.")
        expect(page.get_by_test_id("message")).to_have_count(2)
        page.reload()
        _headed(page, "La personne a dû partir.")
    other = team.api("counsellor-2")
    again = [_claim(other) for _ in pages]
    assert [one["id"] for one in again] == [one["id"] for one in held], "at the old places"
    for page in pages.values():
        expect(page.get_by_test_id("message")).to_have_count(2)
    for session in again:
        handed = other.act(session, "handover", n=1, speciality="psychologist", text="a besoin de parler")
        assert handed.status == 200
    for page in pages.values():
        _headed(page, "Quelqu’un d’autre prend la suite.")


def test_in_danger_goes_first_and_the_numbers_are_there_at_once(
    size: str, team: Team, screens: Screens, hub: Hub
) -> None:
    first = hub.hand_over(session="chat").json["id"]
    page = _open(screens, size, hub, session="chat")
    expect(page.get_by_test_id("composer")).to_be_visible()
    page.get_by_test_id("in-danger").click()
    expect(page.get_by_test_id("danger-panel")).to_contain_text("On te fait passer en premier.", use_inner_text=True)
    for number in DANGER_NUMBERS:
        expect(page.locator(f".urgent a[href$=':{number}']")).to_be_visible()
    held = _claim(team.api("counsellor-1"))
    assert held["id"] != first and held["band"] == "danger" and held["danger"]


def test_the_hub_cannot_be_reached_and_the_page_still_helps(size: str, screens: Screens, hub: Hub) -> None:
    page = _open(screens, size, hub, session="chat")
    expect(page.get_by_test_id("composer")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_test_id("lost")).to_be_visible()
    _headed(page, "Ta place est gardée.")
    page.get_by_test_id("text").fill("tu es là ?")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_contain_text("En attente du réseau")
    page.context.set_offline(False)
    expect(page.get_by_test_id("message")).to_contain_text("Envoyé")
    expect(page.get_by_test_id("lost")).to_be_hidden()
    screens.forgive("ERR_INTERNET_DISCONNECTED")


def test_another_device_goes_on_with_the_code_and_the_first_page_closes(size: str, screens: Screens, hub: Hub) -> None:
    link = hub.hand_over(session="chat").json["links"]["youth"]
    page = screens.open(size)
    page.goto(link)
    page.get_by_test_id("text").fill("depuis mon téléphone")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_contain_text("Envoyé")
    page.get_by_test_id("other-device").click()
    page.get_by_test_id("ask-code").click()
    shown = page.locator("#code").get_by_test_id("code")
    expect(shown).to_have_text(re.compile("^[0-9A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{3}$"))
    code = shown.inner_text()

    other = screens.open(size)
    answer = other.goto(link)
    assert answer is not None and answer.status == 403
    screens.forgive("403 (Forbidden)")
    expect(other.get_by_test_id("notice-used")).to_be_visible()
    other.get_by_test_id("have-code").click()
    other.get_by_test_id("code").fill("ABC-DEFG-HJK")
    other.get_by_test_id("resume").click()
    expect(other.get_by_test_id("problem")).to_contain_text("Ce code ne marche pas")
    screens.forgive("422 (Unprocessable")
    other.get_by_test_id("code").fill(code.lower().replace("-", " "))
    other.get_by_test_id("resume").click()
    _headed(other, "Ta place est gardée.")
    expect(other.get_by_test_id("message")).to_contain_text("depuis mon téléphone")
    expect(page.get_by_role("heading", name="Ce lien a déjà servi.")).to_be_visible()
    screens.forgive("403 (Forbidden)")


def test_an_old_link_says_so_and_leads_on(size: str, screens: Screens) -> None:
    page = screens.open(size)
    page.goto("/y/" + "a" * 42)
    screens.forgive("410 (Gone)")
    _headed(page, "Ce lien ne marche plus.")
    expect(page.get_by_test_id("have-code")).to_be_visible()


def test_a_callback_says_the_word_and_is_changed_and_cancelled(
    size: str, team: Team, screens: Screens, hub: Hub
) -> None:
    page = _open(screens, size, hub, "instagram", kind="call", session="callback", callback={"number": FICTION})
    _headed(page, "On va t’appeler.")
    word = page.get_by_test_id("word").inner_text()
    page.get_by_test_id("choose-callback").click()
    page.get_by_test_id("caller_id-3018").check()
    page.get_by_test_id("voicemail-yes").check()
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_text("On peut te laisser un message vocal.")).to_be_visible()
    who = team.api("counsellor-1")
    held = who.claim("callback")
    assert held is not None
    wish = held["callback"]
    assert (wish["caller_id"], wish["voicemail"]) == ("3018", True)
    assert wish["word"] in word
    who.act(held, "release")
    page.get_by_test_id("cancel").click()
    _headed(page, "C’est annulé.")


def _claim(who: Counsellor) -> dict[str, object]:
    session = who.claim("chat")
    assert session is not None
    return session
