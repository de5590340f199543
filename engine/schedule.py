"""The slots of a workflow: which moments its triggers name, and which of them run, late or not at all.

Triggers and a span of time go in; slots come out, and for those that do not run a reason. Nothing here reads
the clock or writes a row: the slots become rows of the ledger, unique by workflow and name, elsewhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from heapq import merge
from itertools import chain
from types import MappingProxyType
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from engine.cron import Cron, as_utc, slot_of
from engine.model.calendars import Calendar
from engine.model.kinds import Trigger, is_timed
from engine.model.nights import CatchUp, Overlap
from engine.strikes import (
    DAY,
    MINUTE,
    days_struck,
    is_plain,
    midnight,
    minutes_struck,
    moments_near_change,
    stretches,
)
from engine.ticks import clock_of

ON_TIME: Final = timedelta(minutes=10)
"""A slot that is no older is on time: so long may a worker be busy with something else."""
WINDOW: Final = timedelta(hours=12)
MOST_CAUGHT_UP: Final = 7
MOST_ALONE: Final = 500
"""How many missed slots of a kind get a row each; those before them share one. More than a year of days."""

TOO_OLD: Final = "W340"
NOT_LATEST: Final = "W341"
SKIPPED: Final = "W342"
TOO_MANY: Final = "W343"

_FACTS: Final = MappingProxyType(
    {TOO_OLD: {"hours": str(WINDOW // timedelta(hours=1))}, TOO_MANY: {"most": str(MOST_CAUGHT_UP)}}
)
_EAGERNESS: Final = (CatchUp.SKIP, CatchUp.ONCE, CatchUp.ALL)


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which a workflow is due; within the workflow its name is its identity.

    The name is the wall time, `/1` in the second pass of a repeated hour (`slot_of`). Where a trigger goes by
    another zone than the workspace, the zone is behind it, as in RFC 9557: `2026-03-31T09:00[Europe/Berlin]`.
    Else nine o'clock in Berlin and nine o'clock at home would be one slot, and one of them would never run.
    """

    name: str
    at: datetime
    catch_up: CatchUp = CatchUp.ONCE
    overlap: Overlap = Overlap.SKIP


@dataclass(frozen=True, slots=True)
class Missed:
    """Slots that do not run, from `first` to `last`, `count` of them, and the code of the reason."""

    first: Slot
    last: Slot
    count: int
    code: str

    @property
    def facts(self) -> Mapping[str, str]:
        """What the text of the code has places for."""
        return _FACTS.get(self.code, {})


@dataclass(frozen=True, slots=True)
class Due:
    """Slots whose moment has come, ascending: those that run, and those that are missed for good."""

    to_run: tuple[Slot, ...] = ()
    missed: tuple[Missed, ...] = ()

    def at_rest(self, code: str) -> Missed | None:
        """All of them in one, where a workflow is paused and none of them runs."""
        parts = [*self.missed, *(Missed(one, one, 1, code) for one in self.to_run)]
        if not parts:
            return None
        first = min((one.first for one in parts), key=_order)
        last = max((one.last for one in parts), key=_order)
        return Missed(first, last, sum(one.count for one in parts), code)


def slots_between(
    triggers: Iterable[Trigger], zone: ZoneInfo, calendar: Calendar, *, since: datetime, until: datetime
) -> Iterator[Slot]:
    """The slots in (since, until], ascending; `zone` is the workspace's. One that several triggers name comes
    once. A festival or a clock that has no more days just ends.
    """
    dials = _dials(triggers, zone, calendar, since=since, until=until)
    return merge(*(dial.slots(kind) for dial in dials for kind in dial.kinds), key=_order)


def due_slots(
    triggers: Iterable[Trigger], zone: ZoneInfo, calendar: Calendar, *, since: datetime, now: datetime
) -> Due:
    """What becomes of every slot in (since, now].

    Of each kind of catch-up and zone, the latest 500 stand alone, and all before them share one Missed:
    after a year out of order, a clock of five minutes would leave a hundred thousand rows that all say the
    same, and minutes would pass before the first run. The one says from when to when, and how many.
    """
    alone: list[Slot] = []
    together: list[Missed] = []
    for dial in _dials(triggers, zone, calendar, since=since, until=now):
        for kind in dial.kinds:
            latest, older = dial.latest(kind)
            alone += latest
            together += [] if older is None else [older]
    due = catch_up_of(sorted(alone, key=_order), now)
    return Due(due.to_run, tuple(sorted([*together, *due.missed], key=lambda one: _order(one.first))))


def catch_up_of(slots: Sequence[Slot], now: datetime) -> Due:
    """Which of some slots, ascending and over by now, run (DESIGN section 6: Catch-up; RELIABILITY F1).

    `once` runs the latest, on time or up to 12 hours late: it does the work of those before it. Of `all`, the
    latest seven late ones run, of `skip` none; what is on time runs with both.
    """
    kinds = {kind: [one for one in slots if one.catch_up is kind] for kind in CatchUp}
    late = {kind: [one for one in each if now - one.at > ON_TIME] for kind, each in kinds.items()}
    missed = {
        *kinds[CatchUp.ONCE][:-1],
        *(one for one in kinds[CatchUp.ONCE][-1:] if now - one.at > WINDOW),
        *late[CatchUp.SKIP],
        *late[CatchUp.ALL][:-MOST_CAUGHT_UP],
    }
    return Due(
        tuple(one for one in slots if one not in missed),
        tuple(Missed(one, one, 1, _reason(one, now)) for one in slots if one in missed),
    )


def _order(slot: Slot) -> tuple[datetime, str]:
    return slot.at, slot.name


def _reason(slot: Slot, now: datetime) -> str:
    """Why a missed slot does not run."""
    if slot.catch_up is CatchUp.ONCE:
        return TOO_OLD if now - slot.at > WINDOW else NOT_LATEST
    return TOO_MANY if slot.catch_up is CatchUp.ALL else SKIPPED


# --- the triggers of one zone -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hand:
    """A trigger: its clock, and what it does about times that it cannot keep."""

    cron: Cron
    catch_up: CatchUp
    overlap: Overlap


@dataclass(frozen=True, slots=True)
class _Table:
    """What is due on a plain day, of one kind of catch-up: minutes after midnight, ascending."""

    minutes: tuple[int, ...]
    overlaps: tuple[Overlap, ...]


def _dials(
    triggers: Iterable[Trigger], zone: ZoneInfo, calendar: Calendar, *, since: datetime, until: datetime
) -> list[_Dial]:
    since, until = as_utc(since), as_utc(until)
    zones: dict[str, list[tuple[_Hand, frozenset[date]]]] = {}
    for trigger in triggers:
        cron = clock_of(trigger, zone)
        if cron is None or not is_timed(trigger):
            continue
        first, last = (one.astimezone(ZoneInfo(cron.zone)).date() for one in (since, until))
        days = days_struck(cron, trigger.on_days(), calendar, first=first - DAY, last=last + DAY)
        hand = _Hand(cron, trigger.catch_up, trigger.overlap)
        zones.setdefault(cron.zone, []).append((hand, days))
    return [_Dial(hands, str(zone), since, until) for hands in zones.values()]


class _Dial:
    """The triggers of a workflow that go by the clock of one zone, between two moments."""

    def __init__(
        self, hands: Sequence[tuple[_Hand, frozenset[date]]], home: str, since: datetime, until: datetime
    ) -> None:
        self._hands = hands
        self._zone = hands[0][0].cron.zone
        self._suffix = "" if self._zone == home else f"[{self._zone}]"
        self._since, self._until = since, until
        self.kinds = {hand.catch_up for hand, _ in hands}

    def slots(self, kind: CatchUp) -> Iterator[Slot]:
        """The slots of one kind of catch-up, ascending."""
        return chain.from_iterable(self._slots(kind, days) for days in self._stretches())

    def latest(self, kind: CatchUp) -> tuple[list[Slot], Missed | None]:
        """The latest slots of a kind, up to MOST_ALONE, and all before them as one: counted, not made."""
        days, newest = list(self._stretches()), list[Slot]()
        while days and len(newest) < MOST_ALONE:
            newest += reversed(self._slots(kind, days.pop()))
        alone, rest = newest[:MOST_ALONE], newest[MOST_ALONE:]
        count = len(rest) + sum(self._count(kind, one) for one in days)
        if not count:
            return alone, None
        made = (self._slots(kind, one) for one in days)
        first = next((slots[0] for slots in made if slots), None) or rest[-1]
        made = (self._slots(kind, one) for one in reversed(days))
        last = rest[0] if rest else next(slots[-1] for slots in made if slots)
        return alone, Missed(first, last, count, _reason(last, self._until))

    def _stretches(self) -> Iterator[tuple[date, ...]]:
        """The days of the span, with one more at both ends: a repeated hour may belong to the day before."""
        zone = ZoneInfo(self._zone)
        first, last = (one.astimezone(zone).date() for one in (self._since, self._until))
        return stretches(self._zone, first - DAY, last + DAY)

    def _count(self, kind: CatchUp, days: tuple[date, ...]) -> int:
        """How many slots of a kind there are on the days of a stretch."""
        if not is_plain(self._zone, days[0]):
            return len(self._near_change(kind, days))
        _, low, high = self._part_of_table(kind, days[0])
        return high - low

    def _slots(self, kind: CatchUp, days: tuple[date, ...]) -> list[Slot]:
        """The slots of a kind on the days of a stretch, ascending, as far as they lie in the span."""
        if not is_plain(self._zone, days[0]):
            return [
                Slot(slot_of(moment, hand.cron) + self._suffix, moment, kind, hand.overlap)
                for moment, hand in sorted(self._near_change(kind, days).items())
            ]
        table, low, high = self._part_of_table(kind, days[0])
        begin = midnight(self._zone, days[0])
        found = zip(table.minutes[low:high], table.overlaps[low:high], strict=True)
        return [
            Slot(
                f"{days[0]}T{minute // 60:02}:{minute % 60:02}{self._suffix}",
                begin + minute * MINUTE,
                kind,
                overlap,
            )
            for minute, overlap in found
        ]

    def _part_of_table(self, kind: CatchUp, day: date) -> tuple[_Table, int, int]:
        """The table of a plain day, and from where to where its minutes lie in the span."""
        hands = tuple(hand for hand, days in self._hands if day in days)
        table, begin = _tables(hands)[kind], midnight(self._zone, day)
        low = 0 if begin > self._since else bisect_right(table.minutes, (self._since - begin) // MINUTE)
        if begin + DAY <= self._until:
            return table, low, len(table.minutes)
        return table, low, bisect_right(table.minutes, (self._until - begin) // MINUTE)

    def _near_change(self, kind: CatchUp, days: tuple[date, ...]) -> dict[datetime, _Hand]:
        """The moments of a kind on days near a change of offset, in the span, each with its trigger."""
        found = (
            (moment, hand)
            for hand, struck in self._hands
            for moment in moments_near_change(hand.cron, struck.intersection(days))
            if self._since < moment <= self._until
        )
        return {moment: hand for moment, hand in _eager(found).items() if hand.catch_up is kind}


@lru_cache(maxsize=1 << 9)
def _tables(hands: tuple[_Hand, ...]) -> Mapping[CatchUp, _Table]:
    """What some triggers make due on a plain day that all of them name; many workflows have the same."""
    found = sorted(_eager((minute, hand) for hand in hands for minute in minutes_struck(hand.cron)).items())
    kinds = {kind: [(minute, hand) for minute, hand in found if hand.catch_up is kind] for kind in CatchUp}
    return {
        kind: _Table(tuple(minute for minute, _ in each), tuple(hand.overlap for _, hand in each))
        for kind, each in kinds.items()
    }


K = TypeVar("K", int, datetime)


def _eager(found: Iterable[tuple[K, _Hand]]) -> dict[K, _Hand]:
    """Each moment once. Where several triggers name it, it is caught up or queued if one of them wants so."""
    eager: dict[K, _Hand] = {}
    for moment, hand in found:
        other = eager.setdefault(moment, hand)
        if other != hand:
            catch_up = max(other.catch_up, hand.catch_up, key=_EAGERNESS.index)
            overlap = Overlap.QUEUE if Overlap.QUEUE in {other.overlap, hand.overlap} else Overlap.SKIP
            eager[moment] = _Hand(hand.cron, catch_up, overlap)
    return eager
