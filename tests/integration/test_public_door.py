"""What everybody may see: the status page, honest when it knows nothing, and what is well known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from chalice.test import Client

from app import app
from chalicelib import wiring
from chalicelib.desk import queue
from chalicelib.desk.sweep import sweep
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.unit.reader import Reader


@pytest.fixture
def day(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A helpline with the usual hours; it is Sunday noon."""
    usual = house.again(hours="Mo-Su 09:00-23:00")
    monkeypatch.setattr(wiring, "desk", lambda: usual.desk)
    monkeypatch.setattr(wiring, "settings", lambda: usual.settings)
    return usual


@pytest.fixture
def http(day: House) -> Iterator[Any]:
    """The doors over that house."""
    with Client(app) as client:
        yield client.http


def told(http: Any, path: str = "/status", **headers: str) -> str:
    """What the page says, in one line."""
    answer = http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    return shown(answer.body)


def shown(body: bytes) -> str:
    page = Reader(body.decode())
    assert page.left_open == []
    return " ".join(page.shown.replace("\u00a0", " ").split())


def test_the_page_says_what_the_line_says(http: Any, day: House) -> None:
    queue.screen(day.desk, day.first)
    said = told(http)
    assert "Le 3018 est ouvert Fermeture aujourd’hui à 23:00, heure de Paris." in said
    assert "Par écrit moins d’une minute Être rappelé moins d’une minute" in said
    assert "Elle fonctionne. Dernière mesure à 12:00." in said


def test_nobody_signed_in_is_a_long_wait_and_the_hub_still_works(http: Any, day: House) -> None:
    sweep(day.desk)
    said = told(http)
    assert "Par écrit plus de 15 minutes" in said
    assert "Elle fonctionne." in said


def test_at_night_it_says_when_it_opens(http: Any, day: House) -> None:
    day.clock.pass_seconds(11.5 * 3600)
    sweep(day.desk)
    said = told(http)
    assert "Le 3018 est fermé Ouverture demain à 9:00, heure de Paris." in said
    assert "Par écrit fermé pour l’instant" in said


def test_a_measure_older_than_three_minutes_is_not_believed(http: Any, day: House) -> None:
    queue.screen(day.desk, day.first)
    day.clock.pass_seconds(180)
    assert "Elle fonctionne. Dernière mesure à 12:00." in told(http)
    day.clock.pass_seconds(1)
    said = told(http)
    assert "Dernière mesure aujourd’hui à 12:00, c’est trop ancien : l’attente est inconnue." in said
    assert "Par écrit inconnue Être rappelé inconnue" in said
    assert "Elle fonctionne" not in said


def test_a_hub_that_has_never_measured_says_so(http: Any) -> None:
    said = told(http)
    assert "Elle n’a encore rien mesuré" in said
    assert "Par écrit inconnue" in said


def test_a_line_kept_before_it_had_a_moment_is_unknown_too(http: Any, day: House) -> None:
    old = {"pk": {"S": "line"}, "sk": {"S": "line"}, "recent": {"L": []}, "counsellor_seen": {"N": str(day.clock())}}
    day.db.put_item(TableName="sessions", Item=old)
    assert "Elle n’a encore rien mesuré" in told(http)


@pytest.mark.parametrize(
    ("path", "accepted", "words"),
    [
        ("/status", "en-GB,en;q=0.9", "3018 is open"),
        ("/status", "fr-FR", "Le 3018 est ouvert"),
        ("/status", "de", "Le 3018 est ouvert"),
        ("/status?lang=en", "fr", "3018 is open"),
        ("/status?lang=fr", "en", "Le 3018 est ouvert"),
        ("/status?lang=marker", "en", "Le 3018 est ouvert"),
    ],
)
def test_it_speaks_the_language_that_is_asked_for(http: Any, path: str, accepted: str, words: str) -> None:
    answer = http.get(path, headers={"Accept-Language": accepted})
    assert words in shown(answer.body)
    assert answer.headers["Content-Language"] == ("en" if "is open" in words else "fr")
    assert answer.headers["Vary"] == "Accept-Language"
    assert b"marker" not in answer.body


def test_it_renews_itself_until_it_is_told_not_to(http: Any) -> None:
    refresh = b'<meta http-equiv="refresh" content="60">'
    assert refresh in http.get("/status").body
    assert refresh not in http.get("/status?lang=en&renew=no").body
    assert "Cette page se met à jour chaque minute. Arrêter" in told(http)


def test_it_always_leads_to_3018_and_the_danger_numbers(http: Any) -> None:
    page = Reader(http.get("/status").body.decode())
    links = [found.get("href") for tag, found in page.elements if tag == "a"]
    assert [one for one in links if one and one.startswith(("tel:", "sms:"))] == [
        "tel:3018", "tel:17", "tel:112", "sms:114", "tel:119", "tel:3114",
    ]  # fmt: skip


def test_it_may_be_kept_no_longer_than_the_line_itself(http: Any, day: House) -> None:
    assert http.get("/status").headers["Cache-Control"] == "public, max-age=15"
    day.clock.pass_seconds(11 * 3600 - 4)
    assert http.get("/status").headers["Cache-Control"] == "public, max-age=4"


def test_a_hub_that_cannot_tell_says_so_on_a_page_that_still_helps(
    http: Any, day: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent:
        def line(self, *, fresh: bool = False) -> Any:
            raise Problem("unavailable", retry_after=1)

    desk = replace(day.desk, directory=Silent())  # type: ignore[arg-type]
    monkeypatch.setattr(wiring, "desk", lambda: desk)
    answer = http.get("/status", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (
        503,
        "1",
        "no-store",
    )
    said = shown(answer.body)
    assert "The hub does not answer" in said and "Call 3018" in said and "Wait until" not in said


def test_security_txt_keeps_rfc_9116(http: Any, day: House) -> None:
    answer = http.get("/.well-known/security.txt")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    fields = [line.split(": ", 1) for line in answer.body.decode().splitlines()]
    assert [name for name, _ in fields] == ["Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"]
    found = dict(fields)
    ahead = datetime.fromisoformat(found["Expires"]).timestamp() - day.clock() / 1000
    assert 363 * 86_400 < ahead < 365 * 86_400
    assert found["Expires"].endswith("T00:00:00Z")
    assert found["Canonical"] == "http://hub.test/.well-known/security.txt"
    assert found["Contact"] == found["Policy"] == "http://hub.test/docs/security"
    assert found["Preferred-Languages"] == "fr, en"
