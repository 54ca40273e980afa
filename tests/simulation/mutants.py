"""The hub with one of its rules broken: each must be caught, or the net has a hole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from chalicelib.aws import sessions as table_sessions
from chalicelib.aws.audit import TableAudit
from chalicelib.aws.change import Change
from chalicelib.aws.cipher import KmsCipher
from chalicelib.aws.codec import attribute
from chalicelib.aws.sessions import TableSessions
from chalicelib.aws.words import TableWords
from chalicelib.desk import base, counsellors, deliveries, erasing, partners, sweep, transcript, turns, waking, youth
from chalicelib.model import callback, delivery, hold, line, status
from chalicelib.model.session import Session, State
from chalicelib.ports import Message

__all__ = ["MUTANTS", "Mutant", "mutated"]

Mutant = Callable[[ExitStack], None]


@contextmanager
def mutated(name: str) -> Iterator[None]:
    """The rule of that name is broken in this process."""
    with ExitStack() as stack:
        MUTANTS[name](stack)
        yield


def _put(stack: ExitStack, owner: Any, name: str, value: Any) -> None:
    stack.enter_context(mock.patch.object(owner, name, value))


def _unguarded(*names: str) -> Mutant:
    """Conditions on these attributes are left out of every write."""

    def break_it(stack: ExitStack) -> None:
        guard = Change.guard

        def guarded(self: Change, name: str, value: Any) -> None:
            if name not in names:
                guard(self, name, value)

        _put(stack, Change, "guard", guarded)

    return break_it


def _unconditional(sort: str) -> Mutant:
    """Items whose sort key begins so are put whatever is there."""

    def break_it(stack: ExitStack) -> None:
        write = TableWords._write

        def put(self: TableWords, verb: str, **request: Any) -> Any:
            if verb == "put_item" and request["Item"]["sk"]["S"].startswith(sort):
                request.pop("ConditionExpression")
            return write(self, verb, **request)

        _put(stack, TableWords, "_write", put)

    return break_it


def _epoch_not_checked(stack: ExitStack) -> None:
    check = hold.require_hold
    _put(stack, hold, "require_hold", lambda session, owner, _: check(session, owner, session.epoch))


def _lapse(still: Callable[[Session, int], bool]) -> Mutant:
    def break_it(stack: ExitStack) -> None:
        def lapse(session: Session, now: int) -> Session:
            return session if not session.state.held or still(session, now) else hold.release(session)

        _put(stack, hold, "lapse", lapse)

    return break_it


def _key_kept_on_close(stack: ExitStack) -> None:
    encode: Any = vars(table_sessions)["encode"]

    def kept(session: Session, shards: int) -> Any:
        item = encode(session, shards)
        if session.state is State.CLOSED:
            item["lane_pk"], item["lane_sk"] = attribute(line.partition("held", 0)), attribute("somebody#0")
        return item

    _put(stack, table_sessions, "encode", kept)


def _own_write_not_known(stack: ExitStack) -> None:
    """A write whose reply was lost is taken for somebody else's."""
    write = TableSessions._update

    def update(self: TableSessions, id: str, change: Change) -> Any:
        winner = write(self, id, change)
        return {**winner, "write_id": attribute("another's")} if winner else winner

    _put(stack, TableSessions, "_update", update)


def _kept_before_counted(stack: ExitStack) -> None:
    write = transcript.write

    def early(desk: Any, seen: Session, side: str, n: int, text: str, *given: Any) -> Any:
        sealed = desk.cipher.seal(seen.id, transcript._field(side, n), text.encode())
        desk.sessions.save_message(seen.id, Message(side, n, desk.clock(), sealed))
        return write(desk, seen, side, n, text, *given)

    for module in (youth, counsellors):
        _put(stack, module, "write", early)


def _owed_nowhere(stack: ExitStack) -> None:
    """After the second step nothing is owed any more."""
    place = delivery.place

    def placed(session: Session, shards: int = 1) -> Any:
        return None if session.delivered >= 2 else place(session, shards)

    _put(stack, delivery, "place", placed)


def _believed(stack: ExitStack) -> None:
    """Every answer counts as taken."""
    _put(stack, delivery, "answered", lambda _: True)


def _tries_one_short(stack: ExitStack) -> None:
    _put(stack, delivery, "SCHEDULE", delivery.SCHEDULE[:2])


def _status_goes_back(stack: ExitStack) -> None:
    def climb(session: Session) -> Session:
        reached = status.shown(session.state)
        if reached is session.status:
            return session
        return replace(session, status=reached, sequence=session.sequence + 1)

    _put(stack, status, "climb", climb)


def _dials_at_any_hour(stack: ExitStack) -> None:
    _put(stack, callback, "put_off", lambda session, _, slot: session)


def _erased_with_its_key(stack: ExitStack) -> None:
    _put(stack, KmsCipher, "forget", lambda self, id: self._keys.pop(id, None))


def _erased_too_soon(stack: ExitStack) -> None:
    """What may still be undone is erased at once."""
    finish = erasing.finish_erasing
    _put(stack, counsellors, "finish_erasing", lambda desk, s: finish(desk, replace(s, undo_until=None)))


def _erase_line_forgotten(stack: ExitStack) -> None:
    standing = vars(sweep)["standing"]
    _put(stack, sweep, "standing", lambda desk, one, **more: () if one == "erase" else standing(desk, one, **more))


def _replayed_whatever_the_body(stack: ExitStack) -> None:
    _put(stack, partners, "_replay", lambda _, first, *more: partners.Taken(first, replayed=True))


def _anybodys_status(stack: ExitStack) -> None:
    read = partners.status

    def status_of(desk: Any, partner: Any, id: str, *, known: int = 0) -> Session:
        session = desk.sessions.get(id)
        owner = replace(partner, id=session.partner) if session is not None else partner
        return read(desk, owner, id, known=known)

    _put(stack, partners, "status", status_of)


def _suspended_all_the_same(stack: ExitStack) -> None:
    def endpoint(desk: Any, id: str, *, fresh: bool = False) -> Any:
        partner = desk.directory.partner(id, fresh=fresh)
        return partner if partner is not None and partner.webhook is not None else None

    for module in (waking, deliveries):
        _put(stack, module, "endpoint", endpoint)


def _held_by_two(stack: ExitStack) -> None:
    """The limit apart, whoever asks by name gets the session, held or not."""

    def take(session: Session, owner: str, holder: str, now: int, lease: int) -> Session:
        waiting = replace(session, state=State.WAITING) if session.state.held else session
        return known(waiting, owner, holder, now, lease)

    known = hold.take
    _put(stack, hold, "take", take)


def _scheduled_ones_too(stack: ExitStack) -> None:
    """A claim does not look whether the hour has come."""
    head = TableSessions.head

    def all_of(self: TableSessions, lane: Any, *, now: int, before: str, **more: Any) -> Any:
        return head(self, lane, now=now + 10**9, before="9", **more)

    _put(stack, TableSessions, "head", all_of)


def _not_in_order(stack: ExitStack) -> None:
    """The width of a crowd, also when nobody else is there."""
    _put(stack, turns, "CROWD_LASTS", 10**15)
    made = base.Memory
    stack.enter_context(mock.patch.object(made, "__init__", _wide(made.__init__)))


def _wide(init: Callable[..., None]) -> Callable[..., None]:
    def wide(self: Any, *given: Any, **named: Any) -> None:
        init(self, *given, **named)
        self.width = turns.WIDEST

    return wide


MUTANTS: Mapping[str, Mutant] = {
    "create without its condition": _unconditional("session"),
    "epoch not checked": _epoch_not_checked,
    "epoch and owner not guarded": _unguarded("epoch", "owner"),
    "claim without the place it saw": _unguarded("lane_pk", "lane_sk"),
    "a lease is ended at any time": _lapse(lambda *_: False),
    "lease off by one": _lapse(lambda session, now: (session.lease_until or 0) > now),
    "a held one is taken by name": _held_by_two,
    "claims what is not due": _scheduled_ones_too,
    "not in the order of deadlines": _not_in_order,
    "index key kept on close": _key_kept_on_close,
    "own write not known again": _own_write_not_known,
    "word kept before it is counted": _kept_before_counted,
    "word kept without its condition": _unconditional("message#"),
    "a step made of an old status": _unguarded("sequence", "status", "state"),
    "what is still owed stands nowhere": _owed_nowhere,
    "any answer is taken for a yes": _believed,
    "parked before every try": _tries_one_short,
    "status goes back": _status_goes_back,
    "one attempt too many": lambda stack: _put(stack, callback, "MAX_ATTEMPTS", 4),
    "dials at any hour": _dials_at_any_hour,
    "erased, but its key": _erased_with_its_key,
    "erased before undo is over": _erased_too_soon,
    "the sweep forgets to erase": _erase_line_forgotten,
    "binding not checked": lambda stack: _put(stack, youth, "_may_be", lambda *_: True),
    "anybody reads a status": _anybodys_status,
    "a jti with another body is replayed": _replayed_whatever_the_body,
    "suspended partners are told": _suspended_all_the_same,
    "reveal without its record": lambda stack: _put(stack, TableAudit, "record", lambda *_: None),
}
