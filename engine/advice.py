"""From the records' own history: how long a silence is worth an alarm, for each group of a table.

Of all who are silent for N days some come back by themselves soon after; an alarm about them was a false one.
The share of these falls as N grows. What is worked out here is a proposal: nothing is ever changed by it.
The group of a record is its present one, and the other conditions of a workflow are not asked: they say what
a record is now, not what it was then.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from unicodedata import normalize

from engine.askings import Asking, askings_named
from engine.model.diagnostics import WrongUsage
from engine.model.document import Mapping as Block
from engine.model.document import Span
from engine.model.entities import Field, FieldType
from engine.model.lengths import parse_length
from engine.model.moments import Clock, Length
from engine.model.operands import Aggregate, Cell, FieldValue, Function, Operand, Times, UsualGap
from engine.records.session import Session
from engine.records.silences import PARTS, Count, Customers, Dealings, Pace
from engine.shapes.reading import Table
from engine.survival import FEWEST, Course, Share, Silences, Suggestion
from engine.workspace import Workspace

TIMES = (Decimal(2), Decimal("2.5"), Decimal(3))
"""How many times the own rhythm people usually wait."""
OTHERWISE = -1
_MINUTES_A_DAY = 1440


class Lacking(StrEnum):
    """Why there is no suggestion."""

    FEW = "few"
    NEVER = "never"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Target:
    """How soon somebody must come back for the alarm to have been false, and the share of these at most."""

    within: Length
    days: int
    most: float


@dataclass(frozen=True, slots=True)
class ByRhythm:
    """What so many times the own rhythm would give."""

    times: Decimal
    share: Share | None
    silent: int


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The own rhythms of a group: how many have one, the quarters of them in days, alarms by them."""

    customers: int
    quarters: tuple[float, float, float] | None
    alarms: tuple[ByRhythm, ...]


@dataclass(frozen=True, slots=True)
class GroupAdvice:
    """What is known of one group. `now` are the days that the file asks for; the numbers of the `silent` are
    those of today; `told_to` is the longest silence of which anything can be said.
    """

    values: tuple[str, ...]
    at: Span | None
    customers: int
    gaps: int
    now: int | None
    now_share: Share | None
    now_silent: int
    suggestion: Suggestion | None
    suggested_silent: int
    lacking: Lacking | None
    told_to: int | None
    rhythm: Rhythm

    @property
    def fits(self) -> bool:
        """Whether the present length may as well be the one to suggest: then nothing is to be changed."""
        chosen = self.suggestion
        if chosen is None or self.now is None:
            return False
        return chosen.shortest <= self.now <= (chosen.longest or chosen.days)


@dataclass(frozen=True)
class PlaceAdvice:
    """A threshold: where it is asked for, and what is known of its groups, which are told apart `by` fields.

    `unlisted` have dealings, but stand in no row of the table. `rhythm_field` and `last_field` hold the own
    rhythm and the day of the latest one, where the model has such fields.
    """

    askings: tuple[Asking, ...]
    dealings: Dealings
    by: tuple[str, ...]
    groups: tuple[GroupAdvice, ...]
    unlisted: int
    rhythm_field: Field | None
    last_field: Field | None

    @property
    def cell(self) -> Cell | None:
        """The column of the table it stands in."""
        return self.askings[0].cell

    @property
    def times(self) -> Decimal | None:
        """How many times the own rhythm it asks for."""
        return _times(self.askings[0])

    @property
    def has_records(self) -> bool:
        """Whether there is any history at all."""
        return bool(self.unlisted or any(one.customers for one in self.groups))


@dataclass(frozen=True)
class Advice:
    """What the history says of every threshold that was asked about by `name`; `unknown` have none."""

    name: str
    clock: Clock
    target: Target
    places: tuple[PlaceAdvice, ...]
    unknown: tuple[Asking, ...]


def read_target(within: str, most: str, clock: Clock) -> Target:
    """What is asked for, as it is written: `90 days`, `30 %`. Raises WrongUsage."""
    length = parse_length(normalize("NFC", within).strip())
    days = (clock.shift(clock.today, length, 1) - clock.today).days if length and length.counts_days else 0
    if length is None or days < 1:
        raise WrongUsage("W926", value=within)
    share = re.fullmatch(r"(\d{1,2}(?:\.\d+)?) ?[%％]?", most.strip(), re.ASCII)
    if share is None or not float(share[1]):
        raise WrongUsage("W927", value=most)
    return Target(length, days, float(share[1]) / 100)


def advise(session: Session, workspace: Workspace, name: str, target: Target) -> Advice:
    """The advice for a workflow, a column of a table, or all active workflows. Raises WrongUsage."""
    places: dict[Hashable, list[Asking]] = {}
    unknown: list[Asking] = []
    for one in askings_named(workspace, name):
        if one.dealings is None:
            unknown.append(one)
        else:
            places.setdefault((one.dealings, one.threshold, one.strictly), []).append(one)
    adviser = _Adviser(session, workspace, target)
    told = tuple(adviser.place(tuple(one)) for one in places.values())
    return Advice(name, session.clock, target, told, tuple(unknown))


def written_lengths(longest: int) -> Iterator[int]:
    """The numbers of days that people write, from short to long."""
    days = 5
    while days <= longest:
        yield days
        days += 5 if days < 30 else 15 if days in {30, 45} or 90 <= days < 180 else 30 if days >= 180 else 10


@dataclass(frozen=True)
class _Adviser:
    session: Session
    workspace: Workspace
    target: Target
    _counted: dict[Hashable, tuple[Mapping[int | None, Silences], _Paced]] = field(default_factory=dict)

    def place(self, askings: tuple[Asking, ...]) -> PlaceAdvice:
        first = askings[0]
        assert first.dealings is not None
        counted, paced = self._count(first.dealings, _numbered(first.cell), _times(first))
        groups = tuple(
            self._group(one, counted.get(one.number, Silences(())), paced)
            for one in _groups(first, self.workspace, self.session.clock)
        )
        unlisted = counted[None].whole.open_for(0) if None in counted else 0
        of = first.dealings
        rhythm = UsualGap(of.relation, of.on, of.where)
        on = FieldValue(of.on, of.relation.module)
        last = Aggregate(Function.LATEST, of.relation, of.on.type, on, where=of.where)
        fields = self._field_of(rhythm, of), self._field_of(last, of)
        by = () if first.cell is None else _table(first.cell, self.workspace).by
        return PlaceAdvice(askings, of, by, groups, unlisted, *fields)

    def _count(
        self, dealings: Dealings, by: Cell | None, own: Decimal | None
    ) -> tuple[Mapping[int | None, Silences], _Paced]:
        """What the database counts for one grouping, once for all columns of a table."""
        times = tuple(sorted({*TIMES, own or TIMES[0]}))
        key = dealings, by, times
        if key not in self._counted:
            customers = Customers(self.session, dealings, by)
            self._counted[key] = _parted(customers.silences()), _Paced.of(*customers.paces(times))
        return self._counted[key]

    def _group(self, group: _Group, silences: Silences, paced: _Paced) -> GroupAdvice:
        course, target = silences.whole, self.target
        lengths = list(written_lengths(course.longest))
        suggestion = silences.suggested(lengths, target.days, target.most)
        told = [one for one in lengths if silences.ending(one, target.days) is not None]
        return GroupAdvice(
            values=group.values,
            at=group.at,
            customers=course.open_for(0),
            gaps=course.ends,
            now=group.now,
            now_share=None if group.now is None else silences.ending(group.now, target.days),
            now_silent=0 if group.now is None else course.open_for(group.now),
            suggestion=suggestion,
            suggested_silent=0 if suggestion is None else course.open_for(suggestion.days),
            lacking=None if suggestion else _lacking(course, is_told=bool(told)),
            told_to=max(told, default=None),
            rhythm=paced.rhythm(group.number, target.days),
        )

    def _field_of(self, wanted: Operand, dealings: Dealings) -> Field | None:
        """The field that is worked out like that."""
        module = dealings.relation.to
        found = (
            module.fields[key]
            for (name, key), operand in self.workspace.computed.items()
            if name == module.key and operand == wanted
        )
        return next(found, None)


def _lacking(course: Course, *, is_told: bool) -> Lacking:
    if is_told:
        return Lacking.NEVER
    return Lacking.FEW if course.ends < FEWEST else Lacking.SHORT


# --- the groups of a place ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    number: int
    values: tuple[str, ...]
    at: Span | None
    now: int | None


def _groups(asking: Asking, workspace: Workspace, clock: Clock) -> Iterator[_Group]:
    """The rows of the table that have a length, and what it says of all others; else all are one."""
    cell = asking.cell
    if cell is None:
        length = asking.threshold
        yield _Group(0, (), None, _days(length, clock, asking) if isinstance(length, Length) else None)
        return
    table = _table(cell, workspace)
    column = cell.name.rpartition(".")[2]
    named = [
        (keys, place.row)
        for (keys, cells), place in zip(table.rows, table.rows_at, strict=True)
        if column in cells
    ]
    for number, ((_, value), (keys, at)) in enumerate(zip(cell.rows, named, strict=False)):
        if isinstance(value, Length):
            yield _Group(number, keys, at, _days(value, clock, asking))
    if isinstance(cell.otherwise, Length):
        yield _Group(
            OTHERWISE,
            (),
            _otherwise_at(workspace, table.name, table.at),
            _days(cell.otherwise, clock, asking),
        )


def _table(cell: Cell, workspace: Workspace) -> Table:
    return workspace.tables[cell.name.rpartition(".")[0]]


def _otherwise_at(workspace: Workspace, table: str, at: Span) -> Span:
    root = workspace.documents[at.file].root
    node = None if root is None else root.get(table)
    written = node.get("otherwise") if isinstance(node, Block) else None
    return at if written is None else written.span


def _days(length: Length, clock: Clock, asking: Asking) -> int:
    """How many days a length is today; months and working days are not always as long."""
    return (clock.today - clock.days_apart(length, -1)[1]).days + int(asking.strictly)


def _numbered(cell: Cell | None) -> Cell | None:
    """The table with the number of each row in place of its length."""
    if cell is None:
        return None
    rows = tuple((keys, Decimal(number)) for number, (keys, _) in enumerate(cell.rows))
    return replace(cell, name="", rows=rows, otherwise=Decimal(OTHERWISE), type=FieldType.NUMBER)


def _times(asking: Asking) -> Decimal | None:
    """How many times the own rhythm is asked for."""
    threshold = asking.threshold
    if isinstance(threshold, UsualGap):
        return Decimal(1)
    return (
        threshold.factor if isinstance(threshold, Times) and isinstance(threshold.operand, UsualGap) else None
    )


# --- what the database has counted --------------------------------------------------------------------------


def _parted(counts: Iterator[Count]) -> dict[int | None, Silences]:
    found: dict[int | None, list[dict[tuple[int, int, bool], int]]] = {}
    for one in counts:
        parts = found.setdefault(one.group, [{} for _ in range(PARTS)])
        parts[one.part][one.nth, one.days, one.is_open] = one.records
    return {group: Silences(parts) for group, parts in found.items()}


@dataclass(frozen=True, slots=True)
class _Paced:
    paces: Mapping[int | None, tuple[Pace, ...]]
    silences: Mapping[Decimal, Mapping[int | None, Silences]]

    @classmethod
    def of(cls, paces: Sequence[Pace], counts: Mapping[Decimal, Sequence[Count]]) -> _Paced:
        groups = {one.group for one in paces}
        by_group = {group: tuple(one for one in paces if one.group == group) for group in groups}
        return cls(by_group, {times: _parted(iter(some)) for times, some in counts.items()})

    def rhythm(self, group: int | None, within: int) -> Rhythm:
        paces = sorted(self.paces.get(group, ()), key=lambda one: one.minutes)
        customers = sum(one.records for one in paces)
        alarms = []
        for times, by_group in self.silences.items():
            silences = by_group.get(group, Silences(()))
            alarms.append(ByRhythm(times, silences.ending(0, within), silences.whole.open_for(0)))
        return Rhythm(customers, _quarters(paces, customers), tuple(alarms))


def _quarters(paces: Sequence[Pace], customers: int) -> tuple[float, float, float] | None:
    """The rhythm, in days, that a quarter, a half and three quarters of the customers do not exceed."""
    if not customers:
        return None
    first, middle, last = (_at_share(paces, customers * share) for share in (0.25, 0.5, 0.75))
    return first, middle, last


def _at_share(paces: Sequence[Pace], wanted: float) -> float:
    seen = 0
    for one in paces:
        seen += one.records
        if seen >= wanted:
            return one.minutes / _MINUTES_A_DAY
    return paces[-1].minutes / _MINUTES_A_DAY
