"""A compiled workflow: what its file means, frozen, with the version it was compiled from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engine.model.document import Mapping, Node, Span
from engine.model.entities import Labels, Module
from engine.model.kinds import Action, Trigger
from engine.model.moments import Length
from engine.model.predicates import FieldValue, Operand, Predicate


class Once(StrEnum):
    """What may start only once (LANGUAGE section 1, `once_per`)."""

    CUSTOMER = "customer"
    EPISODE = "episode"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    LENGTH = "length"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class OncePer:
    """How often one record may start: once per calendar unit, per length, per value of a field."""

    kind: Once = Once.EPISODE
    length: Length | None = None
    field: Operand | None = None


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
class Example:
    """One entry of `tests`: a record on a day, and what must happen to it."""

    name: str
    today: date
    given: Mapping | None
    expect: Node
    at: Span


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

    @property
    def name(self) -> str:
        """What it is called in Chinese, or as its author wrote it."""
        return self.names.zh

    @property
    def fires(self) -> bool:
        """Whether the clock starts it, as opposed to a person."""
        return any(one.cron() is not None for one in self.triggers)
