"""What a workflow asks and sets, in few words, so that files can be held against each other without reading
them all again: texts, numbers and places only, nothing of a compiled workflow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal

from engine.actions.assign import Assign
from engine.actions.update_field import UpdateField
from engine.checks.nouns import nouns_in
from engine.checks.places import Places, places_of
from engine.checks.possible import parts_of
from engine.checks.steps import Branch, branches_of, may_end, takes_time
from engine.model.document import Document, Span
from engine.model.entities import Field, FieldType, Module, Relation
from engine.model.moments import Length, Moment
from engine.model.operands import Constant, FieldValue, Operand
from engine.model.predicates import (
    Among,
    Compare,
    Comparison,
    Elapsed,
    Empty,
    Leaf,
    Predicate,
    Test,
    operands_of,
)
from engine.model.workflow import Barred, Once, Step, Workflow

NOTHING = "∅"
"""Stands for a missing value among options."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A part of the conditions. `subject` is what it asks about, `text` all it asks, both as they compare.

    Of a field that `is` something, `options` are what will do; of an amount, `low` and `high` its bounds.
    Neither: nobody knows here. `roots` are the fields and relations it looks at.
    """

    subject: str
    text: str
    roots: frozenset[str]
    at: Span
    options: frozenset[str] | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_known(self) -> bool:
        """Whether it can be told apart from other demands on the same subject."""
        return self.options is not None or self.low is not None or self.high is not None

    def excludes(self, other: Demand) -> bool:
        """Whether no value meets both."""
        if self.options is not None and other.options is not None:
            return not self.options & other.options
        low = max((one for one in (self.low, other.low) if one is not None), default=None)
        high = min((one for one in (self.high, other.high) if one is not None), default=None)
        return low is not None and high is not None and low > high


@dataclass(frozen=True, slots=True)
class Write:
    """A field that a step sets, to one value or (`value` None) to whatever comes out.

    `always`: for every record that starts; `tonight`: on the night it starts; `is_known`: for all those, and
    only those, that meet what is `asked`.
    """

    field: str
    label: str
    value: str | None
    at: Span
    is_choice: bool
    always: bool
    tonight: bool
    is_known: bool
    asked: tuple[Demand, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a workflow asks and sets; `demands` are its conditions, `bars` what keeps records out besides."""

    id: str
    file: str
    module: str
    priority: int
    nightly: bool
    once: str
    demands: tuple[Demand, ...]
    bars: tuple[Demand, ...]
    writes: tuple[Write, ...]

    @property
    def repeats(self) -> bool:
        """Whether a record may start again although nothing but time has passed."""
        return self.once not in {Once.CUSTOMER, Once.FIELD}


def facts_of(workflow: Workflow, document: Document) -> Facts:
    """The facts of a compiled workflow."""
    places = places_of(document)
    demands = tuple(_demands(workflow.condition, places))
    own = [one for one in workflow.bars if one.kind is Barred.STOPPED]
    bars = (_opaque(one.predicate, at) for one in own if (at := places(one.path)) is not None)
    then = () if workflow.goal is None else workflow.goal.then
    later = tuple(_writes(then, _Where(places, always=False, tonight=False, is_known=False)))
    return Facts(
        id=workflow.id,
        file=workflow.file,
        module=workflow.module.key,
        priority=workflow.priority,
        nightly=workflow.active and workflow.fires,
        once=workflow.once_per.kind.value,
        demands=demands,
        bars=tuple(bars),
        writes=(*_writes(workflow.steps, _Where(places)), *later),
    )


# --- what is asked ------------------------------------------------------------------------------------------


def _demands(predicate: Predicate | None, places: Places) -> Iterator[Demand]:
    for part in parts_of(predicate):
        at = places(part.path)
        if at is None:
            continue
        demand = _opaque(part, at)
        subjects = {_subject(test) for test in part.tests} if isinstance(part, Leaf) else set()
        if isinstance(part, Leaf) and len(subjects) == 1:
            demand = _bounded(replace(demand, subject=subjects.pop()), part)
        yield demand


def _opaque(predicate: Predicate, at: Span) -> Demand:
    """A demand of which only is known what it looks at."""
    return Demand("", told(predicate), frozenset(root_of(one) for one in nouns_in(predicate)), at)


def root_of(noun: Field | Relation) -> str:
    """A name for a field or a relation that no other has."""
    if isinstance(noun, Relation):
        return f"{noun.module.key} of {noun.link.key}"
    return f"{noun.at.file}:{noun.at.line}:{noun.key}"


def _subject(test: Test) -> str:
    if isinstance(test, Elapsed):
        return f"{'until' if test.ahead else 'since'} {test.yearly} {told(test.operand)}"
    return told(operands_of(test)[0])


def told(noun: object) -> str:
    """All that a noun means, for comparing; where it stands and how it is worded are no part of it."""
    if isinstance(noun, FieldValue):
        return ".".join([*(one.key for one in noun.links), root_of(noun.field)])
    if isinstance(noun, Field | Relation):
        return root_of(noun)
    if isinstance(noun, Module):
        return noun.key
    if isinstance(noun, tuple):
        return f"({', '.join(map(told, noun))})"
    if not is_dataclass(noun) or isinstance(noun, Length | type):
        return str(noun)
    wording = {"path", "text"} if isinstance(noun, Moment) or hasattr(noun, "path") else {"text"}
    parts = (told(getattr(noun, one.name)) for one in fields(noun) if one.name not in wording)
    return f"{type(noun).__name__}({', '.join(parts)})"


def _bounded(demand: Demand, leaf: Leaf) -> Demand:
    """With its options or bounds, where they are written as such."""
    for test in leaf.tests:
        options, bounds = _options(test), _bounds(test)
        if options is not None:
            more = {NOTHING} if leaf.if_missing and not isinstance(test, Empty) else set[str]()
            demand = replace(demand, options=options | more)
        elif bounds is not None and leaf.if_missing is not True:
            low, high = bounds
            demand = replace(demand, low=low or demand.low, high=demand.high if high is None else high)
        else:
            return replace(demand, options=None, low=None, high=None)
    return demand


_NAMED = {FieldType.CHOICE, FieldType.YES_NO}


def _options(test: Test) -> frozenset[str] | None:
    operand = operands_of(test)[0]
    if operand.type not in _NAMED or not isinstance(operand, FieldValue):
        return None
    every = (
        {"True", "False"}
        if operand.type is FieldType.YES_NO
        else {*operand.field.options, *operand.field.retired}
    )
    if isinstance(test, Empty):
        return frozenset({NOTHING} if test.wanted else every)
    asked = (test.to,) if isinstance(test, Compare) else test.values if isinstance(test, Among) else ()
    if not asked or not all(isinstance(one, Constant) for one in asked):
        return None
    named = {str(one.value) for one in asked if isinstance(one, Constant)}
    negated = test.comparison is Comparison.IS_NOT if isinstance(test, Compare) else False
    negated = test.negated if isinstance(test, Among) else negated
    return frozenset(every - named if negated else named)


_A_LITTLE = Decimal("0.00001")


def _bounds(test: Test) -> tuple[Decimal | None, Decimal | None] | None:
    """The least and the most that will do: of a number as it is, of a length in days."""
    bound: object = None
    if isinstance(test, Compare) and isinstance(test.to, Constant):
        bound = test.to.value
    elif isinstance(test, Elapsed):
        bound = test.length
    if isinstance(bound, Length):
        bound = Decimal(bound.minutes) / 1440
    if not isinstance(bound, Decimal) or (isinstance(test, Elapsed) and test.yearly):
        return None
    assert isinstance(test, Compare | Elapsed)
    return {
        Comparison.IS: (bound, bound),
        Comparison.AT_LEAST: (bound, None),
        Comparison.MORE_THAN: (bound + _A_LITTLE, None),
        Comparison.AT_MOST: (None, bound),
        Comparison.LESS_THAN: (None, bound - _A_LITTLE),
    }.get(test.comparison)


# --- what is set --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Where:
    """For which records, and when, some steps are done; as in Write."""

    places: Places
    asked: tuple[Demand, ...] = ()
    always: bool = True
    tonight: bool = True
    is_known: bool = True


def _writes(steps: Iterable[Step], where: _Where) -> Iterator[Write]:
    for step in steps:
        yield from (_write(field, value, step, where) for field, value in _set_by(step))
        later = replace(where, tonight=where.tonight and not takes_time(step, inside=False))
        for branch in branches_of(step):
            yield from _writes(branch.steps, _within(branch, later))
        where = replace(where, tonight=where.tonight and not takes_time(step, inside=True))
        if may_end(step):
            where = replace(where, always=False, is_known=False)


def _within(branch: Branch, where: _Where) -> _Where:
    """Behind a yes it is known who comes there; behind a no, or where somebody answers, it is not."""
    if len(branch.asked) == 1 and branch.is_asked_here:
        more = tuple(_demands(branch.asked[0][0], where.places))
        return replace(where, asked=(*where.asked, *more), always=False)
    return replace(where, always=False, is_known=False)


def _set_by(step: Step) -> Iterator[tuple[Field, Operand | None]]:
    action = step.action
    if isinstance(action, UpdateField):
        yield from action.changes
    elif isinstance(action, Assign):
        yield action.owner, None


def _write(field: Field, value: Operand | None, step: Step, where: _Where) -> Write:
    constant = None
    if isinstance(value, Constant):
        constant = NOTHING if value.value is None else str(value.value)
    return Write(
        field=root_of(field),
        label=field.labels.told,
        value=constant,
        at=step.at,
        is_choice=field.type is FieldType.CHOICE,
        always=where.always,
        tonight=where.tonight,
        is_known=where.is_known,
        asked=where.asked,
    )
