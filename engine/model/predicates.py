"""What can be asked of a record: operands (a value), tests (a question), predicates (questions combined).

Three answers: yes, no, unknown. A test on a missing operand is unknown; `Leaf.if_missing` settles it;
groups combine as LANGUAGE, Meaning 1 says (Kleene's strong logic).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from engine.model.entities import Field, FieldType, Module, Relation
from engine.model.moments import Length, Moment, Period
from engine.model.values import Value

# --- operands -------------------------------------------------------------------------------


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

    @property
    def of_nothing_is_zero(self) -> bool:
        """Count and sum of nothing are 0; averages and extremes of nothing are missing (Meaning 1)."""
        return self in {Function.COUNT, Function.SUM, Function.DISTINCT}


@dataclass(frozen=True, slots=True)
class Window:
    """The days that an aggregate looks at, by the related module's `happens_on`; a cell gives a length."""

    on: Field
    period: Period | None = None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value from the records related to this one."""

    function: Function
    relation: Relation
    type: FieldType
    field: Operand | None = None
    window: Window | None = None
    where: Predicate | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """A number plus a constant; a missing number counts as 0 (Meaning 16)."""

    operand: Operand
    amount: Value
    type: FieldType = FieldType.NUMBER


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tags of a record with one more."""

    operand: Operand
    tag: str
    field: Field
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
class Pick:
    """One of two operands, by whether a gate stands open (see effects.Gate)."""

    gate: Gate
    open: Operand
    shut: Operand
    type: FieldType


Operand: TypeAlias = (
    FieldValue | RecordKey | Constant | MomentValue | Cell | Aggregate | Added | Tagged | First | Cases | Pick
)


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

    def is_open(self, answers: tuple[bool, ...]) -> bool:
        """Whether it stands open for these answers of the branches."""
        return all(answers[number] is answer for number, answer in self.taken) and not any(
            one.is_open(answers) for one in self.unless
        )


# --- tests ----------------------------------------------------------------------------------


class Comparison(StrEnum):
    """How two values are compared."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"


@dataclass(frozen=True, slots=True)
class Compare:
    """The operand against another; exact, text by code point (DESIGN section 6, Text)."""

    operand: Operand
    comparison: Comparison
    to: Operand


@dataclass(frozen=True, slots=True)
class Among:
    """The operand is (or, `negated`, is not) one of the values."""

    operand: Operand
    values: tuple[Operand, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """Whether the operand is missing; never unknown."""

    operand: Operand
    wanted: bool


@dataclass(frozen=True, slots=True)
class OnDay:
    """A date or datetime against a moment's day or instant."""

    operand: Operand
    comparison: Comparison
    moment: Moment


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The length between the operand (a date or datetime) and now; the future never matches (Meaning 3)."""

    operand: Operand
    comparison: Comparison
    length: Length | Cell


class Part(StrEnum):
    """Where a text is looked for; A to Z and a to z count as equal."""

    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"


@dataclass(frozen=True, slots=True)
class TextPart:
    """The operand contains, starts or ends with a text."""

    operand: Operand
    part: Part
    text: str


class Carrying(StrEnum):
    """How the tags of a record relate to the tags asked for."""

    HAS = "has"
    HAS_ALL = "has_all"
    HAS_NONE = "has_none"


@dataclass(frozen=True, slots=True)
class HasTags:
    """The tags contain one, all or none of `tags`; a record without tags has none of them, not unknown."""

    operand: Operand
    carrying: Carrying
    tags: tuple[str, ...]


Test: TypeAlias = Compare | Among | Empty | OnDay | Elapsed | TextPart | HasTags


# --- predicates -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition of the file: one test, or a lower and an upper bound. `path` is its place in the file."""

    path: str
    tests: tuple[Test, ...]
    if_missing: bool | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Yes when all are; no when any is no; else unknown."""

    path: str
    items: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Yes when at least `needs` are; no when they cannot be, even if the unknown were yes."""

    path: str
    items: tuple[Predicate, ...]
    needs: int = 1


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The opposite of AnyOf(needs=1)."""

    path: str
    items: tuple[Predicate, ...]


Predicate: TypeAlias = Leaf | All | AnyOf | NoneOf


def leaves(predicate: Predicate) -> Iterator[Leaf]:
    """Every leaf in file order."""
    if isinstance(predicate, Leaf):
        yield predicate
    else:
        for item in predicate.items:
            yield from leaves(item)


def cells_of(leaf: Leaf) -> Iterator[Cell]:
    """The table cells a leaf looks up; a cell `none` makes it no, whatever `if_missing` says (Meaning 14)."""
    for test in leaf.tests:
        for operand in operands_of(test):
            if isinstance(operand, Cell):
                yield operand
            if isinstance(operand, Aggregate) and operand.window and operand.window.cell:
                yield operand.window.cell


def operands_of(test: Test) -> tuple[Operand, ...]:
    """The operands of a test, the subject first."""
    if isinstance(test, Compare):
        return test.operand, test.to
    if isinstance(test, Among):
        return (test.operand, *test.values)
    if isinstance(test, Elapsed) and isinstance(test.length, Cell):
        return test.operand, test.length
    return (test.operand,)
