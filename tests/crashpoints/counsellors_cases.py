"""What counsellors do with what they hold, and with the line."""

from __future__ import annotations

from chalicelib.desk import attendance, calls, claims, counsellors, figures, holding, notes, papers, queue, transcript
from chalicelib.desk.base import Desk
from chalicelib.desk.transcript import read
from chalicelib.model.session import LANES, MINUTE, Band, Reason
from tests.crashpoints.case import Act, case
from tests.crashpoints.people import CALL, CHAT, FULL, called, closed, entered, held, stored, talked, tapped
from tests.crashpoints.world import BOSS, FIRST, OTHER, World


def shown_to_first(world: World) -> list[str]:
    """Whatever the first counsellor holds stands on their screen: a claim whose answer was lost is not lost."""
    desk = world.process()
    mine = {one.id for one in queue.screen(desk, FIRST).mine}
    rows = {row.id for row in queue.queue(desk).held if row.owner == FIRST.subject}
    return [] if mine == rows else [f"on the screen {sorted(mine)}, held {sorted(rows)}"]


@case(claims.claim, same=False, check=shown_to_first)
def the_next_is_claimed_of_two(world: World) -> Act:
    for number in (1, 2):
        tapped(world, CHAT, jti=f"jti-0123456789abcde{number}")
        world.clock.pass_seconds(10)
    return lambda desk: claims.claim(desk, FIRST, LANES)


@case(claims.claim, same=False, check=shown_to_first)
def the_only_one_is_claimed(world: World) -> Act:
    tapped(world, FULL)
    return lambda desk: claims.claim(desk, FIRST, LANES)


@case(claims.claim, claims.same_youth, same=False, check=shown_to_first)
def two_sessions_of_one_youth_are_claimed_together(world: World) -> Act:
    for number in (1, 2):
        tapped(world, {**CHAT, "subject": "the-same"}, jti=f"jti-0123456789abcde{number}")
        world.clock.pass_seconds(1)
    return lambda desk: claims.claim(desk, FIRST, LANES)


@case(claims.claim, same=False, check=shown_to_first)
def a_claim_goes_to_the_colleague_who_is_with_the_youth(world: World) -> Act:
    for number in (1, 2):
        tapped(world, {**CHAT, "subject": "the-same"}, jti=f"jti-0123456789abcde{number}")
        if number == 1:
            held(world, OTHER)
        world.clock.pass_seconds(1)
    return lambda desk: claims.claim(desk, FIRST, LANES)


@case(claims.claim, same=False, check=shown_to_first)
def a_claim_finds_that_nobody_may_be_called_now(world: World) -> Act:
    tapped(world, CALL)
    world.dial_hours("Mo-Su 09:00-12:00")
    world.clock.pass_seconds(60)
    return lambda desk: claims.claim(desk, FIRST, LANES)


@case(claims.claim, same=False, check=shown_to_first)
def a_claim_finds_that_the_youth_is_gone(world: World) -> Act:
    entered(world, tapped(world, CHAT))
    world.clock.pass_seconds(150)
    return lambda desk: claims.claim(desk, FIRST, LANES)


@case(claims.take)
def a_supervisor_takes_one_by_name(world: World) -> Act:
    session = tapped(world, CHAT)
    return lambda desk: claims.take(desk, BOSS, session.id)


@case(holding.view, notes.read_notes, transcript.read)
def a_session_is_read(world: World) -> Act:
    session, _ = talked(world)

    def act(desk: Desk) -> object:
        seen = holding.view(desk, session.id)
        return [word.text for word in read(desk, seen)], [noted.text for noted in notes.read_notes(desk, seen)]

    return act


@case(papers.read_papers, degrades=True)
def the_papers_of_a_session_are_read(world: World) -> Act:
    session, _ = talked(world)

    def act(desk: Desk) -> object:
        found = papers.read_papers(desk, session, FIRST)
        return [word.text for word in found.words], found.report, found.unreadable

    return act


@case(attendance.admit, attendance.sign_in)
def a_counsellor_signs_in(world: World) -> Act:
    return lambda desk: attendance.sign_in(desk, FIRST)


@case(attendance.sign_out, degrades=True)
def a_counsellor_signs_out(world: World) -> Act:
    queue.screen(world.process(), FIRST)
    return lambda desk: attendance.sign_out(desk, FIRST.username, FIRST.subject)


@case(counsellors.renew)
def a_hold_is_renewed(world: World) -> Act:
    tapped(world, CHAT)
    taken = held(world)
    world.clock.pass_seconds(30)
    return lambda desk: counsellors.renew(desk, FIRST, taken.id, taken.epoch)


@case(counsellors.release, told="taken_over")
def a_session_is_released(world: World) -> Act:
    session, _ = talked(world)
    return lambda desk: counsellors.release(desk, FIRST, session.id, session.epoch)


@case(counsellors.close)
def a_session_is_closed(world: World) -> Act:
    session, _ = talked(world)
    return lambda desk: counsellors.close(desk, FIRST, session.id, session.epoch, Reason.HELPED)


@case(counsellors.undo, told="taken_over")
def a_close_is_undone(world: World) -> Act:
    session, _ = closed(world)
    return lambda desk: counsellors.undo(desk, FIRST, session.id, session.epoch)


@case(counsellors.say)
def a_counsellor_says_the_first_words(world: World) -> Act:
    tapped(world, CHAT)
    taken = held(world)
    return lambda desk: counsellors.say(desk, FIRST, taken.id, taken.epoch, 1, "je suis là")


@case(counsellors.say)
def a_counsellor_answers(world: World) -> Act:
    session, _ = talked(world)
    return lambda desk: counsellors.say(desk, FIRST, session.id, session.epoch, 2, "je suis encore là")


@case(counsellors.typing)
def a_counsellor_types(world: World) -> Act:
    session, _ = talked(world)
    return lambda desk: counsellors.typing(desk, FIRST, session.id, session.epoch)


@case(counsellors.ask_still_there)
def a_counsellor_asks_whether_somebody_is_there(world: World) -> Act:
    session, _ = talked(world)
    return lambda desk: counsellors.ask_still_there(desk, FIRST, session.id, session.epoch)


@case(counsellors.note)
def a_note_is_kept(world: World) -> Act:
    session, _ = talked(world)
    return lambda desk: counsellors.note(desk, FIRST, session.id, session.epoch, 1, "note", "", "une note")


@case(counsellors.triage)
def the_urgency_is_changed(world: World) -> Act:
    session, _ = talked(world)
    return lambda desk: counsellors.triage(desk, FIRST, session.id, session.epoch, 1, Band.SOON, "une note")


@case(counsellors.hand_over)
def a_session_is_handed_to_a_speciality(world: World) -> Act:
    session, _ = talked(world)
    return lambda desk: counsellors.hand_over(
        desk, FIRST, session.id, session.epoch, 1, speciality="lawyer", colleague=None, text="une note"
    )


@case(counsellors.hand_over)
def a_session_is_handed_to_a_colleague(world: World) -> Act:
    session, _ = talked(world)
    queue.screen(world.process(), OTHER)
    return lambda desk: counsellors.hand_over(
        desk, FIRST, session.id, session.epoch, 1, speciality=None, colleague="other", text="une note"
    )


@case(calls.reveal)
def a_number_is_revealed(world: World) -> Act:
    session = tapped(world, FULL)
    taken = held(world)
    return lambda desk: calls.reveal(desk, FIRST, session.id, taken.epoch)


@case(calls.attempt, told="taken_over")
def nobody_answered(world: World) -> Act:
    session = called(world)
    return lambda desk: calls.attempt(desk, FIRST, session.id, session.epoch, "no_answer")


@case(calls.attempt)
def somebody_answered(world: World) -> Act:
    session = called(world)
    return lambda desk: calls.attempt(desk, FIRST, session.id, session.epoch, "answered_safe")


@case(calls.attempt, told="already_closed")
def it_was_not_safe_to_speak(world: World) -> Act:
    session = called(world)
    return lambda desk: calls.attempt(desk, FIRST, session.id, session.epoch, "answered_unsafe")


@case(calls.attempt, told="already_closed")
def the_youth_refused(world: World) -> Act:
    session = called(world)
    return lambda desk: calls.attempt(desk, FIRST, session.id, session.epoch, "refused")


@case(queue.queue, queue.screen, queue.save_line)
def the_line_is_looked_at(world: World) -> Act:
    tapped(world, CHAT)
    held(world)
    tapped(world, CALL, jti="jti-0123456789abcde2")
    return lambda desk: [one.id for one in queue.screen(desk, FIRST).mine]


@case(queue.set_break)
def a_counsellor_takes_a_break(world: World) -> Act:
    return lambda desk: queue.set_break(desk, FIRST, on_break=True)


@case(figures.read)
def the_figures_are_read(world: World) -> Act:
    session, _ = closed(world)
    assert stored(world, session).closed_at is not None
    world.clock.pass_seconds(MINUTE / 1000)
    return lambda desk: [reading.figures for reading in figures.read(desk, 1, 7)]
