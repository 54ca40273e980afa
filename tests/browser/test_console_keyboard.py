"""The console without a mouse, and a screen on which nothing jumps."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.team import Team, pane

FIXED = ("take-next", "composer", "note-text", "close-reason", "text", "send")
"""What a hand may be on its way to."""


def _places(console: Page, parts: tuple[str, ...] = FIXED) -> dict[str, object]:
    return {part: console.get_by_test_id(part).filter(visible=True).first.bounding_box() for part in parts}


def test_a_chat_is_taken_answered_and_closed_without_a_mouse(team: Team) -> None:
    youth = team.youth()
    youth.ask("messages", {"n": 1, "text": "bonjour"})
    console = team.console()
    press = console.keyboard.press
    press("n")
    expect(pane(console).get_by_test_id("text")).to_be_focused()
    console.keyboard.type("Bonjour, je suis là.")
    press("Enter")
    expect(console.locator(".pending")).to_have_count(0)
    press("Escape")
    expect(pane(console)).to_be_focused()
    press("c")
    expect(pane(console).get_by_test_id("close-reason")).to_be_focused()
    press("ArrowDown")
    press("Tab")
    press("Enter")
    expect(console.get_by_test_id("pane")).to_have_count(0)
    assert [said["text"] for said in youth.ask().json["messages"]][-1:] == ["Bonjour, je suis là."]
    expect(console.get_by_test_id("take-next")).to_be_focused()
    press("z")
    expect(pane(console).get_by_test_id("text")).to_be_focused()


def test_a_callback_is_taken_dialled_noted_and_closed_without_a_mouse(team: Team) -> None:
    id = team.callback()
    console = team.console()
    press = console.keyboard.press
    press("n")
    expect(console.get_by_test_id("reveal")).to_be_focused()
    press("Enter")
    expect(console.get_by_test_id("dial")).to_be_focused()
    press("Tab")
    expect(console.get_by_test_id("outcome-answered")).to_be_focused()
    press("Enter")
    expect(console.get_by_test_id("attempts")).to_contain_text("A répondu")
    expect(console.get_by_test_id("outcome-answered")).to_be_focused()
    press("c")
    press("ArrowDown")
    press("Tab")
    press("Enter")
    expect(console.get_by_test_id("pane")).to_have_count(0)
    assert team.api("counsellor-1").ask(f"sessions/{id}").json["reason"] == "helped"


def test_every_part_of_a_session_has_a_key(team: Team) -> None:
    team.youth()
    console = team.console()
    console.keyboard.press("n")
    expect(pane(console)).to_have_count(1)
    for key, place in (
        ("a", "note-text"), ("r", "text"), ("u", "emergency-open"), ("c", "close-reason"), ("/", "reply-filter"),
        ("h", "handover-to"), ("t", "triage-normal"),
    ):  # fmt: skip
        console.keyboard.press("Escape")
        console.keyboard.press(key)
        expect(console.get_by_test_id(place)).to_be_focused()
        console.keyboard.press("Escape")
    console.keyboard.press("?")
    expect(console.get_by_test_id("keys-list")).to_be_visible()
    for words in ("Prendre la suivante", "Ajouter une note", "Faire une pause, ou reprendre"):
        expect(console.get_by_test_id("keys-list")).to_contain_text(words)
    console.keyboard.press("Escape")
    expect(console.get_by_test_id("keys-list")).to_be_hidden()


def test_single_letters_can_be_switched_off(team: Team) -> None:
    team.youth()
    console = team.console()
    expect(console.get_by_test_id("waiting-chat")).to_have_text("1")
    console.get_by_test_id("keys").click()
    console.get_by_test_id("letters").click()
    console.keyboard.press("Escape")
    console.keyboard.press("n")
    console.wait_for_timeout(1_200)
    expect(console.get_by_test_id("mine-session")).to_have_count(0)


def test_focus_stays_where_it_is_while_everything_is_drawn_again(team: Team) -> None:
    console = team.console("supervisor-1")
    for _ in range(3):
        team.youth()
    rows = console.get_by_test_id("line-row")
    expect(rows).to_have_count(3)
    kept = rows.nth(1).get_attribute("data-id")
    rows.nth(1).get_by_test_id("take-one").focus()
    colleague = team.api("counsellor-2")
    assert colleague.claim("chat") is not None
    expect(rows).to_have_count(2)
    expect(console.locator(f"[data-id={kept}]").get_by_test_id("take-one")).to_be_focused()
    assert colleague.claim("chat") is not None
    expect(rows).to_have_count(1)
    expect(rows.get_by_test_id("take-one")).to_be_focused()
    assert colleague.claim("chat") is not None
    expect(rows).to_have_count(0)
    expect(console.get_by_test_id("take-next")).to_be_focused()


def test_nothing_jumps_when_things_happen(team: Team) -> None:
    youth = team.youth()
    console = team.console("counsellor-1")
    console.get_by_test_id("take-next").click()
    expect(pane(console)).to_have_count(1)
    before = _places(console)

    youth.ask("messages", {"n": 1, "text": "un message assez long pour faire une ligne de plus dans la discussion"})
    expect(pane(console).get_by_test_id("message")).to_have_count(1)
    assert _places(console) == before, "a message"
    youth.ask("typing", {})
    assert _places(console) == before, "typing"
    youth.ask("danger", {})
    expect(pane(console).get_by_test_id("danger")).to_be_visible()
    assert _places(console) == before, "danger"
    colleague = team.api("supervisor-1")
    colleague.ask("queue")
    for _ in range(2):
        team.youth("messenger", danger=True)
        session = colleague.claim("chat")
        assert session is not None
        colleague.act(session, "handover", n=1, colleague="counsellor-1")
    expect(console.get_by_test_id("line-row")).to_have_count(2)
    assert _places(console) == before, "handed over"
    console.context.set_offline(True)
    expect(console.get_by_test_id("banner")).to_be_visible()
    assert _places(console) == before, "offline"
    console.context.set_offline(False)
    expect(console.get_by_test_id("banner")).to_be_hidden()
    console.get_by_test_id("take-one").first.click()
    expect(console.get_by_test_id("mine-session")).to_have_count(2)
    assert _places(console) == before, "another session"
    console.get_by_test_id("close-reason").filter(visible=True).select_option("helped")
    console.get_by_test_id("close").filter(visible=True).click()
    expect(console.get_by_test_id("mine-session")).to_have_count(1)
    expect(console.get_by_test_id("toast")).not_to_be_empty()
    assert _places(console) == before, "closed, with a toast"
    youth.ask("leave", {})
    expect(pane(console).get_by_test_id("session-over")).to_be_visible()
    assert _places(console, FIXED[:-3]) == {part: before[part] for part in FIXED[:-3]}, "gone"
    team.screens.forgive("ERR_INTERNET_DISCONNECTED")
