"""The youth's page in every state, on a phone and on a desk."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from bench.shots.studio import SIZES, Studio
from tests.browser.people import wait_until_told
from tests.hub import FICTION

__all__ = ["states"]


def states(studio: Studio) -> None:
    """All of them, at both sizes."""
    for size in SIZES:
        _choosing(studio, size)
        _calling(studio, size)
        _waiting(studio, size)
        _talking(studio, size)
        _leaving(studio, size)
        _closed(studio, size)


def _headed(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", name=words, level=1)).to_be_visible(timeout=40_000)
    page.evaluate("scrollTo(0, 0)")


def _choosing(studio: Studio, size: str) -> None:
    page = studio.page(size)
    page.goto(studio.link("messenger", kind="call", session=None))
    wait_until_told(studio.hub, page, 1, "tout de suite")
    studio.take(page, f"youth-choose-{size}")
    page.get_by_test_id("choose-callback").click()
    page.get_by_test_id("number").fill("06 39 98 00 42")
    page.get_by_test_id("callback-send").scroll_into_view_if_needed()
    studio.take(page, f"youth-callback-{size}")
    page.get_by_test_id("when").select_option(index=3)
    page.get_by_test_id("callback-send").click()
    _headed(page, "On te rappelle")
    studio.take(page, f"youth-planned-{size}")
    page.get_by_test_id("cancel").click()
    _headed(page, "C’est annulé.")
    studio.take(page, f"youth-cancelled-{size}")


def _calling(studio: Studio, size: str) -> None:
    page = studio.page(size)
    page.goto(studio.link("instagram", kind="call", session="callback"))
    _headed(page, "À quel numéro te rappeler ?")
    studio.take(page, f"youth-number-{size}")
    page.get_by_test_id("number").fill("12")
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_test_id("form-problem")).to_be_visible()
    studio.screens.forgive("422 (Unprocessable")
    studio.take(page, f"youth-wrong-number-{size}")
    page.get_by_test_id("number").fill(FICTION)
    page.get_by_test_id("callback-send").click()
    _headed(page, "On va t’appeler.")
    studio.take(page, f"youth-called-soon-{size}")
    who, held = studio.claim("callback")
    who.act(held, "reveal")
    _headed(page, "On t’appelle.")
    studio.take(page, f"youth-called-now-{size}")
    who.act(held, "close", reason="helped")


def _waiting(studio: Studio, size: str) -> None:
    page = studio.page(size)
    page.goto(studio.link())
    wait_until_told(studio.hub, page, 600, "Entre 5 et 15")
    studio.take(page, f"youth-busy-{size}")
    wait_until_told(studio.hub, page, 1, "bientôt à toi")
    studio.take(page, f"youth-waiting-{size}")
    page.get_by_test_id("in-danger").click()
    expect(page.get_by_test_id("danger-panel")).to_contain_text("en premier", use_inner_text=True)
    studio.take(page, f"youth-danger-{size}")
    page.get_by_test_id("cancel").click()
    _headed(page, "C’est annulé.")


def _talking(studio: Studio, size: str) -> None:
    page = studio.page(size)
    link = studio.link()
    page.goto(link)
    page.get_by_test_id("text").fill("des gens de ma classe ont fait un compte avec mes photos")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_contain_text("Envoyé")
    who, held = studio.claim()
    who.act(held, "messages", n=1, text="Bonsoir, ici le 3018. Prends ton temps. Tu es en sécurité en ce moment ?")
    _headed(page, "Tu es avec le 3018.")
    who.act(held, "typing")
    expect(page.get_by_test_id("typing")).to_be_visible()
    studio.take(page, f"youth-typing-{size}")
    who.act(held, "check")
    expect(page.get_by_test_id("check")).to_be_visible()
    studio.take(page, f"youth-still-there-{size}")
    page.get_by_test_id("still-here").click()
    expect(page.get_by_test_id("check")).to_be_hidden()

    page.context.set_offline(True)
    page.get_by_test_id("text").fill("tu es toujours là ?")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("lost")).to_be_visible()
    expect(page.get_by_text("En attente du réseau").first).to_be_visible()
    studio.take(page, f"youth-unreachable-{size}")
    page.context.set_offline(False)
    expect(page.get_by_test_id("lost")).to_be_hidden(timeout=40_000)
    studio.screens.forgive("ERR_INTERNET_DISCONNECTED")

    who.act(held, "release")
    _headed(page, "La personne a dû partir.")
    studio.take(page, f"youth-back-in-line-{size}")
    who, held = studio.claim()
    who.act(held, "handover", n=1, speciality="psychologist")
    _headed(page, "Quelqu’un d’autre prend la suite.")
    studio.take(page, f"youth-handed-over-{size}")
    who, held = studio.claim(who="counsellor-1")
    _code(studio, page, link, size)
    who.act(held, "close", reason="helped")


def _code(studio: Studio, page: Page, link: str, size: str) -> None:
    page.get_by_test_id("other-device").click()
    page.get_by_test_id("ask-code").click()
    code = page.locator("#code").get_by_test_id("code")
    expect(code).to_have_text(re.compile("^[0-9A-Z]{3}-"))
    studio.take(page, f"youth-code-{size}")
    other = studio.page(size)
    other.goto(link)
    expect(other.get_by_test_id("notice-used")).to_be_visible()
    studio.screens.forgive("403 (Forbidden)")
    studio.take(other, f"youth-used-{size}")
    other.get_by_test_id("have-code").click()
    other.get_by_test_id("code").fill(code.inner_text())
    studio.take(other, f"youth-resume-{size}")
    other.goto("/y/" + "a" * 42)
    studio.screens.forgive("410 (Gone)")
    studio.take(other, f"youth-expired-{size}")


def _leaving(studio: Studio, size: str) -> None:
    page = studio.page(size)
    page.goto(studio.link())
    page.get_by_test_id("text").fill("merci")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_contain_text("Envoyé")
    who, held = studio.claim()
    who.act(held, "messages", n=1, text="Merci d’être venu·e en parler. Reviens quand tu veux.")
    _headed(page, "Tu es avec le 3018.")
    who.act(held, "close", reason="helped")
    _headed(page, "Merci d’en avoir parlé.")
    studio.take(page, f"youth-ended-{size}")
    page.get_by_test_id("leave").click()
    expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible()
    studio.take(page, f"youth-left-{size}")


def _closed(studio: Studio, size: str) -> None:
    page = studio.page(size, base_url=studio.shut.base)
    page.goto(studio.link("messenger", studio.shut, kind="call", session=None))
    _headed(page, "Le 3018 est fermé pour l’instant.")
    studio.take(page, f"youth-shut-{size}")
    page.get_by_test_id("number").fill(FICTION)
    page.get_by_test_id("callback-send").click()
    _headed(page, "On te rappelle")
    studio.take(page, f"youth-tomorrow-{size}")
