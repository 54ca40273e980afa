"""The supervisors' page: the line as it moves, what became of those who came, and a file that may leave the house."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chalicelib.aws.codec import key
from chalicelib.model.session import Session
from tests.browser.people import Screens
from tests.browser.rules import expect_kept
from tests.browser.team import Team
from tests.history import month, put
from tests.hub import Hub

PAGE = "/console/supervisor"
SIZES = ((1024, 768), (1440, 900))
COUNTS = ("Terminées", "Prises en charge", "Abandonnées", "Autres")


@pytest.fixture(scope="module")
def past(hub: Hub) -> Iterator[list[Session]]:
    """Thirty days of sessions that ended."""
    db, table = hub.aws("dynamodb"), hub.facts["table"]
    sessions = month(time.time_ns() // 1_000_000)
    put(db, table, sessions)
    yield sessions
    for session in sessions:
        db.delete_item(TableName=table, Key=key(session.id, "session"))


@pytest.fixture
def page(team: Team, past: list[Session]) -> Page:
    """A supervisor in front of it."""
    opened = team.console("supervisor-1")
    opened.get_by_test_id("supervisor-link").click()
    expect(opened.get_by_test_id("waiting-chat")).to_have_text("0")
    return opened


def test_charts_are_drawn_and_the_totals_stand_above_them(page: Page, past: list[Session]) -> None:
    for days, buckets in ((1, (23, 24, 25)), (30, (30,))):
        for kind in ("endings", "waits"):
            chart = page.get_by_test_id(f"{kind}-{days}").get_by_role("img")
            expect(chart).to_be_visible()
            assert chart.locator(".columns").last.locator("rect").count() in buckets
            tallest = chart.evaluate(
                "svg => Math.max(...[...svg.querySelectorAll('.columns:first-of-type rect')].map((one) => "
                "one.getBoundingClientRect().height))"
            )
            assert tallest > 40
    told = page.get_by_test_id("totals-30").locator("dd").first.inner_text()
    assert int(told) >= len(past)
    # colours are the page's own: a style sheet that failed to load would leave them black
    filled = page.locator("[data-testid=endings-30] .columns rect").nth(65)
    assert filled.evaluate("one => getComputedStyle(one).fill") not in ("rgb(0, 0, 0)", "none")


def _ended_on(hub: Hub) -> set[str]:
    """The platforms of everything that is over, in this test and in others before it; a rehearsal was nobody."""
    rows = [item for item in hub.rows() if item["sk"]["S"] == "session" and item["state"]["S"] == "closed"]
    return {item["platform"]["S"] for item in rows if "rehearsal" not in item}


def test_what_is_charted_stands_in_a_table_too(page: Page, hub: Hub) -> None:
    table = page.get_by_test_id("table-30")
    expect(table).to_be_hidden()
    page.get_by_text("Les mêmes chiffres, jour par jour").focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(30)
    ended = [int(rows.nth(n).locator("td").first.inner_text()) for n in range(30)]
    assert sum(ended) == int(page.get_by_test_id("totals-30").locator("dd").first.inner_text())
    platforms = page.get_by_test_id("groups-30").locator("tbody th")
    named = {"tiktok": "TikTok", "instagram": "Instagram", "messenger": "Messenger"}
    assert set(platforms.all_inner_texts()) == {named.get(platform, platform) for platform in _ended_on(hub)}


def test_the_line_and_the_people_move_without_a_reload(page: Page, team: Team) -> None:
    team.youth(danger=True)
    expect(page.get_by_test_id("waiting-chat")).to_have_text("1")
    expect(page.get_by_test_id("band-chat-danger")).to_contain_text("1 min")
    colleague = team.api("counsellor-2")
    colleague.ask("queue")
    assert colleague.claim("chat") is not None
    expect(page.get_by_test_id("waiting-chat")).to_have_text("0")
    expect(page.get_by_test_id("people")).to_contain_text(re.compile("counsellor-2.*Chat"))
    colleague.ask("presence", {"on_break": True})
    expect(page.get_by_test_id("people")).to_contain_text("en pause")


def test_a_session_that_ends_is_in_the_figures_at_the_next_look(page: Page, team: Team) -> None:
    before = int(page.get_by_test_id("totals-1").locator("dd").first.inner_text())
    team.youth("messenger")
    colleague = team.api("counsellor-2")
    session = colleague.claim("chat")
    assert session is not None
    assert colleague.act(session, "close", reason="helped").status == 200
    page.get_by_test_id("again-1").click()
    expect(page.get_by_test_id("totals-1").locator("dd").first).to_have_text(str(before + 1))


def test_the_file_opens_as_a_table_without_small_counts(page: Page, hub: Hub, tmp_path: Path) -> None:
    with page.expect_download() as found:
        page.get_by_test_id("csv-30").click()
    assert re.fullmatch(r"3018-30-\d{4}-\d\d-\d\d\.csv", found.value.suggested_filename)
    found.value.save_as(tmp_path / "figures.csv")
    text = (tmp_path / "figures.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len([row for row in rows if row["Plateforme"] == "toutes"]) == 30
    assert {row["Plateforme"] for row in rows} == {"toutes", *_ended_on(hub)}
    shown = [row[name] for row in rows for name in COUNTS]
    assert "<10" in shown
    assert all(cell in ("<10", "masqué") or int(cell) >= 10 for cell in shown)


def test_a_counsellor_who_is_no_supervisor_is_told_so(team: Team) -> None:
    page = team.console("counsellor-1")
    expect(page.get_by_test_id("supervisor-link")).to_be_hidden()
    answer = page.goto(PAGE)
    assert answer is not None and answer.status == 403
    expect(page.get_by_test_id("not-supervisor")).to_be_visible()
    expect_kept(page, "no supervisor")
    for path in ("figures?days=1", "figures.csv?days=30"):
        refused = team.api("counsellor-1").ask(path)
        assert (refused.status, refused.json["code"]) == (403, "not_yours")
    team.screens.forgive("403 (Forbidden)")
    page.get_by_test_id("console-link").click()
    expect(page.get_by_test_id("take-next")).to_be_visible()


def test_who_is_not_signed_in_is_led_to_the_sign_in(screens: Screens) -> None:
    page = screens.open()
    page.goto(PAGE)
    expect(page.get_by_label("Username")).to_be_visible()


def test_a_line_that_cannot_be_read_is_said_and_heals_by_itself(page: Page, team: Team) -> None:
    page.route("**/v1/desk/queue*", lambda route: route.abort())
    expect(page.get_by_test_id("banner")).to_contain_text("n’est plus à jour")
    page.unroute("**/v1/desk/queue*")
    expect(page.get_by_test_id("banner")).to_be_hidden()
    team.screens.forgive("ERR_FAILED")


@pytest.mark.parametrize("size", SIZES)
def test_the_page_keeps_every_rule_of_accessibility_and_fits(size: tuple[int, int], page: Page, team: Team) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    team.youth(danger=True)
    expect(page.get_by_test_id("waiting-chat")).to_have_text("1")
    page.get_by_text("Les mêmes chiffres, heure par heure").click()
    expect_kept(page, "supervisor")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_on_the_page_leads_to_one_youth(page: Page, team: Team) -> None:
    youth = team.youth(danger=True)
    expect(page.get_by_test_id("waiting-chat")).to_have_text("1")
    content = page.content()
    assert youth.path.rsplit("/", 1)[-1] not in content
    assert "ho_" not in content
