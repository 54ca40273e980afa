"""A callback, tried twice; the platform cannot tell the first attempt from none."""

from __future__ import annotations

import json
import time
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.people import Handset, Screens
from tests.hub import Hub, Youth, fiction

TYPED = "06 39 98 00 77"
SPELLINGS = ("639980077", "6 39 98 00 77", "no_answer", "answered", "répon", "essai", "attempt", "outcome")


def _known(hub: Hub, id: str) -> dict[str, Any]:
    """What the simulator has been told, as raw as its page gets it."""
    answer: dict[str, Any] = hub.ask("GET", "/simulator/handoffs").json
    (tap,) = [tap for tap in answer["handoffs"] if tap["id"] == id]
    return {**tap, "news": tap["reads"] - tap["unchanged"], "reads": None, "unchanged": None}


def _silent(handset: Handset, known: dict[str, Any]) -> None:
    """Neither the page nor what it was told names the number or how a call went."""
    told = handset.page.locator(".knowledge").inner_text() + json.dumps(known, ensure_ascii=False)
    assert [word for word in SPELLINGS if word in told] == []


def _reveal(console: Page) -> None:
    console.get_by_test_id("take-next").click()
    expect(console.get_by_test_id("callback-card")).to_be_visible()
    expect(console.get_by_text("639980077")).to_have_count(0)
    console.get_by_test_id("reveal").click()
    expect(console.get_by_test_id("dial")).to_have_attribute("href", "tel:+33639980077")


def test_a_callback_tried_twice_tells_the_platform_nothing_of_the_first_time(
    size: str, screens: Screens, console: Page, hub: Hub
) -> None:
    handset = Handset(screens.open(size), "instagram")
    youth = handset.tap()
    expect(youth.get_by_role("heading", name="À quel numéro te rappeler ?")).to_be_visible()
    handset.expect_statuses("accepted")
    handset.back()
    youth.get_by_test_id("number").fill("12")
    youth.get_by_test_id("callback-send").click()
    expect(youth.get_by_test_id("form-problem")).to_contain_text("Ce numéro ne marche pas")
    screens.forgive("422 (Unprocessable")
    youth.get_by_test_id("number").fill(TYPED)
    youth.get_by_test_id("callback-send").click()
    expect(youth.get_by_role("heading", name="On va t’appeler.")).to_be_visible()

    handset.expect_statuses("accepted", "waiting")

    expect(console.get_by_test_id("waiting-callback")).to_have_text("1")
    _reveal(console)
    handset.back()
    expect(youth.get_by_role("heading", name="On t’appelle.")).to_be_visible()
    handset.expect_statuses("accepted", "waiting", "connected")
    shown, told = handset.known.locator(".steps").inner_text(), _known(hub, handset.id)

    console.get_by_test_id("outcome-no_answer").click()
    console.get_by_test_id("away-0").click()
    expect(console.get_by_test_id("pane")).to_have_count(0)
    handset.expect_reads(2)
    assert (handset.known.locator(".steps").inner_text(), _known(hub, handset.id)) == (shown, told)

    expect(console.get_by_test_id("waiting-callback")).to_have_text("1")
    _reveal(console)
    expect(console.get_by_test_id("attempts")).to_contain_text("Pas de réponse")
    console.get_by_test_id("outcome-answered").click()
    expect(console.get_by_test_id("attempts").get_by_role("listitem")).to_have_count(2)
    handset.expect_reads(2)
    assert (handset.known.locator(".steps").inner_text(), _known(hub, handset.id)) == (shown, told)
    _silent(handset, told)

    console.get_by_test_id("close-reason").select_option("helped")
    console.get_by_test_id("close").click()
    handset.expect_statuses("accepted", "waiting", "connected", "closed")
    _silent(handset, _known(hub, handset.id))
    handset.back()
    expect(youth.get_by_role("heading", name="Merci d’en avoir parlé.")).to_be_visible()


def test_a_number_that_was_called_often_enough_goes_back_to_the_line_by_itself(
    screens: Screens, console: Page, hub: Hub
) -> None:
    number = fiction()
    tapped = hub.hand_over(session="callback", kind="call", callback={"number": number}).json
    keys = hub.facts["engine"]["keys_table"]
    (row,) = [row for row in hub.rows(keys) if tapped["id"] in row.get("holders", {}).get("SS", [])]
    calls = [{"N": str(time.time_ns() // 1_000_000 - ago)} for ago in (6000, 5000, 4000, 3000, 2000, 1000)]
    hub.aws("dynamodb").put_item(TableName=keys, Item={**row, "calls": {"L": calls}})
    console.get_by_test_id("take-next").click()
    console.get_by_test_id("reveal").click()
    expect(console.get_by_text("Ce numéro a déjà été appelé 6 fois en 24 heures")).to_be_visible()
    expect(console.get_by_test_id("pane")).to_have_count(0)
    expect(console.get_by_text(number)).to_have_count(0)
    console.get_by_test_id("take-next").click()
    expect(console.get_by_test_id("nothing")).to_be_visible()
    screens.forgive("409 (Conflict)")
    youth = Youth(hub, tapped["links"]["youth"])
    assert youth.ask().json["state"] == "scheduled", "the youth sees when"
    youth.ask("here", {})
    assert youth.ask("cancel", {}).status == 200
