"""The values that can be asked of a record: stored, looked up, worked out from related records or the module.

An operand says what is meant; how it is asked, and what that costs, is the store's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from engine.model.colleagues import Drawn, LookedUp, Present
from engine.model.entities import Field, FieldType, Module, Relation
from engine.model.moments import Moment, Period, Unit
from engine.model.named import Named
from engine.model.scores import BandOf, Score
from engine.model.values import Value

if TYPE_CHECKING:
    from engine.model.predicates import Predicate


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A stored field, reached over zero or more links (`links`: the link fields to follow)."""

    field: Field
    module: Module
    links: tuple[Field, ...] = ()

    @property
    def type(self) -> FieldType:
        """The type of the value."""
        return self.field.type


@dataclass(frozen=True, slots=True)
class RecordKey:
    """What identifies the record, or the record at the end of links."""

    module: Module
    links: tuple[Field, ...] = ()
    type: FieldType = FieldType.TEXT


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the file."""

    value: Value
    type: FieldType


@dataclass(frozen=True, slots=True)
class MomentValue:
    """A moment such as `today` or `in 3 days`, as a date or datetime."""

    moment: Moment
    type: FieldType


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table looked up by the record's own values; None in `rows` marks the cell `none`.

    `rows` are (values of `by`, cell); `otherwise` serves when no row fits and `has_otherwise` is set.
    """

    name: str
    by: tuple[Operand, ...]
    rows: tuple[tuple[tuple[Value, ...], Value], ...]
    type: FieldType
    otherwise: Value = None
    has_otherwise: bool = False


class Function(StrEnum):
    """What an aggregate makes of related records."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    SMALLEST = "smallest"
    LARGEST = "largest"
    LATEST = "latest"
    EARLIEST = "earliest"
    DISTINCT = "distinct"
    SHARE = "share"

    @property
    def of_nothing_is_zero(self) -> bool:
        """Count and sum of nothing are 0; averages and extremes of nothing are missing (Meaning 1)."""
        return self in {Function.COUNT, Function.SUM, Function.DISTINCT}


@dataclass(frozen=True, slots=True)
class Window:
    """The days that an aggregate looks at, by the related module's `happens_on`.

    A period, or the last so many days by a table's cell or by a length that each record holds itself, or
    all since an instant that each enrollment has.
    """

    on: Field
    period: Period | None = None
    cell: Cell | None = None
    length: Operand | None = None
    since: Operand | None = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value from the records related to this one.
    Of the records in `window` and not in `except_`, the newest `latest` are looked at, then `where` is asked.
    SHARE is the percent of them that fit `where`; of none it is missing.
    """

    function: Function
    relation: Relation
    type: FieldType
    field: Operand | None = None
    window: Window | None = None
    where: Predicate | None = None
    except_: Window | None = None
    latest: int | None = None

    @property
    def windows(self) -> tuple[Window, ...]:
        """The window that is looked at, and the one that is left out."""
        return tuple(one for one in (self.window, self.except_) if one is not None)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The table cells that choose its days."""
        return tuple(one.cell for one in self.windows if one.cell is not None)

    @property
    def on(self) -> Field | None:
        """The day of a related record, where the model names one."""
        return self.relation.module.fields.get(self.relation.module.happens_on)


@dataclass(frozen=True, slots=True)
class Series:
    """A count, sum or average for each calendar unit, and its last percent change (Meaning 15).

    Complete units only, from the one that holds the first record on; an empty one is 0, the average of an
    empty one is missing; a change from 0 is unknown.
    """

    of: Aggregate
    on: Field
    unit: Unit
    type: FieldType = FieldType.PERCENT


@dataclass(frozen=True, slots=True)
class UsualGap:
    """The median number of days between the days of related records; missing below four such days."""

    relation: Relation
    on: Field
    where: Predicate | None = None
    type: FieldType = FieldType.LENGTH


@dataclass(frozen=True, slots=True)
class ExpectedNext:
    """The newest day of related records plus the usual gap between them, rounded to whole days."""

    gap: UsualGap
    type: FieldType = FieldType.DATE


@dataclass(frozen=True, slots=True)
class Listed:
    """Related records for a text: a JSON list of rows with the `fields` of each, the newest first."""

    relation: Relation
    fields: tuple[Operand, ...]
    at_most: int
    type: FieldType = FieldType.TEXT


class Measure(StrEnum):
    """What is told of a standing: the place from the top or the bottom, or how many are ranked."""

    FROM_TOP = "from_top"
    FROM_BOTTOM = "from_bottom"
    OUT_OF = "out_of"


@dataclass(frozen=True, slots=True)
class Rank:
    """The standing of a record by a value, 1 the highest, over the records that have one; equals share it.

    `among` narrows who is ranked, `in_each` ranks within the records of equal value there;
    who has none there is not ranked.
    """

    module: Module
    of: Operand
    in_each: Operand | None = None
    among: Predicate | None = None
    measure: Measure = Measure.FROM_TOP
    type: FieldType = FieldType.NUMBER


@dataclass(frozen=True, slots=True)
class Age:
    """The whole days from a date to today (or, `ahead`, from today to it) as a length; else missing."""

    operand: Operand
    ahead: bool = False
    type: FieldType = FieldType.LENGTH


@dataclass(frozen=True, slots=True)
class Times:
    """A number or a length, times a factor."""

    operand: Operand
    factor: Decimal
    type: FieldType


@dataclass(frozen=True, slots=True)
class Added:
    """A number plus a constant; a missing number counts as 0 (Meaning 16)."""

    operand: Operand
    amount: Value
    type: FieldType = FieldType.NUMBER


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tags of a record with one more, or one less."""

    operand: Operand
    tag: str
    field: Field
    carried: bool = True
    type: FieldType = FieldType.TAGS


@dataclass(frozen=True, slots=True)
class First:
    """The first operand that is not missing."""

    operands: tuple[Operand, ...]
    type: FieldType


@dataclass(frozen=True, slots=True)
class Cases:
    """The value of the first case whose predicate holds, else `otherwise`."""

    cases: tuple[tuple[Predicate, Operand], ...]
    otherwise: Operand
    type: FieldType


@dataclass(frozen=True, slots=True)
class Gate:
    """Which records a step concerns, by the answers of branches (numbered in file order).

    Open when every branch in `taken` has that answer and no gate in `unless` is open.
    """

    taken: tuple[tuple[int, bool], ...] = ()
    unless: tuple[Gate, ...] = ()

    def and_branch(self, number: int, *, answer: bool) -> Gate:
        """This gate, and the branch answered so."""
        return Gate((*self.taken, (number, answer)), self.unless)

    def without(self, other: Gate) -> Gate:
        """This gate, but not where `other` is open."""
        return Gate(self.taken, (*self.unless, other))

    @property
    def is_always_open(self) -> bool:
        """Every matched record passes."""
        return not self.taken and not self.unless

    @property
    def is_shut(self) -> bool:
        """Whether no record can pass: it asks both answers of a branch, or leaves out all that it lets in."""
        taken = set(self.taken)
        if any((number, not answer) in taken for number, answer in taken):
            return True
        return any(set(one.taken) <= taken and set(one.unless) <= set(self.unless) for one in self.unless)

    def is_open(self, answers: tuple[bool, ...]) -> bool:
        """Whether it stands open for these answers of the branches."""
        return all(answers[number] is answer for number, answer in self.taken) and not any(
            one.is_open(answers) for one in self.unless
        )


@dataclass(frozen=True, slots=True)
class Pick:
    """One of two operands, by whether a gate stands open (see effects.Gate)."""

    gate: Gate
    open: Operand
    shut: Operand
    type: FieldType


@dataclass(frozen=True, slots=True)
class Lot:
    """A number from 0 to 9,999 that is fixed by the record's key and a name, as if drawn (Meaning 13)."""

    module: Module
    name: str
    type: FieldType = FieldType.NUMBER


class EnrollmentPart(StrEnum):
    """What the ledger keeps of an enrollment."""

    ID = "id"
    STARTED_AT = "started_at"
    UNTIL = "until"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What the ledger keeps of the enrollment that goes on; there is none before it begins."""

    part: EnrollmentPart
    type: FieldType


START = Enrolled(EnrollmentPart.STARTED_AT, FieldType.DATETIME)
"""The moment `start` of an enrollment that goes on (Meaning 5)."""


@dataclass(frozen=True, slots=True)
class ReachedAt:
    """When the enrollment came to an earlier step; missing where it never did."""

    path: str
    type: FieldType = FieldType.DATETIME


@dataclass(frozen=True, slots=True)
class EventRecord:
    """The key of the related record whose coming started the workflow for this one.

    Where nothing has come yet, as in a dry run, it is the newest that would have: one that fits `where`.
    """

    relation: Relation
    where: Predicate | None = None
    type: FieldType = FieldType.LINK


Operand: TypeAlias = (
    FieldValue
    | RecordKey
    | Constant
    | MomentValue
    | Cell
    | Aggregate
    | Series
    | UsualGap
    | ExpectedNext
    | Listed
    | Rank
    | Score
    | BandOf
    | Age
    | Times
    | Added
    | Tagged
    | First
    | Cases
    | Pick
    | Lot
    | Present
    | Named
    | LookedUp
    | EventRecord
    | Drawn
    | Enrolled
    | ReachedAt
)
