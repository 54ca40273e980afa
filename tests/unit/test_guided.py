"""The parts of the coverage-guided fuzzers, and the corpora that they have grown, played once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.bodies import bad_bodies, good_bodies
from tests.corpus.recipe import Recipe, Tap
from tests.corpus.tokens import bad_tokens, good_tokens
from tests.fuzz.guided import compose, doorkeeper, forge, grown, reading
from tests.fuzz.guided.changes import CHANGES
from tests.fuzz.guided.draft import good
from tests.fuzz.guided.draw import Draw
from tests.fuzz.guided.keyring import AUDIENCE, NOW
from tests.fuzz.guided.targets import TARGETS, JsonTarget, TokenTarget

JSON, TOKEN = JsonTarget(), TokenTarget()
RING = TOKEN.ring
KEYS: Any = {"key": RING.keys["k1"], "other_key": RING.keys["m1"]}
RECIPE = Recipe(kid="k1", partner="tiktok", other_kid="m1", other_partner="meta", audience=AUDIENCE, now=NOW, **KEYS)


def let_in(tap: Tap) -> bool | None:
    scope = "handoff:create" if tap.method == "POST" else "handoff:read"
    return doorkeeper.admits(tap, scope, RING.known, AUDIENCE, NOW)


@pytest.mark.parametrize("tap", list(good_tokens(RECIPE)), ids=lambda tap: tap.name)
def test_the_doorkeeper_lets_good_tokens_in(tap: Tap) -> None:
    assert let_in(tap) is True


@pytest.mark.parametrize("tap", list(bad_tokens(RECIPE)), ids=lambda tap: tap.name)
def test_the_doorkeeper_lets_no_bad_token_in(tap: Tap) -> None:
    assert let_in(tap) is False


@pytest.mark.parametrize(("name", "body"), list(good_bodies()))
def test_the_second_reader_reads_good_bodies(name: str, body: bytes) -> None:
    assert reading.read(body)["locale"][:2] == "fr", name


@pytest.mark.parametrize("bad", [bad for bad in bad_bodies() if bad.code == "bad_json"], ids=lambda bad: bad.name)
def test_the_second_reader_refuses_what_is_no_strict_json(bad: Any) -> None:
    with pytest.raises(reading.Unreadable):
        reading.read(bad.body)


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_keeps_every_promise(name: str) -> None:
    target = TARGETS[name]()
    for seed in target.seeds():
        target(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_everything_that_was_grown_keeps_every_promise(name: str) -> None:
    target, kept = TARGETS[name](), list(grown.grown(name))
    assert len(kept) > 50
    for one in kept:
        target(one)


@pytest.mark.parametrize("name", TARGETS)
def test_a_corpus_is_a_small_file(name: str) -> None:
    assert (grown.PLACE / f"{name}.txt").stat().st_size <= grown.LARGEST < 200_001


def test_what_is_kept_is_read_back_short_ones_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grown, "PLACE", tmp_path)
    monkeypatch.setattr(grown, "LARGEST", 20)
    assert grown.keep("tried", [b"abcdef", b"a", b"", b"a", b"too long for the room"]) == 2
    assert list(grown.grown("tried")) == [b"a", b"abcdef"]


def test_a_good_draft_is_let_in_and_the_bytes_of_a_header_are_that_header() -> None:
    assert let_in(good(RING).made()) is True
    header = "Bearer ½.\udc80.c"
    assert forge.forge(RING, forge.sent_as_it_is(header)).authorization == header


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_every_change_is_refused_for_some_bytes_and_none_is_always_the_same(change: Callable[..., None]) -> None:
    made = set()
    for number in range(0, 256, 3):
        draft = good(RING)
        change(draft, Draw(bytes([number, 7 * number % 256, 13 * number % 256, number // 3, 5, 77, number])))
        tap = draft.made()
        made.add((tap.authorization, tap.method, tap.path, tap.body))
    assert len(made) > 2
    assert any(let_in(Tap("", *one)) is False for one in made)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_and_keep_every_promise(data: bytes) -> None:
    TOKEN(data)
    JSON(data)


@given(st.binary(max_size=200))
def test_the_bytes_of_a_body_are_that_body(body: bytes) -> None:
    assert compose.compose(compose.sent_as_it_is(body)) == body
