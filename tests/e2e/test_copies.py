"""One handoff sent many times, and a hub that stops in the middle: exactly one session each, the same answer each."""

from __future__ import annotations

import threading
import time
from http.client import HTTPException
from pathlib import Path

from tests.conftest import Running
from tests.hub import FICTION, Answer, Hub

COPIES = 64
HANDOFFS = 200


def test_sixty_four_parallel_copies_make_one_session(hub: Hub) -> None:
    body = {
        "platform": "instagram", "kind": "call", "session": "callback", "locale": "fr", "callback": {"number": FICTION},
        "report": {"category": "bullying", "contents": [{"url": "https://platform.example/1"}]},
    }  # fmt: skip
    signed = hub.sign("instagram", "POST", "/v1/handoffs", body)
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(hub.send(signed))) for _ in range(COPIES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200] * (COPIES - 1) + [201]
    assert len({answer.body for answer in answers}) == 1
    assert all((answer.headers.get("idempotent-replayed") == "true") == (answer.status == 200) for answer in answers)
    id = answers[0].json["id"]
    assert sorted(row["sk"]["S"] for row in hub.rows() if row["pk"]["S"] == id) == ["report", "session"]
    assert sum(row["pk"]["S"] == id for row in hub.rows(hub.facts["engine"]["keys_table"])) == 1
    who = hub.counsellor()
    held = [who.claim("callback")]
    while held[-1] is not None and held[-1]["id"] != id:
        held.append(who.claim("callback"))
    assert held[-1] is not None and held[-1]["id"] == id
    assert who.act(held[-1], "reveal").json["number"] == FICTION
    for session in held:
        assert session is not None and who.act(session, "close", reason="helped").status == 200


def test_a_restart_in_the_middle_of_two_hundred_handoffs_loses_and_doubles_nothing(tmp_path: Path) -> None:
    running = Running(tmp_path / "restarted")
    try:
        signed = [
            running.hub.sign("tiktok", "POST", "/v1/handoffs", {"platform": "tiktok", "kind": "call", "locale": "fr"})
            for _ in range(HANDOFFS)
        ]
        answers: dict[int, Answer] = {}
        first_hub = running.hub

        def hand_over(numbers: range) -> None:
            for n in numbers:
                while n not in answers:  # a platform retries the same request until it is answered
                    try:
                        answer = first_hub.send(signed[n])
                    except (OSError, HTTPException):
                        time.sleep(0.2)
                        continue
                    if answer.status in (200, 201):
                        answers[n] = answer
                    else:
                        assert answer.status in (502, 503), answer.body
                        time.sleep(0.2)

        threads = [threading.Thread(target=hand_over, args=(range(k, HANDOFFS, 4),)) for k in range(4)]
        for thread in threads:
            thread.start()
        while len(answers) < HANDOFFS // 2:
            time.sleep(0.01)
        assert running.stop() == 0
        before = len(answers)
        assert before < HANDOFFS
        running.hub = running.start()
        for thread in threads:
            thread.join()
        rows = [row for row in running.hub.rows() if row["sk"]["S"] == "session"]
        assert len(rows) == HANDOFFS
        assert {row["pk"]["S"] for row in rows} == {answer.json["id"] for answer in answers.values()}
        again = [running.hub.send(one) for one in signed[:20]]
        assert [answer.status for answer in again] == [200] * 20
        assert [answer.body for answer in again] == [answers[n].body for n in range(20)]
    finally:
        running.stop()
