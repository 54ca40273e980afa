"""The counsellor's console and the supervisor's page, from an empty line to a break."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect

from bench.shots.studio import SIZES, Studio
from tests.browser.team import pane
from tests.history import month, put
from tests.hub import FICTION

__all__ = ["console", "supervisor"]

TALK = (
    ("youth", "bonsoir, je sais pas trop par où commencer"),
    ("counsellor", "Bonsoir, ici le 3018. Prends ton temps, je reste là. Tu es en sécurité en ce moment ?"),
    ("youth", "oui je suis dans ma chambre"),
    ("youth", "des gens de ma classe ont fait un compte avec mes photos et des commentaires horribles"),
    ("counsellor", "Merci de me le dire, c’est courageux. Ce n’est pas ta faute. Le compte est toujours en ligne ?"),
    ("youth", "oui, je l’ai signalé tout à l’heure"),
    ("counsellor", "Tu as bien fait. On peut demander ensemble que ce soit retiré plus vite. Tu veux qu’on regarde ?"),
)
GLANCE = 4
"""So many messages fit below the head of the youth's page."""
REFERENCES = {"phone": "SIM-4802", "desktop": "SIM-4817"}
"""The made-up reports of the two chats."""
FINE = {"phone": 2, "desktop": 1}
"""The README's picture of a phone is drawn as fine as a phone draws."""


def console(studio: Studio) -> None:
    """From a line to a chat, a number, and a break; the same chat on the youth's two screens."""
    page = studio.team.console("counsellor-1", reduced_motion="reduce")
    expect(page.get_by_test_id("waiting-chat")).to_have_text("0")
    studio.take(page, "console-empty")
    youths = {size: _reported(studio, size) for size in SIZES}
    _others(studio, page)
    studio.take(page, "console-line")
    _emergency(studio, page)
    _talk(studio, page, youths)
    _tools(studio, page)
    for size, youth in youths.items():
        _close(page, size, youth)
    studio.take(page, "console-undo")
    _callback(studio, page)
    _pause(studio, page)


def _reported(studio: Studio, size: str) -> Page:
    report = {
        "platform_report_ref": REFERENCES[size],
        "category": "hate_and_harassment",
        "contents": [{"url": "https://www.tiktok.com/@compte.exemple/video/7300000000000000018", "type": "video"}],
    }
    youth = studio.page(size, FINE[size])
    youth.goto(studio.link(role="youth", age_band="13_14", danger=False, report=report))
    expect(youth.get_by_test_id("composer")).to_be_visible()
    return youth


def _others(studio: Studio, page: Page) -> None:
    """More people in the line, and a colleague at the console."""
    callback = {"number": FICTION, "voicemail": False}
    studio.link("instagram", kind="call", session="callback", role="parent", callback=callback)
    for members in ({"danger": True}, {"age_band": "15_17"}, {}):
        waiting = studio.page("phone")
        waiting.goto(studio.link("messenger", kind="call", **members))
        expect(waiting.get_by_test_id("composer")).to_be_visible()
    studio.team.api("counsellor-2").ask("queue")
    expect(page.get_by_test_id("waiting-chat")).to_have_text("5")
    expect(page.get_by_test_id("waiting-callback")).to_have_text("1")


def _emergency(studio: Studio, page: Page) -> None:
    page.get_by_test_id("take-next").click()
    card = pane(page).get_by_test_id("emergency")
    expect(card).to_have_attribute("open", "")
    card.get_by_test_id("step-asked_safe").click()
    expect(card.get_by_test_id("step-asked_safe")).to_have_attribute("aria-pressed", "true")
    card.get_by_test_id("alert-code").select_option("119")
    card.get_by_test_id("alert-add").click()
    expect(card.get_by_test_id("alerted")).to_contain_text("119")
    studio.take(page, "console-emergency")


def _talk(studio: Studio, page: Page, youths: dict[str, Page]) -> None:
    for size, youth in youths.items():
        page.get_by_test_id("take-next").click()
        held = pane(page)
        expect(held.get_by_test_id("fact-reference")).to_have_text(REFERENCES[size])
        for count, (side, text) in enumerate(TALK, 1):
            writes, reads = (youth, held) if side == "youth" else (held, youth)
            writes.get_by_test_id("text").fill(text)
            writes.get_by_test_id("send").click()
            expect(reads.get_by_test_id("message")).to_have_count(count)
            if size == "phone" and count == GLANCE:
                youth.evaluate("scrollTo(0, 0)")
                studio.take(youth, "youth")
        expect(held.locator(".pending")).to_have_count(0)
        studio.take(youth, f"youth-connected-{size}")
    studio.claim("chat")
    youths["phone"].get_by_test_id("text").fill("d’accord")
    youths["phone"].get_by_test_id("send").click()
    expect(page.get_by_test_id("unread")).to_be_visible()
    expect(page.get_by_test_id("toast")).to_be_empty(timeout=10_000)
    studio.take(page, "console")


def _tools(studio: Studio, page: Page) -> None:
    pane(page).get_by_test_id("note-text").fill("Préfère écrire. A peur que ses parents l’apprennent.")
    pane(page).get_by_test_id("note-text").press("Control+Enter")
    expect(pane(page).get_by_test_id("note")).to_be_visible()
    pane(page).get_by_test_id("text").press("/")
    expect(page.get_by_test_id("reply-filter")).to_be_visible()
    studio.take(page, "console-replies")
    page.keyboard.press("Escape")
    pane(page).get_by_test_id("triage").click()
    studio.take(page, "console-triage")
    page.keyboard.press("Escape")
    pane(page).get_by_test_id("handover").click()
    studio.take(page, "console-handover")
    page.keyboard.press("Escape")
    page.get_by_test_id("keys").click()
    studio.take(page, "console-keys")
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    expect(page.get_by_test_id("banner")).to_be_visible()
    studio.take(page, "console-unreachable")
    page.context.set_offline(False)
    expect(page.get_by_test_id("banner")).to_be_hidden()
    studio.screens.forgive("ERR_INTERNET_DISCONNECTED")


def _close(page: Page, size: str, youth: Page) -> None:
    page.get_by_test_id("mine-session").filter(has_text="TikTok").first.click()
    expect(pane(page).get_by_test_id("fact-reference")).to_have_text(REFERENCES[size])
    pane(page).get_by_test_id("close-reason").select_option("helped")
    pane(page).get_by_test_id("close").click()
    expect(youth.get_by_role("heading", name="Merci d’en avoir parlé.")).to_be_visible()
    expect(page.get_by_test_id("toast")).to_be_empty(timeout=10_000)


def _callback(studio: Studio, page: Page) -> None:
    page.get_by_test_id("lane-callback").check(force=True)
    page.get_by_test_id("take-next").click()
    page.get_by_test_id("reveal").click()
    expect(page.get_by_test_id("dial")).to_be_visible()
    studio.take(page, "console-callback")


def _pause(studio: Studio, page: Page) -> None:
    page.get_by_test_id("break").click()
    studio.take(page, "console-break")
    page.get_by_test_id("break-go").click()
    expect(page.get_by_test_id("mine-session")).to_have_count(0)
    studio.take(page, "console-on-break")


def supervisor(studio: Studio) -> None:
    """The supervisor's page over thirty made-up days."""
    put(studio.hub.aws("dynamodb"), studio.hub.facts["table"], month(time.time_ns() // 1_000_000))
    page = studio.team.console("supervisor-1", reduced_motion="reduce")
    studio.take(page, "console-supervisor-line")
    page.goto("/console/supervisor")
    expect(page.get_by_test_id("waiting-chat")).to_be_visible()
    studio.take(page, "supervisor")
