"""A compiled workflow: what its file means, frozen, with the version it was compiled from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from engine.model.document import Mapping, Node, Scalar, Span
from engine.model.entities import Labels, Module
from engine.model.kinds import Action, Trigger
from engine.model.moments import Length
from engine.model.named import RecordName
from engine.model.operands import Cell, FieldValue, Operand
from engine.model.predicates import Predicate
from engine.model.watches import Watch


class Once(StrEnum):
    """What may start only once (LANGUAGE section 1, `once_per`)."""

    CUSTOMER = "customer"
    EPISODE = "episode"
    EVENT = "event"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    LENGTH = "length"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class OncePer:
    """How often one record may start: per calendar unit, per length (or a table's), per value of a field."""

    kind: Once = Once.EPISODE
    length: Length | None = None
    field: Operand | None = None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many starts a local day and owner; `first` orders them, missing last, ties by id."""

    per_owner_per_day: int
    owner: FieldValue
    first: Operand | None = None
    highest_first: bool = True


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """What a run may do before it is held: a number, and a share (0 to 1) of the module's records."""

    at_most: int
    share: float


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its path in the file, its action, its name when another place refers to it."""

    path: str
    action: Action
    at: Span
    name: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the workflow is for: reached `within` the length of the start it is a success (Meaning 8)."""

    predicate: Predicate
    within: Operand
    then: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class StopRule:
    """What ends an enrollment before its steps are done, and the reason that reports name."""

    predicate: Predicate
    because: str


class Barred(StrEnum):
    """Why a record that meets the conditions may not start."""

    EXCLUDED = "excluded"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Bar:
    """What keeps records from starting: an exclusion of the workspace, a stop rule, a goal that is reached.

    `reason` is what a stop rule says, `path` where the condition stands in its file.
    """

    kind: Barred
    predicate: Predicate
    path: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Records that a workspace keeps out of everything, or of some kinds of effects, in all workflows."""

    predicate: Predicate
    path: str
    kinds: frozenset[str]

    @property
    def is_whole(self) -> bool:
        """Whether such records are not started at all."""
        return "everything" in self.kinds


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """The percent of the records that are left alone, to compare with; `group` names a shared one."""

    percent: Decimal
    group: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """A later day of an example: what has changed by then, who was answered, and what must have happened."""

    day: date
    given: Mapping | None
    answer: Scalar | None
    expect: Node
    at: Span


@dataclass(frozen=True, slots=True)
class Example:
    """One entry of `tests`: a record on a day, what must happen to it then, and on `later` days."""

    name: str
    today: date
    given: Mapping | None
    expect: Node
    at: Span
    later: tuple[Later, ...] = ()


@dataclass(frozen=True, slots=True)
class Workflow:
    """Everything a run needs; `version` is the hash of all it resolves to."""

    id: str
    names: Labels
    module: Module
    version: str
    file: str
    active: bool
    priority: int
    triggers: tuple[Trigger, ...]
    condition: Predicate | None
    once_per: OncePer
    limit: Limit | None
    guard: GuardLimits | None
    steps: tuple[Step, ...]
    examples: tuple[Example, ...]
    uses: tuple[str, ...]
    goal: Goal | None = None
    stops: tuple[StopRule, ...] = ()
    control: ControlGroup | None = None
    exclusions: tuple[Exclusion, ...] = ()
    tasks_per_person: int | None = None
    named: tuple[RecordName, ...] = ()

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is looked at before step one, in order: exclusions, stop rules, the goal (Meaning 7 and 8)."""
        excluded = [Bar(Barred.EXCLUDED, one.predicate, one.path) for one in self.exclusions if one.is_whole]
        stopped = [
            Bar(Barred.STOPPED, one.predicate, f"stop_when/{number}/if", one.because)
            for number, one in enumerate(self.stops)
        ]
        goal = [Bar(Barred.STOPPED, self.goal.predicate, "goal/if")] if self.goal is not None else []
        return (*excluded, *stopped, *goal)

    @property
    def name(self) -> str:
        """What it is called in Chinese, or as its author wrote it."""
        return self.names.zh

    @property
    def writes_to_customers(self) -> bool:
        """Whether one of its steps sends messages to customers."""
        return any(getattr(one.action, "is_to_customers", False) for one in self._every_step)

    @property
    def starts_others(self) -> frozenset[str]:
        """The ids of the workflows that its steps start."""
        return frozenset(name for one in self._every_step if (name := getattr(one.action, "starts", "")))

    @property
    def _every_step(self) -> list[Step]:
        after = () if self.goal is None else self.goal.then
        return list(all_steps((*self.steps, *after)))

    @property
    def fires(self) -> bool:
        """Whether the clock starts it, as opposed to a person."""
        return any(one.cron() is not None or one.on_days() is not None for one in self.triggers)

    @property
    def watches(self) -> tuple[Watch, ...]:
        """What has to happen for it to start, as opposed to a time or a person."""
        found = (getattr(one, "watch", None) for one in self.triggers)
        return tuple(one for one in found if one is not None)

    @property
    def waits_for_events(self) -> bool:
        """Whether nothing starts it but what happens to a record: then only such records are its business."""
        return 0 < len(self.triggers) == len(self.watches)


def all_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """Every step with the steps inside it: those of its cases, then those beside its verb."""
    for step in steps:
        yield step
        for inner in inner_lists(step):
            yield from all_steps(inner)


def inner_lists(step: Step) -> Iterator[tuple[Step, ...]]:
    """The lists of steps inside a step: those of its cases, then those beside its verb."""
    for case in getattr(step.action, "cases", ()):
        yield case.then
    for name in ("then", "otherwise"):
        yield getattr(step.action, name, ())
