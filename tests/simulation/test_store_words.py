"""What lies beside a session, over each store: words, notes, reports, resume codes, and the keys that seal them."""

from __future__ import annotations

import pytest

from chalicelib.aws.cipher import KmsCipher
from chalicelib.ports import Gone, Message, Note
from tests.simulation.cast import opened, session_id
from tests.simulation.ports import Ports


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
