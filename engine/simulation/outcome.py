"""What a simulation has found: counts by night, workflow, person and kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from engine.files.responses import Response
from engine.ledger.crossings import Crossing
from engine.model.entities import Module
from engine.model.workflow import Workflow

_WEEK = timedelta(days=7)


class Kind(StrEnum):
    """What people get: tasks, letters that left, notices, questions."""

    TASK = "task"
    MESSAGE = "message"
    NOTICE = "notice"
    ASK = "ask"


TOUCHES = frozenset({Kind.TASK, Kind.MESSAGE})
"""What a customer notices."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where something is counted: a night, a workflow, whom it fell to (empty: nobody), and what it was."""

    night: date
    workflow: str
    person: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Landing:
    """A step that touches customers: how often it did so on which nights."""

    workflow: str
    path: str
    label: str
    kind: Kind
    nights: Mapping[date, int]

    @property
    def total(self) -> int:
        """How often in all."""
        return sum(self.nights.values())


@dataclass(frozen=True, slots=True)
class Week:
    """What a person got in a week that begins on a Monday, and how much of that the capacity holds.

    `capacity` is None where none is set.
    """

    person: str
    monday: date
    tasks: int
    capacity: int | None

    @property
    def is_over(self) -> bool:
        """Whether it is more than the capacity."""
        return self.capacity is not None and self.tasks > self.capacity


@dataclass(frozen=True, slots=True)
class Ended:
    """How many enrollments of a workflow stand in a state, and the reason where there is one."""

    workflow: str
    state: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A run that a guard would have held, or that failed; `code` is the guard or the code of the failure."""

    night: date
    workflow: str
    code: str
    is_held: bool


@dataclass(frozen=True)
class Simulation:
    """Nights that were played. `lived` is how many of the `nights` asked for, unless it was broken off.

    `touches` says how many customers (records of `module`) were touched how often; `answered` how often each
    response happened, in the order of the responses; `names` what people are called.
    """

    first: date
    nights: int
    lived: int
    seed: int
    workflows: tuple[Workflow, ...]
    responses: tuple[Response, ...]
    module: Module
    customers: int
    capacity: int | None = None
    counts: Mapping[Cell, int] = field(default_factory=dict)
    touches: Mapping[int, int] = field(default_factory=dict)
    landings: tuple[Landing, ...] = ()
    weeks: tuple[Week, ...] = ()
    ended: tuple[Ended, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    letters: Mapping[str, int] = field(default_factory=dict)
    failed_records: int = 0
    answered: tuple[int, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    crossings: tuple[Crossing, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all nights were played."""
        return self.lived == self.nights

    @property
    def last(self) -> date:
        """The last night that was played."""
        return self.first + timedelta(days=max(self.lived, 1) - 1)

    def total(self, kind: Kind, *, month: str = "", workflow: str = "", person: str | None = None) -> int:
        """How much of a kind; in a month (`2026-04`), of a workflow, of a person."""
        return sum(
            count
            for cell, count in self.counts.items()
            if cell.kind is kind
            and cell.night.isoformat().startswith(month)
            and workflow in {"", cell.workflow}
            and person in {None, cell.person}
        )

    def by_night(self, kind: Kind) -> Counter[date]:
        """How much of a kind on each night."""
        found: Counter[date] = Counter()
        for cell, count in self.counts.items():
            if cell.kind is kind:
                found[cell.night] += count
        return found

    @property
    def months(self) -> list[str]:
        """The months that were played, as `2026-04`."""
        found, day = [], self.first
        while day <= self.last:
            found.append(f"{day:%Y-%m}")
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return found

    @property
    def busiest(self) -> list[Week]:
        """The weeks by the share of the capacity that is taken, the fullest first."""
        return sorted(self.weeks, key=lambda one: (-one.tasks / (one.capacity or 1), one.monday, one.person))

    def name_of(self, person: str) -> str:
        """What a person is called; the key where nobody knows."""
        return self.names.get(person, person)

    def held(self) -> Iterator[tuple[tuple[str, str], int]]:
        """How many runs of a workflow a guard would have held, by workflow and guard."""
        found = Counter((one.workflow, one.code) for one in self.troubles if one.is_held)
        yield from sorted(found.items())


def mondays(first: date, last: date) -> Iterator[date]:
    """The Mondays of the weeks between two days."""
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        yield monday
        monday += _WEEK
