"""What youths do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.desk import counsellors, resume, youth
from chalicelib.desk.base import Desk
from chalicelib.desk.ids import youth_code
from chalicelib.model.session import Session
from tests.crashpoints.case import Act, case
from tests.crashpoints.people import CALL, CHAT, FULL, NUMBER, UNCHOSEN, chooses, closed, entered, held, talked, tapped
from tests.crashpoints.world import FIRST, World


def on_the_page(world: World, body: Mapping[str, Any]) -> tuple[str, str]:
    session = tapped(world, body)
    return session.id, entered(world, session)


@case(youth.open_link)
def a_link_is_opened(world: World) -> Act:
    session = tapped(world)
    return lambda desk: youth.open_link(desk, youth_code(desk.secrets, session))[0]


@case(youth.arrive)
def a_page_is_really_open(world: World) -> Act:
    session = tapped(world)
    desk = world.process()
    _, cookie = youth.open_link(desk, youth_code(desk.secrets, session))
    return lambda desk: youth.arrive(desk, session.id, cookie)


@case(youth.look)
def a_page_looks_again_after_a_while(world: World) -> Act:
    id, cookie = on_the_page(world, CHAT)
    world.clock.pass_seconds(40)
    return lambda desk: youth.look(desk, id, cookie)


@case(youth.look)
def a_youth_who_was_gone_comes_back(world: World) -> Act:
    id, cookie = on_the_page(world, CHAT)
    world.minute(150)
    return lambda desk: youth.look(desk, id, cookie)


@case(youth.choose)
def a_chat_is_chosen(world: World) -> Act:
    id, cookie = on_the_page(world, UNCHOSEN)
    return lambda desk: chooses(desk, id, cookie, "chat")


@case(youth.choose)
def a_callback_is_chosen(world: World) -> Act:
    id, cookie = on_the_page(world, UNCHOSEN)
    return lambda desk: chooses(desk, id, cookie, "callback", NUMBER)


@case(youth.choose)
def a_chat_becomes_a_callback(world: World) -> Act:
    id, cookie = on_the_page(world, CHAT)
    return lambda desk: chooses(desk, id, cookie, "callback", NUMBER)


@case(youth.choose)
def another_number_is_given(world: World) -> Act:
    id, cookie = on_the_page(world, CALL)
    return lambda desk: chooses(desk, id, cookie, "callback", "+33639981299")


@case(youth.choose)
def a_number_is_given_for_a_session_that_has_ended(world: World) -> Act:
    id, cookie = on_the_page(world, CHAT)
    seen = world.process().sessions.get(id, strong=True)
    youth.cancel(world.process(), id, cookie)
    world.events()
    assert seen is not None
    return lambda desk: chooses(desk, id, cookie, "callback", NUMBER)


@case(youth.say)
def a_youth_says_the_first_words(world: World) -> Act:
    id, cookie = on_the_page(world, CHAT)
    return lambda desk: youth.say(desk, id, cookie, 1, "bonjour")


@case(youth.say)
def a_youth_answers(world: World) -> Act:
    session, cookie = talked(world)
    return lambda desk: youth.say(desk, session.id, cookie, 2, "au secours")


@case(youth.say)
def a_youths_words_make_the_chat_active(world: World) -> Act:
    id, cookie = on_the_page(world, CHAT)
    taken = held(world)
    counsellors.say(world.process(), FIRST, id, taken.epoch, 1, "je suis là")
    return lambda desk: youth.say(desk, id, cookie, 1, "bonjour")


@case(youth.say)
def a_youth_writes_after_the_end(world: World) -> Act:
    session, cookie = closed(world)
    return lambda desk: youth.say(desk, session.id, cookie, 2, "au secours")


@case(youth.raise_danger)
def a_youth_is_in_danger(world: World) -> Act:
    id, cookie = on_the_page(world, CHAT)
    return lambda desk: youth.raise_danger(desk, id, cookie)


@case(youth.still_there)
def a_youth_is_still_there(world: World) -> Act:
    session, cookie = talked(world)
    counsellors.ask_still_there(world.process(), FIRST, session.id, session.epoch)
    return lambda desk: youth.still_there(desk, session.id, cookie)


@case(youth.typing)
def a_youth_types(world: World) -> Act:
    session, cookie = talked(world)
    return lambda desk: youth.typing(desk, session.id, cookie)


@case(youth.cancel)
def a_youth_cancels_a_callback(world: World) -> Act:
    id, cookie = on_the_page(world, FULL)
    return lambda desk: youth.cancel(desk, id, cookie)


@case(youth.cancel)
def a_youth_cancels_a_chat(world: World) -> Act:
    session, cookie = talked(world)
    return lambda desk: youth.cancel(desk, session.id, cookie)


@case(youth.leave)
def a_youth_leaves_quickly(world: World) -> Act:
    session, cookie = talked(world)
    return lambda desk: youth.leave(desk, session.id, cookie)


@case(youth.leave)
def a_youth_leaves_what_was_just_closed(world: World) -> Act:
    session, cookie = closed(world)
    return lambda desk: youth.leave(desk, session.id, cookie)


@case(youth.leave)
def a_youth_closes_the_page_of_a_callback(world: World) -> Act:
    id, cookie = on_the_page(world, CALL)
    return lambda desk: youth.leave(desk, id, cookie)


@case(resume.issue_code)
def a_resume_code_is_asked_for(world: World) -> Act:
    session, cookie = talked(world)

    def act(desk: Desk) -> Session:
        return resume.issue_code(desk, session.id, cookie)

    return act


@case(resume.resume)
def a_youth_comes_back_from_another_device(world: World) -> Act:
    session, cookie = talked(world)
    desk = world.process()
    code = resume.shown_code(desk, resume.issue_code(desk, session.id, cookie))
    assert code is not None

    def act(desk: Desk) -> object:
        found, cookie = resume.resume(desk, code, "0f" * 16)
        youth.look(desk, found.id, cookie)
        return found

    return act
