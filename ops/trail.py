"""Whether the audit trail is whole: seals first, then each chain against its links and against the seals. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chalicelib.aws.audit_rows import PREFIX, SEALS, is_old, read_record, read_seal
from chalicelib.aws.codec import Item, attribute
from chalicelib.model.audit import Mac, Record, Seal, day_of, expires_at, link_of, seal_link
from chalicelib.model.session import MINUTE

__all__ = ["Day", "Fault", "Verdict", "records_of", "verify"]

SEALED_WITHIN = 60 * MINUTE
"""The sweep seals each minute. What has no seal for so long (ms) is no trail that anybody should trust."""
SEAL_CHAIN = "seals"


@dataclass(frozen=True)
class Fault:
    """One broken link: ``chain`` may be ``seals``; ``number`` 0 where the row has none."""

    day: str
    chain: str
    number: int
    wrong: str

    def __str__(self) -> str:
        return f"{self.day}, chain {self.chain}, number {self.number}: {self.wrong}"


@dataclass
class Day:
    """How much a day has: ``old`` records were made before there were chains, ``unsealed`` ones have no seal yet."""

    records: int = 0
    chains: int = 0
    seals: int = 0
    old: int = 0
    unsealed: int = 0


@dataclass(frozen=True)
class Verdict:
    """What was found: the days in order, the first broken link if there is one, and the last seal."""

    days: Mapping[str, Day]
    fault: Fault | None
    last: Seal | None


@dataclass
class _Trail:
    """Everything read, sorted out: a chain is known by its day and name, in the order of the days' rows."""

    days: dict[str, Day] = field(default_factory=dict)
    chains: dict[tuple[str, str], dict[int, Record]] = field(default_factory=dict)
    heads: dict[tuple[str, str], dict[int, tuple[Seal, bytes]]] = field(default_factory=dict)
    seals: list[Seal] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def day(self, name: str) -> Day:
        return self.days.setdefault(name, Day())


def verify(rows: Iterable[Item], mac: Mac, *, since: str = "", only: str = "", now: int | None = None) -> Verdict:
    """Judge raw rows of the session table (others than the trail's are passed over) with ``Secrets.mac``.

    What is before the day ``since`` has gone or was not read; ``only``: the one day whose records were read. With
    ``now`` (ms), a record that is an hour old without a seal is a fault, too.
    """
    trail = _sort(rows, since, only)
    _check_seals(trail, mac, since, only)
    for place in list(dict.fromkeys((*trail.chains, *trail.heads))):
        _check_chain(trail, place, mac)
    if now is not None and not trail.faults:
        _check_sealed(trail, now)
    # Within a day what was found first: the seals stand before the chains, and a row that is none before both.
    first = min(trail.faults, key=lambda fault: fault.day, default=None)
    return Verdict(dict(sorted(trail.days.items())), first, trail.seals[-1] if trail.seals else None)


def records_of(rows: Iterable[Item]) -> list[Record]:
    """The trail's records among raw rows, in no order, judged or not."""
    found = (read_record(item) for item in rows if item["pk"]["S"].startswith(PREFIX))
    return [record for record in found if record is not None]


def _sort(rows: Iterable[Item], since: str, only: str) -> _Trail:
    trail, old = _Trail(), []
    ours = (item for item in rows if item["pk"]["S"].startswith(PREFIX))
    for item in sorted(ours, key=lambda item: (item["pk"]["S"], item["sk"]["S"])):
        day = item["pk"]["S"].removeprefix(PREFIX)
        if item["pk"]["S"] == SEALS:
            _keep_seal(trail, item, since)
        elif day < since or only not in ("", day):
            continue
        elif is_old(item):
            old.append(day)
        else:
            _keep_record(trail, item, day)
    _count_old(trail, old)
    return trail


def _keep_seal(trail: _Trail, item: Item, since: str) -> None:
    seal = read_seal(item)
    if seal is None:
        last = trail.seals[-1] if trail.seals else None
        day = day_of(last.at) if last else since
        trail.faults.append(Fault(day, SEAL_CHAIN, last.number + 1 if last else 1, "a row that is no seal"))
    elif trail.seals or day_of(seal.at) >= since:
        trail.seals.append(seal)
        if not _ends(item, day_of(seal.at)):
            wrong = "would be deleted at another time than its day"
            trail.faults.append(Fault(day_of(seal.at), SEAL_CHAIN, seal.number, wrong))


def _ends(item: Item, day: str) -> bool:
    # No link covers it, but whoever changes it has the table itself delete the row.
    return item.get("expires_at") == attribute(expires_at(day))


def _keep_record(trail: _Trail, item: Item, day: str) -> None:
    record = read_record(item)
    if record is None:
        trail.faults.append(Fault(day, "none", 0, "a row that is no record"))
        return
    if not _ends(item, day):
        trail.faults.append(Fault(day, record.chain, record.number, "would be deleted at another time than its day"))
    chain = trail.chains.setdefault((day, record.chain), {})
    if record.number in chain:
        trail.faults.append(Fault(day, record.chain, record.number, "stands there twice"))
    chain[record.number] = record
    counted = trail.day(day)
    counted.records, counted.chains = counted.records + 1, counted.chains + (len(chain) == 1)


def _count_old(trail: _Trail, days: Iterable[str]) -> None:
    """Records of before there were chains; after the day of the first seal nobody writes such any more."""
    began = day_of(trail.seals[0].at) if trail.seals else None
    for day in days:
        trail.day(day).old += 1
        if began is not None and day > began:
            trail.faults.append(Fault(day, "none", 0, "a record without a link, made after the chains had begun"))


def _check_seals(trail: _Trail, mac: Mac, since: str, only: str) -> None:
    """Each seal follows the one before; from the first broken one on, none is believed."""
    before: Seal | None = None
    for seal in trail.seals:
        fault = _wrong_seal(seal, before, mac, since)
        if fault is not None:
            trail.faults.append(fault)
            return
        before = seal
        trail.day(day_of(seal.at)).seals += 1
        for head in seal.heads:
            if head.day >= since and only in ("", head.day):
                trail.heads.setdefault((head.day, head.chain), {})[head.number] = (seal, head.link)


def _wrong_seal(seal: Seal, before: Seal | None, mac: Mac, since: str) -> Fault | None:
    day, expected = day_of(seal.at), before.number + 1 if before else 1
    begins = before is None and seal.number > 1 and bool(since) and day_of(seal.after) < since
    if not begins and seal.number != expected:
        return Fault(day, SEAL_CHAIN, expected, f"is missing; seal {seal.number} comes next")
    if seal_link(mac, seal) != seal.link:
        return Fault(day, SEAL_CHAIN, seal.number, "was changed: its link does not fit")
    if not begins and seal.previous != (before.link if before else b""):
        return Fault(day, SEAL_CHAIN, seal.number, "does not follow the seal before it")
    return None


def _check_chain(trail: _Trail, place: tuple[str, str], mac: Mac) -> None:
    records, heads = trail.chains.get(place, {}), trail.heads.get(place, {})
    previous, sealed = b"", max(heads, default=0)
    for number in range(1, max([*records, sealed]) + 1):
        record = records.get(number)
        wrong = _wrong_record(record, previous, mac, heads, number)
        if record is None or wrong:
            trail.faults.append(Fault(*place, number, wrong))
            return
        previous = record.link
    trail.day(place[0]).unsealed += len(records) - sealed


def _wrong_record(
    record: Record | None, previous: bytes, mac: Mac, heads: Mapping[int, tuple[Seal, bytes]], number: int
) -> str:  # fmt: skip
    if record is None:
        by = next((seal.number for n, (seal, _) in sorted(heads.items()) if n >= number), None)
        return "is missing; " + ("a later one is there" if by is None else f"seal {by} knows it")
    if link_of(mac, previous, record) != record.link:
        return "was changed, or does not belong here: its link does not fit"
    seal, link = heads.get(number, (None, record.link))
    return "" if seal is None or link == record.link else f"is not the one that seal {seal.number} knows"


def _check_sealed(trail: _Trail, now: int) -> None:
    for place, records in trail.chains.items():
        sealed = max(trail.heads.get(place, {}), default=0)
        late = [n for n in sorted(records) if n > sealed and records[n].at < now - SEALED_WITHIN]
        if late:
            trail.faults.append(Fault(*place, late[0], "has had no seal for more than an hour"))
