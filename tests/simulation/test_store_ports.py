"""The adapters that keep what the hub knows, over each store; then again with every reply to a write lost once."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import pytest

from chalicelib.aws.cipher import KmsCipher
from chalicelib.aws.deliveries import TableDeliveries
from chalicelib.aws.directory import TableDirectory
from chalicelib.aws.keysets import TableKeySets
from chalicelib.aws.partner_rows import keys_attribute, listing, partner_key
from chalicelib.aws.presence import TablePresence
from chalicelib.aws.sessions import TableSessions
from chalicelib.aws.usage import TableUsage
from chalicelib.model import chat, delivery, hold, line
from chalicelib.model.line import Line, queued
from chalicelib.model.partner import PartnerKey
from chalicelib.model.session import MINUTE, SECOND, Reason, Session, State
from chalicelib.ports import Claimed, Conflict, Gone, Message, Note
from tests.simulation.cast import FIRST, SECOND_ONE, opened, session_id
from tests.simulation.places import Given, Place, Twice

LEASE = 90 * SECOND
FAR = f"{10**13 - 1:013d}"


@dataclass
class Ports:
    """The adapters over one place."""

    place: Place
    twice: bool

    def __post_init__(self) -> None:
        place, clock = self.place, self.place.clock
        db = Twice(place.db) if self.twice else place.db
        clients = Given(dynamodb=db, kms=place.clients("kms"))
        self.sessions = TableSessions(clients, place.table, lambda: os.urandom(16))
        self.deliveries = TableDeliveries(clients, place.table)
        self.directory = TableDirectory(clients, place.table, clock)
        self.keysets = TableKeySets(clients, place.table, lambda url: b"")
        self.presence = TablePresence(clients, place.table, clock)
        self.cipher = KmsCipher(clients, place.keys, place.kms_key, clock)
        self.usage = TableUsage(clients, place.table)

    @property
    def now(self) -> int:
        return self.place.clock.now

    def put(self, session: Session) -> Session:
        assert self.sessions.create(session) is None
        return self.stored(session.id)

    def stored(self, id: str) -> Session:
        found = self.sessions.get(id, strong=True)
        assert found is not None
        return found

    def claim(self, session: Session, *, owner: str = FIRST.subject, seen_after: int = 0) -> Claimed:
        row = queued(line.place(session))
        return self.sessions.claim(
            row, session.lane or "chat", owner=owner, holder="first", now=self.now, lease=LEASE, seen_after=seen_after
        )

    def partner(self, id: str = "tiktok") -> None:
        item = {
            **partner_key(id), **listing(id), "id": {"S": id}, "platforms": {"SS": [id]}, "keys": keys_attribute({}),
            "webhook": {"M": {"url": {"S": "https://hooks.example/x"}, "secret": {"S": "name"}}},
        }  # fmt: skip
        self.place.db.put_item(TableName=self.place.table, Item=item)


@pytest.fixture(params=[False, True], ids=["", "reply lost"])
def ports(place: Place, request: pytest.FixtureRequest) -> Ports:
    return Ports(place, request.param)


def test_one_session_is_opened_and_found_again(ports: Ports) -> None:
    session = opened(1, ports.now, hooked=True, danger=True, attempts=())
    assert ports.sessions.get(session.id) is None
    stored = ports.put(session)
    assert replace(stored, write_id="") == session
    again = replace(session, locale="en")
    assert ports.sessions.create(again) == stored
    many = ports.sessions.get_many([session.id, session_id(2)], strong=True)
    assert many == [stored]


def test_a_change_is_written_once_and_guarded_by_what_was_seen(ports: Ports) -> None:
    seen = ports.put(opened(1, ports.now))
    after = ports.sessions.replace(seen, chat.accept_message(seen, "youth", 1, ports.now))
    assert ports.stored(seen.id) == after
    with pytest.raises(Conflict) as lost:
        ports.sessions.replace(seen, hold.close(seen, Reason.CANCELLED, ports.now), also=("youth_n",))
    assert lost.value.winner == after
    with pytest.raises(Conflict) as absent:
        ports.sessions.replace(opened(9, ports.now), hold.close(opened(9, ports.now), Reason.CANCELLED, ports.now))
    assert absent.value.winner is None


def test_one_of_two_claims_wins(ports: Ports) -> None:
    session = ports.put(opened(1, ports.now))
    won = ports.claim(session)
    assert won.session is not None
    assert (won.session.state, won.session.owner, won.session.epoch) == (State.CLAIMED, FIRST.subject, 1)
    assert ports.claim(session, owner=SECOND_ONE.subject) == Claimed(None)
    assert ports.stored(session.id) == won.session


def test_a_chat_whose_youth_is_gone_is_not_claimed(ports: Ports) -> None:
    session = ports.put(opened(1, ports.now))
    assert ports.claim(session, seen_after=ports.now + 1) == Claimed(None, session)
    assert ports.stored(session.id) == session


def test_a_hold_is_renewed_by_its_owner_and_epoch_alone(ports: Ports) -> None:
    session = ports.put(opened(1, ports.now))
    ports.claim(session)
    assert ports.sessions.renew(session.id, FIRST.subject, 1, ports.now + 5).lease_until == ports.now + 5
    for owner, epoch in ((SECOND_ONE.subject, 1), (FIRST.subject, 2)):
        with pytest.raises(Conflict) as lost:
            ports.sessions.renew(session.id, owner, epoch, ports.now + 9)
        assert lost.value.winner == ports.stored(session.id)
    assert ports.stored(session.id).lease_until == ports.now + 5
    assert ports.sessions.touch(session.id, "counsellor_typing", 7, owner=FIRST.subject, epoch=1)
    assert not ports.sessions.touch(session.id, "counsellor_typing", 8, owner=FIRST.subject, epoch=2)
    assert ports.stored(session.id).counsellor_typing == 7


def test_a_session_stands_where_its_state_says(ports: Ports) -> None:
    session = ports.put(opened(1, ports.now, hooked=True))

    def standing() -> list[str]:
        partitions = (line.partition("chat", 0), line.HELD, line.OPEN, line.ERASE, line.closed_on(ports.now))
        return [name for name in partitions if ports.sessions.standing(name)]

    assert standing() == ["chat#0"]
    ports.claim(session)
    assert standing() == [line.HELD]
    held = ports.stored(session.id)
    ports.sessions.replace(held, hold.close(replace(held, sealed=True), Reason.HELPED, ports.now))
    assert standing() == [line.ERASE]
    closed = ports.stored(session.id)
    ports.sessions.replace(closed, hold.end_erasing(hold.begin_erasing(closed, ports.now + 1)))
    assert standing() == [line.closed_on(ports.now)]


def test_the_head_of_a_lane_is_what_is_due_and_free_earliest_deadline_first(ports: Ports) -> None:
    late, early = opened(1, ports.now), opened(2, ports.now - MINUTE)
    reserved = hold.release(replace(opened(3, ports.now - 2 * MINUTE), audience="law", reserved_until=ports.now + 1))
    later = replace(opened(4, ports.now), due=ports.now + 1, deadline=ports.now + 1, state=State.SCHEDULED)
    for session in (late, early, reserved, later):
        ports.put(session)

    def head(*audiences: str) -> list[str]:
        rows = ports.sessions.head(
            "chat", now=ports.now, before=line.head_bound(ports.now), limit=5, audiences=audiences
        )
        return [row.id for row in rows]

    assert head() == [early.id, late.id]
    assert head("law") == [reserved.id, early.id, late.id]
    assert ports.sessions.head("callback", now=ports.now, before=FAR, limit=5) == []
    assert [row.id for row in ports.sessions.head("chat", now=ports.now, before=FAR, limit=1)] == [early.id]


def test_what_one_youth_opened_is_found_until_it_is_erased(ports: Ports) -> None:
    ports.put(opened(1, ports.now, subject=b"s" * 16))
    ports.put(opened(2, ports.now, subject=b"t" * 16))
    assert ports.sessions.of_subject(b"s" * 16) == [session_id(1)]
    assert ports.sessions.of_subject(b"u" * 16) == []


def test_words_are_kept_once_under_their_number(ports: Ports) -> None:
    id = session_id(1)
    first, other = Message("youth", 1, ports.now, b"\x00first"), Message("youth", 1, ports.now + 1, b"other")
    assert ports.sessions.save_message(id, first) == first
    assert ports.sessions.save_message(id, other) == first
    twelfth = Message("youth", 12, ports.now, b"")
    ports.sessions.save_message(id, twelfth)
    ports.sessions.save_message(id, Message("counsellor", 1, ports.now, b"beside"))
    assert ports.sessions.messages(id, "youth") == [first, twelfth]
    assert ports.sessions.messages(id, "youth", 1) == [twelfth]
    note = Note(1, ports.now, "note", "", "first", b"")
    assert ports.sessions.save_note(id, note) == note
    assert ports.sessions.notes(id) == [note]
    assert ports.sessions.notes(id, 1) == []


def test_a_report_is_kept_for_one_body(ports: Ports) -> None:
    id = session_id(1)
    assert ports.sessions.report(id) is None
    assert ports.sessions.save_report(id, b"f", b"sealed", 1)
    assert ports.sessions.save_report(id, b"f", b"sealed again", 1)
    assert not ports.sessions.save_report(id, b"g", b"another", 1)
    assert ports.sessions.report(id) == b"sealed"
    ports.sessions.drop_report(id, b"g")
    assert ports.sessions.report(id) == b"sealed"
    ports.sessions.drop_report(id, b"f")
    assert ports.sessions.report(id) is None


def test_words_report_and_notes_go_together(ports: Ports) -> None:
    id, neighbour = session_id(1), session_id(2)
    ports.put(opened(1, ports.now))
    for one in (id, neighbour):
        ports.sessions.save_report(one, b"f", b"sealed", 1)
        ports.sessions.save_message(one, Message("youth", 1, ports.now, b"x"))
        ports.sessions.save_note(one, Note(1, ports.now, "note", "", "first", b"x"))
    ports.sessions.erase(id)
    ports.sessions.erase(id)
    left = (ports.sessions.report(id), ports.sessions.messages(id, "youth"), ports.sessions.notes(id))
    assert left == (None, [], [])
    assert ports.sessions.get(id, strong=True) is not None
    assert ports.sessions.messages(neighbour, "youth")


def test_a_resume_code_leads_to_its_session(ports: Ports) -> None:
    ports.sessions.save_resume(b"code", session_id(1), 1)
    assert (ports.sessions.resume(b"code"), ports.sessions.resume(b"never")) == (session_id(1), None)


def owed(ports: Ports, number: int = 1) -> Session:
    """A session of which a second status is owed."""
    seen = ports.put(opened(number, ports.now, hooked=True))
    closed = delivery.step(seen, seen, hold.close(seen, Reason.CANCELLED, ports.now), ports.now)
    return ports.sessions.replace(seen, closed)


def test_what_is_owed_is_taken_by_one_deliverer_and_settled(ports: Ports) -> None:
    session = owed(ports)
    (row,) = ports.deliveries.due("tiktok", before=ports.now + 1, limit=5)
    assert ports.deliveries.due("tiktok", before=row.at, limit=5) == []
    assert row.id == session.id
    taken = ports.deliveries.take(row, token="one", until=ports.now + LEASE)
    assert taken is not None
    assert taken.courier == "one"
    assert ports.deliveries.take(row, token="two", until=ports.now + LEASE) is None
    assert ports.deliveries.due("tiktok", before=ports.now + LEASE, limit=5) == []
    done = delivery.settled(taken, taken.sequence, 204, None, ports.now, spread=0, pace=1)
    settled = ports.deliveries.settle(taken, done)
    # Its own lost reply it cannot tell from another's lease: it then says so, and what arrived is noted once more.
    assert settled is not ports.twice
    if not settled:
        ports.deliveries.delivered(session.id, taken.sequence)
    assert (ports.stored(session.id).delivered, ports.stored(session.id).courier) == (2, None)
    assert ports.deliveries.due("tiktok", before=ports.now + 2 * LEASE, limit=5) == []


def test_what_was_given_up_stands_among_the_parked(ports: Ports) -> None:
    owed(ports)
    (row,) = ports.deliveries.due("tiktok", before=ports.now + 1, limit=5)
    taken = ports.deliveries.take(row, token="one", until=ports.now + LEASE)
    assert taken is not None
    ports.deliveries.settle(taken, delivery.given_up(taken, "gone", ports.now))
    assert [one.id for one in ports.deliveries.parked("tiktok")] == [row.id]
    assert ports.deliveries.due("tiktok", before=ports.now + 2 * LEASE, limit=5) == []


def test_a_partner_has_one_deliverer_at_a_time(ports: Ports) -> None:
    now = ports.now
    assert not ports.deliveries.held("tiktok", now)
    assert ports.deliveries.hold("tiktok", "one", now=now, until=now + 10)
    assert ports.deliveries.hold("tiktok", "one", now=now, until=now + 10)
    assert not ports.deliveries.hold("tiktok", "two", now=now + 10, until=now + 99)
    assert ports.deliveries.held("tiktok", now + 10)
    ports.deliveries.let_go("tiktok", "two")
    assert ports.deliveries.hold("tiktok", "two", now=now + 11, until=now + 99)
    ports.deliveries.let_go("tiktok", "two")
    assert not ports.deliveries.held("tiktok", now)


def test_an_endpoint_is_stopped_once(ports: Ports) -> None:
    ports.deliveries.stop("tiktok", "gone", 1)  # nobody there
    ports.partner()
    ports.deliveries.stop("tiktok", "gone", 1)
    ports.deliveries.stop("tiktok", "later", 2)
    found = ports.directory.partner("tiktok", fresh=True)
    assert found is not None
    assert found.webhook is not None
    assert found.webhook.stopped == "gone"


def test_partners_and_the_line_are_read_together(ports: Ports) -> None:
    ports.partner("tiktok")
    ports.partner("meta")
    assert ports.directory.partner("nobody") is None
    ports.place.clock.pass_seconds(60)
    assert ports.directory.partners() == ["meta", "tiktok"]
    stands = Line((("chat", 5), ("callback", None)), (1, 2), 7, 8)
    ports.directory.save_line(stands)
    assert TableDirectory(Given(dynamodb=ports.place.db), ports.place.table, ports.place.clock).line() == stands


def test_a_key_set_replaces_the_one_before_and_a_fault_stands_beside_it(ports: Ports) -> None:
    url = "https://keys.example/jwks"
    ports.partner()
    assert ports.keysets.address("tiktok") is None
    ports.place.db.update_item(
        TableName=ports.place.table, Key=partner_key("tiktok"), UpdateExpression="SET jwks_url = :u",
        ExpressionAttributeValues={":u": {"S": url}},
    )  # fmt: skip
    assert ports.keysets.address("tiktok") == url
    ports.keysets.keep("tiktok", url, {"k": PartnerKey("ES256", "{}")}, 1)
    ports.keysets.keep("tiktok", "https://keys.example/other", {}, 2)
    ports.keysets.fault("tiktok", url, "timeout")
    found = ports.directory.partner("tiktok", fresh=True)
    assert found is not None
    assert found.keys == {"k": PartnerKey("ES256", "{}")}


def test_who_is_at_the_console_is_seen_by_everybody(ports: Ports) -> None:
    ports.presence.mark(FIRST, ports.now, on_break=True)
    ports.presence.mark(SECOND_ONE, ports.now)
    ports.presence.mark(FIRST, ports.now + 1)
    found = {one.username: (one.seen, one.on_break) for one in ports.presence.everybody()}
    assert found == {"first": (ports.now + 1, True), "second": (ports.now, False)}


def test_counts_of_a_day_add_up(ports: Ports) -> None:
    times = 2 if ports.twice else 1  # a meter, not a bill: a lost reply counts twice
    ports.usage.add("tiktok", ports.now, {"handoffs": 2})
    assert ports.usage.add("tiktok", ports.now, {"handoffs": 1, "reads": 1}) == {"handoffs": 3 * times, "reads": times}


def test_a_sealed_word_opens_until_its_key_is_gone(ports: Ports) -> None:
    def cipher() -> KmsCipher:
        return KmsCipher(ports.place.clients, ports.place.keys, ports.place.kms_key, ports.place.clock)

    sealed = ports.cipher.seal("a", "number", b"secret")
    assert cipher().open("a", "number", sealed) == b"secret"
    for other in (("a", "report"), ("b", "number")):
        with pytest.raises(Gone):
            cipher().open(*other, sealed)
    ports.cipher.forget("a")
    ports.cipher.forget("a")
    with pytest.raises(Gone) as gone:
        cipher().open("a", "number", sealed)
    assert not gone.value.passing
    again = cipher().seal("a", "number", b"secret")
    with pytest.raises(Gone):
        cipher().open("a", "number", sealed)
    assert cipher().open("a", "number", again) == b"secret"
