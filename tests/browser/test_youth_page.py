"""What the youth's page does by itself: danger, typing, the gentle question, a code, the end, and a cut network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.paper import ORIGIN, PaperHub
from tests.browser.rules import broken
from tests.corpus.youths import CALL, SCENES

PHONE = (390, 844)
Opened = tuple[Page, PaperHub]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens the page in a state by name, in a browser of its own; no script may have failed in it."""
    made = []

    def make(name: str, size: tuple[int, int] = PHONE, *, clock: bool = False, **changes: Any) -> Opened:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="fr-FR", timezone_id="Europe/Paris"
        )
        page, hub = context.new_page(), PaperHub(context, **{**SCENES[name], **changes})
        made.append((context, hub))
        if clock:
            page.clock.install()
        page.goto(ORIGIN)
        return hub.open(page), hub

    yield make
    for context, hub in made:
        context.close()
        assert hub.errors == []


# danger


@pytest.mark.parametrize(
    "name", ["choose", "shut", "number", "line-chat", "line-callback", "planned-callback", "talk-chat"]
)
def test_one_tap_shows_the_numbers_and_tells_the_hub(opened: Callable[..., Opened], name: str) -> None:
    page, hub = opened(name)
    page.get_by_test_id("in-danger").click()
    panel = page.get_by_test_id("danger-panel")
    expect(panel).to_be_visible()
    expect(page.locator(".numbers").get_by_role("link", name="114 Urgences")).to_have_attribute("href", "sms:114")
    expect(page.locator("#urgent")).to_be_focused()
    expect(page.locator("#urgent")).to_be_in_viewport()
    expect(page.get_by_test_id("in-danger")).to_be_hidden()
    assert hub.said("/danger") == [{}]


def test_without_a_network_the_numbers_are_shown_at_once_and_the_hub_is_told_later(
    opened: Callable[..., Opened],
) -> None:
    page, hub = opened("talk-chat")
    expect(page.get_by_test_id("lost")).to_be_hidden()
    hub.cut = True
    page.get_by_test_id("in-danger").click()
    expect(page.get_by_text("On essaie de prévenir le 3018.")).to_be_visible()
    expect(page.get_by_text("reste avec toi")).to_be_hidden()
    expect(page.locator(".numbers").get_by_role("link", name="17 Police")).to_be_visible()
    expect(page.get_by_test_id("lost")).to_be_visible()
    assert hub.said("/danger") == []
    hub.cut = False
    expect(page.get_by_text("Le 3018 le sait et reste avec toi.")).to_be_visible()
    expect(page.get_by_test_id("lost")).to_be_hidden()
    page.wait_for_timeout(1500)
    assert hub.said("/danger") == [{}]


# chat


def test_typing_is_told_seldom_and_only_to_somebody_who_is_there(opened: Callable[..., Opened]) -> None:
    page, hub = opened("line-chat", clock=True)
    page.get_by_test_id("text").press_sequentially("bonjour")
    assert hub.said("/typing") == []
    hub.state |= {"state": "connected"}
    page.clock.run_for(5000)
    expect(page.get_by_role("heading", name="Tu es avec le 3018.")).to_be_visible()
    page.get_by_test_id("text").press_sequentially(", je voulais")
    page.clock.run_for(4000)
    page.get_by_test_id("text").press_sequentially(" savoir")
    assert len(hub.said("/typing")) == 1
    page.clock.run_for(2000)
    page.get_by_test_id("text").press_sequentially(" si")
    page.wait_for_timeout(100)
    assert len(hub.said("/typing")) == 2


def test_the_counsellor_s_typing_is_seen_and_moves_nothing(opened: Callable[..., Opened]) -> None:
    page, hub = opened("talk-chat")
    before = page.get_by_test_id("message").last.bounding_box()
    hub.state["typing"] = True
    expect(page.get_by_test_id("typing")).to_be_visible()
    assert page.get_by_test_id("message").last.bounding_box() == before
    hub.state["typing"] = False
    hub.counsellor("Je suis là.")
    expect(page.get_by_test_id("message").last).to_contain_text("Je suis là.")
    expect(page.get_by_test_id("typing")).to_be_hidden()


def test_a_silent_youth_is_asked_gently_and_answers_with_one_tap(opened: Callable[..., Opened]) -> None:
    page, hub = opened("talk-chat")
    hub.state["check"] = True
    expect(page.get_by_test_id("check")).to_contain_text("rien ne presse")
    expect(page.get_by_role("status")).to_contain_text("Tu es toujours là ?")
    page.get_by_test_id("still-here").click()
    expect(page.get_by_test_id("check")).to_be_hidden()
    expect(page.get_by_test_id("text")).to_be_focused()
    assert {"still": "yes"} in hub.said("/here")


def test_a_code_for_another_device_is_given_and_the_old_page_closes(opened: Callable[..., Opened]) -> None:
    page, hub = opened("talk-chat")
    page.get_by_test_id("other-device").click()
    page.get_by_test_id("ask-code").click()
    expect(page.get_by_test_id("code")).to_have_text("ABC-DEFG-HJK")
    expect(page.locator("#code")).to_contain_text("hub.example/r")
    expect(page.locator("#code")).to_be_focused()
    page.get_by_test_id("text").fill("pas encore envoyé")
    hub.problem = (403, "link_used")
    expect(page.get_by_test_id("notice-used")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize(
    ("back", "title"), [("lost", "La personne a dû partir."), ("handed_over", "Quelqu’un d’autre prend la suite.")]
)
def test_a_counsellor_who_is_gone_is_said_so_and_the_words_stay(
    opened: Callable[..., Opened], back: str, title: str
) -> None:
    page, hub = opened("talk-chat")
    page.get_by_test_id("text").fill("j’écris encore")
    hub.state |= {"state": "waiting", "back": back}
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(title)
    expect(page.get_by_test_id("text")).to_have_value("j’écris encore")
    expect(page.get_by_test_id("message")).to_have_count(2)
    hub.state |= {"state": "connected", "back": None}
    expect(page.get_by_role("heading", name="Tu es avec le 3018.")).to_be_visible()


def test_a_wait_that_changes_is_said(opened: Callable[..., Opened]) -> None:
    page, hub = opened("line-chat")
    hub.state["wait"] = "longer"
    expect(page.get_by_test_id("wait").last).to_contain_text("On préfère te dire la vérité.")
    expect(page.get_by_role("status")).to_contain_text("Plus de 15 minutes")
    expect(page.get_by_test_id("choose-callback")).to_be_visible()


def test_a_message_written_without_a_network_waits_and_leaves_once(opened: Callable[..., Opened]) -> None:
    page, hub = opened("talk-chat")
    hub.cut = True
    page.get_by_test_id("text").fill("dans le tunnel")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message").last).to_contain_text("En attente du réseau")
    hub.cut = False
    expect(page.get_by_test_id("message").last).to_contain_text("Envoyé")
    assert hub.said("/messages") == [{"n": 2, "text": "dans le tunnel"}]
    assert page.evaluate("sessionStorage.length") == 0


def test_a_waiting_message_is_tried_every_five_seconds_however_long_it_waits(opened: Callable[..., Opened]) -> None:
    page, hub = opened("talk-chat", clock=True)
    hub.cut = True
    page.get_by_test_id("text").fill("toujours là")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message").last).to_contain_text("En attente du réseau")
    for _ in range(10):  # the next try is planned when one has failed
        with page.expect_event("requestfailed", timeout=5_000):
            page.clock.run_for(5_000)
    hub.cut = False
    page.clock.run_for(5_000)
    expect(page.get_by_test_id("message").last).to_contain_text("Envoyé")
    assert hub.said("/messages") == [{"n": 2, "text": "toujours là"}]


# callback


def test_a_call_is_changed_from_what_was_chosen(opened: Callable[..., Opened]) -> None:
    page, hub = opened("number")
    page.get_by_test_id("number").fill("06 39 98 00 42")
    page.get_by_test_id("voicemail-yes").check()
    page.get_by_test_id("caller_id-3018").check()
    page.get_by_test_id("when").select_option(index=2)
    chosen = page.get_by_test_id("when").input_value()
    hub.state |= {"state": "scheduled", "callback": {**CALL, "voicemail": True, "caller_id": "3018"}}
    page.get_by_test_id("callback-send").click()
    expect(page.get_by_test_id("word")).to_contain_text("« tournesol »")
    (sent,) = hub.said("/choose")
    assert (sent["voicemail"], sent["caller_id"], sent["when"]) == ("yes", "3018", "window")
    assert f"{sent['not_before']}/{sent['not_after']}" == chosen
    page.get_by_test_id("choose-callback").click()
    expect(page.get_by_test_id("voicemail-yes")).to_be_checked()
    expect(page.get_by_test_id("caller_id-3018")).to_be_checked()
    expect(page.get_by_test_id("when")).to_have_value(chosen)
    expect(page.get_by_test_id("number")).to_have_value("")
    page.get_by_test_id("voicemail-no").check()
    page.wait_for_timeout(6000)
    expect(page.get_by_test_id("voicemail-no")).to_be_checked()


# the end


def test_after_the_end_the_page_looks_seldom_for_a_while_and_then_no_more(opened: Callable[..., Opened]) -> None:
    page, hub = opened("talk-chat", clock=True)
    hub.state |= {"state": "closed", "ended": "ended"}
    page.clock.run_for(3000)
    expect(page.get_by_role("heading", name="Merci d’en avoir parlé.")).to_be_visible()
    assert 5 <= _reads(page, hub, 60) <= 7
    hub.state |= {"state": "connected", "ended": None}
    page.clock.run_for(11_000)
    expect(page.get_by_role("heading", name="Tu es avec le 3018.")).to_be_visible()
    hub.state |= {"state": "closed", "ended": "ended"}
    page.clock.run_for(3000)
    expect(page.get_by_role("heading", name="Merci d’en avoir parlé.")).to_be_visible()
    looked = hub.reads
    page.clock.fast_forward(16 * 60_000)
    while _reads(page, hub, 11):  # what was planned before, however late it arrives
        assert hub.reads <= looked + 2
    assert _reads(page, hub, 60) == 0


def _reads(page: Page, hub: PaperHub, seconds: int) -> int:
    """How often the page looks in so many seconds of its own."""
    before = hub.reads
    for _ in range(seconds):
        page.clock.run_for(1000)
        page.wait_for_timeout(20)
    return hub.reads - before


@pytest.mark.parametrize("cut", [False, True], ids=["with a network", "without a network"])
def test_the_quick_exit_leaves_nothing_behind(opened: Callable[..., Opened], cut: bool) -> None:
    page, hub = opened("talk-chat")
    page.get_by_role("link", name="Aller au contenu").press("Enter")
    expect(page.locator("#room")).to_be_focused()
    hub.cut = cut
    page.get_by_test_id("text").fill("parti trop vite")
    page.get_by_test_id("send").click()
    page.get_by_test_id("text").fill("pas encore envoyé")
    page.get_by_test_id("leave").click()
    expect(page).to_have_url(f"{ORIGIN}/static/jours-feries.html")
    if cut:
        page.wait_for_timeout(2500)
        assert page.inner_text("body").strip() == ""
        assert page.title() == ""
    else:
        expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    hub.cut = False
    if cut:
        expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible()
    assert hub.said("/leave") and hub.said("/messages") in ([], [{"n": 2, "text": "parti trop vite"}])
    page.go_back()
    expect(page.get_by_role("heading", name="before")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible()


def test_the_quick_exit_is_told_until_the_hub_has_taken_it(opened: Callable[..., Opened]) -> None:
    page, hub = opened("line-chat")
    hub.busy = 2
    page.get_by_test_id("leave").click()
    expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible()
    assert len(hub.said("/leave")) == 3 and hub.busy == 0


def test_the_quick_exit_waits_for_no_hub_that_does_not_answer(opened: Callable[..., Opened]) -> None:
    page, hub = opened("line-chat")
    hub.deaf = True
    page.get_by_test_id("leave").click()
    expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible(timeout=4000)
    assert hub.said("/leave") == [{}]


def test_shift_three_times_is_the_quick_exit_too(opened: Callable[..., Opened]) -> None:
    page, _ = opened("line-chat")
    for _ in range(3):
        page.keyboard.press("Shift")
    expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible()


def test_a_page_the_browser_kept_for_back_is_loaded_again(opened: Callable[..., Opened]) -> None:
    page, _ = opened("talk-chat")
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.get_by_role("heading", name="Tu es avec le 3018.")).to_be_visible()


# by keyboard alone, and heard instead of seen

FOCUSED = """() => {
  const part = document.activeElement;
  const named = part.getAttribute("aria-label") || part.labels?.[0]?.innerText || part.innerText;
  return [named.replace(/\\s+/g, " ").trim(), getComputedStyle(part).outlineStyle];
}"""
ALWAYS_FIRST = [
    "Aller au contenu", "Appeler le 3018", "Quitter vite", "Je suis en danger maintenant", "17 Police", "112 Urgences",
    "114 Par SMS", "119 Enfance", "3114 Suicide",
]  # fmt: skip
WALKS = {
    "choose": ["Discuter par écrit", "Appeler le 3018 Appel gratuit.", "On me rappelle"],
    "number": [
        "Ton numéro de téléphone", "Quand ?", "Non, pas de message", "Numéro masqué", "Demander le rappel",
        "Discuter par écrit", "Appeler le 3018",
    ],
    "planned-callback": ["Changer le numéro ou l’heure", "Annuler le rappel", "Continuer sur un autre appareil"],
    "talk-chat": ["Terminer la discussion", "Continuer sur un autre appareil", "Ton message", "Envoyer"],
    "check": ["Terminer la discussion", "Continuer sur un autre appareil", "Je suis là", "Ton message", "Envoyer"],
    "ended": ["Appeler le 3018"],
}  # fmt: skip


@pytest.mark.parametrize("name", WALKS)
def test_the_keyboard_reaches_everything_in_the_order_it_is_seen(opened: Callable[..., Opened], name: str) -> None:
    page, _ = opened(name)
    expected = [*ALWAYS_FIRST, *WALKS[name]]
    if name == "ended":
        expected.remove("Je suis en danger maintenant")
    for words in expected:
        page.keyboard.press("Tab")
        named, outline = page.evaluate(FOCUSED)
        assert named.startswith(words)
        assert outline == "solid", f"{words}: the focus is not seen"


def test_a_whole_conversation_by_keyboard(opened: Callable[..., Opened]) -> None:
    page, hub = opened("choose")
    for _ in range(10):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ta place est gardée.")).to_be_focused()
    hub.state |= {"state": "connected"}
    hub.counsellor("Bonsoir.")
    expect(page.get_by_role("heading", name="Tu es avec le 3018.")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("bonsoir")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Envoyé")
    assert hub.said("/messages") == [{"n": 1, "text": "bonsoir"}]
    for _ in range(3):
        page.keyboard.press("Shift")
    expect(page.get_by_role("heading", name="Jours fériés en France")).to_be_visible()


def test_what_is_read_out_is_read_once(opened: Callable[..., Opened]) -> None:
    page, hub = opened("talk-chat")
    page.get_by_test_id("text").fill("à moi")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message")).to_have_count(3)
    hub.counsellor("à toi")
    expect(page.get_by_test_id("message")).to_have_count(4)
    live = "line => line.closest('[aria-live]')?.getAttribute('aria-live') || line.closest('[role=log]') && 'log'"
    assert [line.evaluate(live) for line in page.get_by_test_id("message").all()] == ["off", "log", "off", "log"]
    assert (
        page.get_by_test_id("typing").evaluate("part => part.closest('[role=log], [role=status], [aria-live]')") is None
    )


# small screens and keyboards


def test_a_keyboard_laid_over_the_page_does_not_hide_what_is_written(opened: Callable[..., Opened]) -> None:
    page, _ = opened("talk-chat")
    page.evaluate(
        """() => {
          const seen = visualViewport;
          Object.defineProperty(seen, "height", { value: 544 });
          Object.defineProperty(seen, "offsetTop", { value: 0 });
          seen.dispatchEvent(new Event("resize"));
        }"""
    )
    box = page.get_by_test_id("composer").bounding_box()
    assert box is not None and box["y"] + box["height"] <= 544


def test_a_keyboard_that_shrinks_the_page_leaves_the_exit_and_the_field_on_screen(
    opened: Callable[..., Opened],
) -> None:
    page, hub = opened("talk-chat", (390, 844))
    for n in range(20):
        hub.counsellor(f"message {n}")
    expect(page.get_by_test_id("message")).to_have_count(22)
    page.get_by_test_id("text").click()
    page.set_viewport_size({"width": 390, "height": 420})
    for test_id in ("leave", "call", "text", "send"):
        expect(page.get_by_test_id(test_id)).to_be_in_viewport(ratio=1)
    expect(page.get_by_test_id("message").last).to_be_in_viewport()


SMALL = """() => [...document.querySelectorAll("a,button,summary,select,textarea,input[type=tel],label.pick")]
  .filter((part) => part.offsetParent && !part.matches(".skip"))
  .map((part) => [part.dataset.testid || part.textContent, part.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44)
  .map(([name, box]) => `${name} ${box.width} x ${box.height}`)"""


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_no_state_is_wider_than_its_screen_or_has_a_small_target(opened: Callable[..., Opened], width: int) -> None:
    page, hub = opened("choose", (width, 568))
    for name, state in SCENES.items():
        hub.state = dict(state)
        hub.open(page)
        expect(page.locator("h1:visible")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert page.evaluate(SMALL) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_keeps_every_rule_of_axe(opened: Callable[..., Opened], scheme: Literal["light", "dark"]) -> None:
    page, hub = opened("choose")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for name, state in SCENES.items():
        hub.state = dict(state)
        hub.open(page)
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        assert broken(page, (scheme,)) == [], name
