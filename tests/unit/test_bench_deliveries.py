"""The pure parts of `make deliveries`: who taps when, what counts as broken, how it is told; and whom it kills."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bench.deliveries import judge as judged
from bench.deliveries import tell
from bench.delivering.judge import Run, broken, delays, missing, within
from bench.delivering.killer import workers
from bench.delivering.lives import KINDS, Life, plan_lives
from bench.delivering.table import Setting, table
from tests.misbehaviour import FAULTS
from tests.receiver import Arrival

SHARES = {"flaky": 60, "healthy": 30, "silent": 5}


def told(life: int, sequence: int, at: float, answered: str = "ok", **changed: str) -> Arrival:
    """An arrival of the life's sequence 2 (connected) or 3 (closed)."""
    id = f"ho_{life}"
    status = changed.get("status", {2: "connected", 3: "closed"}[sequence])
    return Arrival(at, changed.get("webhook_id", f"msg_{life}_{sequence}"), 1, id, status, sequence, answered)


def lived(n: int, closed: float | None = 10.0) -> Life:
    return Life(f"flaky/{n}", "flaky", "chat", 0, 1, f"ho_{n}", closed)


WELL = [told(1, 2, 5.0), told(1, 3, 10.5, "error"), told(1, 3, 12.0), told(2, 3, 10.1), told(1, 3, 13.0)]
LIVES = [lived(1), lived(2)]


def test_a_seed_plans_the_same_lives_again_and_another_seed_others() -> None:
    lives = plan_lives(1, SHARES, 5)
    again, other = plan_lives(1, SHARES, 5), plan_lives(2, SHARES, 5)
    assert [(one.name, one.kind, one.at, one.talk) for one in lives] == [
        (one.name, one.kind, one.at, one.talk) for one in again
    ]
    assert [one.at for one in lives] != [one.at for one in other]


def test_every_partner_has_its_share_mixed_and_at_the_rate() -> None:
    lives = plan_lives(3, SHARES, 5)
    assert Counter(one.partner for one in lives) == SHARES
    assert {one.kind for one in lives} == set(KINDS)
    assert len({one.name for one in lives}) == len(lives)
    assert [one.at for one in lives] == sorted(one.at for one in lives)
    assert 95 / 5 * 0.7 < lives[-1].at < 95 / 5 * 1.3
    assert {one.partner for one in lives[:20]} >= {"flaky", "healthy"}


def test_a_delay_is_counted_to_the_first_arrival_that_was_received() -> None:
    assert delays(LIVES, WELL) == [2.0, pytest.approx(0.1)]
    assert missing(LIVES, WELL) == []
    assert broken(LIVES, WELL) == []


@pytest.mark.parametrize(
    ("arrivals", "said"),
    [
        (WELL[:2], "the final status did not arrive"),
        ([*WELL, told(2, 3, 14, webhook_id="msg_another")], "sequence 3 has 2 ids"),
        ([*WELL, told(2, 3, 14, webhook_id="msg_1_3")], "one id for 2 statuses"),
        ([*WELL, told(2, 3, 14, status="waiting")], "one id for 2 statuses"),
        ([*WELL, told(1, 2, 14)], "an older status came after a newer one"),
        ([*WELL, told(9, 3, 14)], "not this partner's"),
    ],
)
def test_what_must_not_be_is_noticed(arrivals: Sequence[Arrival], said: str) -> None:
    assert any(said in one for one in broken(LIVES, arrivals))


def run(dead: bool, flaky: float, healthy: float, **more: object) -> Run:
    answered = {"flaky": Counter({"ok": 70, **dict.fromkeys(FAULTS, 3)}), "healthy": Counter({"ok": 20})}
    made = Run(dead, {"flaky": [0.1, flaky], "healthy": [0.1, healthy]}, answered, [], 100, 20, 3000, 9 * dead)
    return replace(made, **more)  # type: ignore[arg-type]


def test_the_median_of_the_p99_may_be_a_fifth_and_200_ms_more() -> None:
    runs = [run(dead, late, 1) for dead in (False, True) for late in (1.0, 1.4 if dead else 1.0, 99.0)]
    assert within(runs, "flaky") == (1.0, 1.4, True)
    assert within([*runs[:3], *(run(True, 1.41, 1) for _ in range(3))], "flaky") == (1.0, 1.41, False)


def test_a_run_that_breaks_a_promise_fails_and_one_in_which_nothing_died_proves_nothing() -> None:
    fine = [run(False, 1, 1), run(True, 1, 1)]
    assert judged(fine, [run(True, 1, 1, killed=3)]) == []
    assert judged([*fine, run(True, 1, 1, broken=["lost"])], []) == ["lost"]
    assert judged(fine, [run(True, 1, 1, broken=["lost"], killed=1)]) == ["lost"]
    assert judged(fine, [run(True, 1, 1)]) == ["nothing was killed"]
    assert judged([fine[0], run(True, 1, 1.5)], []) == ["healthy: p99 1.50 s beside a dead one, 1.00 s without"]


def test_the_table_tells_delays_faults_and_the_killed() -> None:
    setting = Setting({"flaky": 500, "healthy": 200, "dead": 100}, 7, 600, 3018)
    runs = [run(False, 1.0, 0.5), run(True, 1.25, 0.75)]
    found = table(setting, runs, [run(True, 30, 40, killed=12, deaths=5)])
    lines = found.splitlines()
    assert "| endpoint that always answers | 0.10 s | 0.50 s | 0.10 s | 0.75 s | 0.80 s |" in lines
    assert "| endpoint that fails 30 % of the time | 0.10 s | 1.00 s | 0.10 s | 1.25 s | 1.40 s |" in lines
    prose = " ".join(found.split())
    assert "asked 200 times and failed 60 times (30%; 48 did not count as received): hang 6, error 6" in prose
    assert "Every final status arrived" in prose
    assert "killed (-9) 5 times while it worked (12 processes)" in prose and "the latest came 40 s after" in prose
    assert max(len(line) for line in lines if not line.startswith("|")) <= 120
    assert tell(runs[1]).startswith("beside a dead one: healthy p50 0.10 p99 0.75 max 0.75 · flaky p50 0.10 p99 1.25")


def test_faults_are_not_told_as_success() -> None:
    setting = Setting({"flaky": 500, "healthy": 200, "dead": 100}, 7, 600, 3018)
    found = table(
        setting, [run(False, 1, 1), run(True, 1, 1, broken=["lost", "lost"])], [run(True, 1, 1, broken=["x"])]
    )
    found = " ".join(found.split())
    assert "2 PROMISES BROKEN" in found and "1 PROMISES BROKEN" in found
    assert "Every final status arrived" not in found and "all of them arrived" not in found


def test_only_the_deliverers_processes_of_this_engine_are_found() -> None:
    def sleeper(function: str) -> subprocess.Popen[bytes]:
        program = "import time; print('.', flush=True); time.sleep(60)"
        started = subprocess.Popen(
            [sys.executable, "-c", program], env={"AWS_LAMBDA_FUNCTION_NAME": function}, stdout=subprocess.PIPE
        )
        assert started.stdout is not None and started.stdout.readline()
        return started

    me = os.getpid()
    deliver, other = sleeper("hub-Deliver-1"), sleeper("hub-Deliver-12")
    try:
        assert workers(me, "hub-Deliver-1") == [deliver.pid]
        assert workers(me, "hub-Wake-1") == []
        assert workers(1, "hub-Deliver-1") == []
    finally:
        for one in (deliver, other):
            one.kill()
            one.wait()
            assert one.stdout is not None
            one.stdout.close()
    assert workers(me, "hub-Deliver-1") == []
