"""What comes before a use case: a tap, a youth on the page, a counsellor who holds, words on both sides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.contract import read_handoff
from chalicelib.desk import calls, claims, counsellors, partners, youth
from chalicelib.desk.base import Desk
from chalicelib.desk.ids import youth_code
from chalicelib.desk.partners import Taken
from chalicelib.desk.youth import Wish
from chalicelib.model.counsellor import Counsellor
from chalicelib.model.partner import Partner
from chalicelib.model.session import LANES, Reason, Session
from tests.crashpoints.world import FIRST, PARTNER, World

__all__ = [
    "CALL", "CHAT", "FULL", "NUMBER", "UNCHOSEN", "called", "chooses", "closed", "entered", "held",
    "send", "stored", "talked", "tapped",
]  # fmt: skip

NUMBER = "+33639981234"
UNCHOSEN = {"platform": "tiktok", "kind": "call", "locale": "fr"}
CHAT = {"platform": "tiktok", "kind": "report", "session": "chat", "locale": "fr"}
CALL = {"platform": "tiktok", "kind": "call", "session": "callback", "locale": "fr", "callback": {"number": NUMBER}}
FULL = {**CALL, "kind": "report", "subject": "the-same", "report": {"category": "harassment"}}
JTI = "jti-0123456789abcdef"


def send(desk: Desk, body: Mapping[str, Any], partner: Partner = PARTNER, jti: str = JTI) -> Taken:
    """A partner's request."""
    raw = json.dumps(body).encode()
    return partners.receive(desk, partner, jti, raw, read_handoff(raw))


def tapped(world: World, body: Mapping[str, Any] = CHAT, partner: Partner = PARTNER, jti: str = JTI) -> Session:
    """A handoff was taken, and the partner knows."""
    session = send(world.process(), body, partner, jti).session
    world.events()
    return session


def stored(world: World, session: Session) -> Session:
    """The session as it stands."""
    found = world.process().sessions.get(session.id, strong=True)
    assert found is not None
    return found


def entered(world: World, session: Session) -> str:
    """The youth is on the page; the cookie."""
    desk = world.process()
    _, cookie = youth.open_link(desk, youth_code(desk.secrets, session))
    assert cookie is not None
    youth.arrive(desk, session.id, cookie)
    world.events()
    return cookie


def held(world: World, who: Counsellor = FIRST) -> Session:
    """The next session is claimed."""
    taken = claims.claim(world.process(), who, LANES)
    assert taken is not None
    world.events()
    return taken


def talked(world: World) -> tuple[Session, str]:
    """Both have written in a chat; the session and the youth's cookie."""
    session = tapped(world, {**CHAT, "report": {"category": "harassment"}})
    cookie = entered(world, session)
    taken = held(world)
    desk = world.process()
    youth.say(desk, session.id, cookie, 1, "bonjour")
    world.clock.pass_seconds(1)
    counsellors.say(desk, FIRST, session.id, taken.epoch, 1, "je suis là")
    world.events()
    return stored(world, session), cookie


def called(world: World) -> Session:
    """A callback is claimed and its number revealed."""
    session = tapped(world, CALL)
    taken = held(world)
    calls.reveal(world.process(), FIRST, session.id, taken.epoch)
    world.events()
    return stored(world, session)


def closed(world: World) -> tuple[Session, str]:
    """The counsellor has closed a chat; it can be undone."""
    session, cookie = talked(world)
    counsellors.close(world.process(), FIRST, session.id, session.epoch, Reason.HELPED)
    world.events()
    return stored(world, session), cookie


def chooses(desk: Desk, id: str, cookie: str, lane: Any, number: str | None = None) -> Session:
    """The youth's choice on the page."""
    return youth.choose(desk, id, cookie, Wish(lane, number))
