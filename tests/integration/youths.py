"""A youth over the real desk: what both sides see, and a store that is read too early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.desk import counsellors, resume, transcript, youth
from chalicelib.desk.ids import cookie_for
from chalicelib.desk.papers import read_papers
from chalicelib.doors.desk_views import desk_session
from chalicelib.doors.youth_views import youth_state
from chalicelib.model.session import Session
from chalicelib.problems import Problem
from tests.integration.conftest import House
from tests.integration.test_counsellors import claim, enter, stored
from tests.integration.test_partners import CHAT, hand_over

__all__ = ["Lagging", "Stale", "code_of", "desk_view", "made_cookie", "refusal", "shown", "talk"]


def shown(house: House, id: str) -> dict[str, Any]:
    session = stored(house, id)
    return youth_state(house.desk, session, transcript.read(house.desk, session))


def code_of(house: House, id: str, cookie: str) -> str:
    code = resume.shown_code(house.desk, resume.issue_code(house.desk, id, cookie))
    assert code is not None
    return code


def refusal(verb: Callable[[], object]) -> str:
    with pytest.raises(Problem) as refused:
        verb()
    return refused.value.code


def talk(house: House) -> tuple[Session, str]:
    """A chat in which both have written: as held, and the youth's cookie."""
    session = hand_over(house, CHAT).session
    cookie = enter(house, session)
    held = claim(house)
    youth.say(house.desk, session.id, cookie, 1, "bonjour")
    house.clock.pass_seconds(1)
    counsellors.say(house.desk, house.first, session.id, held.epoch, 1, "je suis là")
    return held, cookie


def desk_view(house: House, id: str) -> dict[str, Any]:
    session = stored(house, id)
    return desk_session(house.desk, session, house.first, read_papers(house.desk, session, house.first), whole=True)


def made_cookie(house: House, id: str) -> str:
    return cookie_for(house.desk.secrets, id, house.desk.tokens())


class Stale:
    """The sessions as somebody read them a moment too early: the first read is an old one."""

    def __init__(self, sessions: Any, seen: Session) -> None:
        self._sessions, self._seen = sessions, seen

    def get(self, id: str, *, strong: bool = False) -> Session | None:
        return self._seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sessions, name)


class Lagging(Stale):
    """An index that is behind for weak reads only."""

    def get(self, id: str, *, strong: bool = False) -> Session | None:
        found: Session | None = self._sessions.get(id, strong=True) if strong else self._seen
        return found
