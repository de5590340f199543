"""Predicates and operands become SQL expressions; unknown is NULL (SPIKE section 6).

Moments are computed in Python and bound. Every kind of operand has its own file or method; `_OPERANDS` and
`_TESTS` name them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.model.colleagues import Drawn, LookedUp, Present
from engine.model.effects import Branch
from engine.model.entities import FieldType
from engine.model.moments import Clock, Length
from engine.model.named import Named
from engine.model.operands import (
    Added,
    Age,
    Aggregate,
    Cases,
    Cell,
    Constant,
    Enrolled,
    EventRecord,
    ExpectedNext,
    FieldValue,
    First,
    Gate,
    Listed,
    Lot,
    MomentValue,
    Operand,
    Pick,
    Rank,
    ReachedAt,
    RecordKey,
    Series,
    Tagged,
    Times,
    UsualGap,
)
from engine.model.predicates import (
    All,
    Among,
    Compare,
    Comparison,
    EachUnit,
    Elapsed,
    Empty,
    Fate,
    HasTags,
    Leaf,
    NoneOf,
    OnDay,
    Predicate,
    Standing,
    Test,
    TextPart,
    Trend,
)
from engine.model.scores import BandOf, Score
from engine.model.values import SCALE, to_stored
from engine.records.cells import by_cell, cell_value, cells_asked, with_cell
from engine.records.daynumbers import rounded
from engine.records.days import compare, compare_moments, moment_test
from engine.records.dialect import exactly
from engine.records.enrolled import lower_enrolled, lower_fate, lower_reached_at
from engine.records.gaps import lower_expected, lower_gap
from engine.records.happened import lower_event
from engine.records.lists import lower_list
from engine.records.parts import tagged, tags_test, text_part_test
from engine.records.people import lower_among_named, lower_looked_up, lower_named, lower_present
from engine.records.ranks import lower_rank, standing_demanded, standing_test
from engine.records.related import asks_existence, chooses_groups, chosen_groups, lower_aggregate, related
from engine.records.scopes import ColumnScope, Scope
from engine.records.scores import lower_band, lower_score, score_test
from engine.records.series import each_unit_test, lower_series, trend_demanded, trend_test
from engine.records.spans import age, own_span_test, span_test
from engine.records.tables import RecordTables, Sql, constant, kept_type, missing


@dataclass(frozen=True)
class Lowering:
    """Turns nouns into SQL for one clock; `branches` are known where gates are asked.

    `told` are the events that started what is asked about: record, about (happened.of_run).
    `over_all`: all records of the module are asked, so that a demand may be worked out for all at once.
    `at_once`: most of them are, and related records are better looked at once, in groups, for a demand.
    `joins_groups`: also where an answer is asked for each of them; the groups are joined.
    """

    tables: RecordTables
    clock: Clock
    branches: tuple[Branch, ...] = ()
    told: sa.Subquery | None = None
    over_all: bool = False
    at_once: bool = False
    joins_groups: bool = False
    _answers: dict[tuple[int, int], tuple[Scope, Sql]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What branches were answered: many steps ask for the same, and to say it takes long."""

    # --- predicates -------------------------------------------------------------------------

    def predicate(self, predicate: Predicate, scope: Scope) -> Sql:
        """Yes, no, or NULL for unknown."""
        if isinstance(predicate, Leaf):
            return self.leaf(predicate, scope)
        items = [self.predicate(item, scope) for item in predicate.items]
        if isinstance(predicate, All):
            return sa.and_(*items)
        if isinstance(predicate, NoneOf):
            return sa.not_(sa.or_(*items))
        return sa.or_(*items) if predicate.needs == 1 else _at_least(predicate.needs, items)

    def demand(self, predicate: Predicate, scope: Scope) -> Sql:
        """What must be yes: in this place, unknown is as good as no, and the planner sees the bare tests."""
        if isinstance(predicate, All):
            return sa.and_(*(self.demand(item, scope) for item in predicate.items))
        if isinstance(predicate, Leaf) and not predicate.if_missing:
            return sa.and_(*(self._demanded(test, scope) for test in predicate.tests))
        return self.predicate(predicate, scope)

    def leaf(self, leaf: Leaf, scope: Scope) -> Sql:
        """All tests of a leaf; `if_missing` settles what is left unknown."""
        asked = sa.and_(*(self.test(test, scope) for test in leaf.tests))
        if leaf.if_missing is None:
            return asked
        return sa.func.coalesce(sa.cast(asked, sa.Integer), int(leaf.if_missing)) == 1

    def is_yes(self, predicate: Predicate, scope: Scope) -> Sql:
        """Yes or no; unknown counts as no (Meaning 2)."""
        return sa.func.coalesce(sa.cast(self.predicate(predicate, scope), sa.Integer), 0) == 1

    def gate(self, gate: Gate, scope: Scope) -> Sql:
        """Whether a gate stands open for the record."""
        parts = [
            self.answer(number, scope) if answer else sa.not_(self.answer(number, scope))
            for number, answer in gate.taken
        ]
        parts += [sa.not_(self.gate(one, scope)) for one in gate.unless]
        return sa.and_(*parts) if parts else sa.true()

    def answer(self, number: int, scope: Scope) -> Sql:
        """What a branch was answered, by its number."""
        known = self._answers.get(
            (number, id(scope))
        )  # the scope is kept beside it, so that its id is its own
        if known is None:
            known = scope, self.is_yes(self.branches[number].predicate, scope)
            self._answers[number, id(scope)] = known
        return known[1]

    # --- tests ------------------------------------------------------------------------------

    def test(self, test: Test, scope: Scope) -> Sql:
        """One test; a table cell in it is looked up row by row of the table."""
        cells = cells_asked(test)
        if not cells:
            return _TESTS[type(test)](self, test, scope)
        cell, *others = cells
        answer = by_cell(self, cell, scope, lambda value: self.test(with_cell(test, cell, value), scope))
        return sa.and_(answer, *(by_cell(self, other, scope, lambda _: sa.literal(1)) for other in others))

    def _demanded(self, test: Test, scope: Scope) -> Sql:
        """A test that must be yes."""
        if type(test) in _DEMANDED and not cells_asked(test):
            return _DEMANDED[type(test)](self, test, scope)
        return self.test(test, scope)

    def compare(self, test: Compare, scope: Scope) -> Sql:
        """Two values; a count against none is a question of existence."""
        exists = self._existence(test, scope)
        if exists is not None:
            return exists
        if isinstance(test.operand, Score) and scope.atom(test.operand) is None:
            reached = score_test(self, test, test.operand, scope)
            if reached is not None:
                return reached
        left, right = self.operand(test.operand, scope), self.operand(test.to, scope)
        if test.operand.type.is_moment:
            return compare_moments(left, right, test, self.clock)
        if isinstance(kept_type(test.operand.type), sa.Text):
            left = exactly(left)
        return _without_strays(compare(left, right, test.comparison), left, right, test)

    def compare_demanded(self, test: Compare, scope: Scope) -> Sql:
        """The same where unknown is as good as no: of all records at once, where most of them are asked."""
        if not chooses_groups(self, test, scope):
            return self.compare(test, scope)
        of = test.operand
        assert isinstance(of, Aggregate)

        def fits(value: Sql) -> Sql:
            return self.compare(test, ColumnScope({of: value}, scope.own_key))

        return scope.own_key.in_(chosen_groups(self, of, scope, fits))

    def among(self, test: Among, scope: Scope) -> Sql:
        """One of several values, or none of them."""
        named = tuple(value for value in test.values if isinstance(value, Named))
        if named and len(named) == len(test.values):
            one_of = lower_among_named(self, self.operand(test.operand, scope), named, scope)
        elif all(isinstance(value, Constant) for value in test.values) and not test.operand.type.is_moment:
            values = [self.operand(value, scope) for value in test.values]
            one_of = self.operand(test.operand, scope).in_(values)
        else:
            tests = (Compare(test.operand, Comparison.IS, value) for value in test.values)
            one_of = sa.or_(*(self.compare(one, scope) for one in tests))
        return sa.not_(one_of) if test.negated else one_of

    def elapsed(self, test: Elapsed, scope: Scope) -> Sql:
        """The length between a date and now."""
        value = self.operand(test.operand, scope)
        if isinstance(test.length, Length):
            return span_test(value, test, self.clock)
        return own_span_test(value, self.operand(test.length, scope), test, self.clock)

    def _existence(self, test: Compare, scope: Scope) -> Sql | None:
        """A count against none or one as a question of existence."""
        wanted = asks_existence(test)
        if wanted is None or scope.atom(test.operand) is not None:
            return None
        assert isinstance(test.operand, Aggregate)
        exists = related(self, test.operand, scope, lambda _: sa.literal(1)).exists()
        return exists if wanted else sa.not_(exists)

    # --- operands ---------------------------------------------------------------------------

    def operand(self, operand: Operand, scope: Scope) -> Sql:
        """The value in kept form; NULL when missing."""
        ready = scope.atom(operand)
        if ready is not None:
            return ready
        return _OPERANDS[type(operand)](self, operand, scope)

    def moment(self, operand: MomentValue, _: Scope) -> Sql:
        """A moment as a day or an instant."""
        moment = operand.moment
        by_day = operand.type is FieldType.DATE
        return sa.literal(to_stored(moment.day(self.clock) if by_day else moment.instant(self.clock)))

    def times(self, operand: Times, scope: Scope) -> Sql:
        """A value times a factor, to the nearest kept number."""
        return rounded(self.operand(operand.operand, scope) * float(operand.factor))

    def added(self, operand: Added, scope: Scope) -> Sql:
        """A number plus a constant."""
        return sa.func.coalesce(self.operand(operand.operand, scope), 0) + sa.literal(
            to_stored(operand.amount)
        )

    def first(self, operand: First, scope: Scope) -> Sql:
        """The first that is not missing."""
        return sa.func.coalesce(*(self.operand(one, scope) for one in operand.operands))

    def cases(self, operand: Cases, scope: Scope) -> Sql:
        """The value of the first case that holds."""
        whens = [(self.is_yes(one, scope), self.operand(value, scope)) for one, value in operand.cases]
        return sa.case(*whens, else_=self.operand(operand.otherwise, scope))

    def pick(self, operand: Pick, scope: Scope) -> Sql:
        """One of two, by a gate."""
        opened, shut = self.operand(operand.open, scope), self.operand(operand.shut, scope)
        return sa.case((self.gate(operand.gate, scope), opened), else_=shut)

    def lot(self, operand: Lot, scope: Scope) -> Sql:
        """The record's lot of that name."""
        key = sa.cast(scope.own_key, sa.Text)
        return sa.func.wakeline_lot(key, operand.name, type_=sa.Integer()) * SCALE

    def drawn(self, operand: Drawn, scope: Scope) -> Sql:
        """Who goes before the draw; the draw itself follows once all are selected."""
        return missing(operand.type) if operand.first is None else self.operand(operand.first, scope)


_OPERANDS: Mapping[type[Any], Callable[[Lowering, Any, Scope], Sql]] = {
    FieldValue: lambda _, operand, scope: scope.field(operand),
    RecordKey: lambda _, operand, scope: scope.key(operand),
    Constant: lambda _, operand, __: constant(to_stored(operand.value), operand.type),
    MomentValue: Lowering.moment,
    Cell: cell_value,
    Aggregate: lower_aggregate,
    Series: lower_series,
    UsualGap: lower_gap,
    ExpectedNext: lower_expected,
    Listed: lower_list,
    Rank: lower_rank,
    Score: lower_score,
    BandOf: lower_band,
    Age: lambda lowering, operand, scope: age(
        lowering.operand(operand.operand, scope), operand, lowering.clock
    ),
    Times: Lowering.times,
    Added: Lowering.added,
    Tagged: lambda lowering, operand, scope: tagged(lowering.operand(operand.operand, scope), operand),
    First: Lowering.first,
    Cases: Lowering.cases,
    Pick: Lowering.pick,
    Lot: Lowering.lot,
    Present: lower_present,
    Named: lower_named,
    LookedUp: lower_looked_up,
    EventRecord: lower_event,
    Drawn: Lowering.drawn,
    Enrolled: lower_enrolled,
    ReachedAt: lower_reached_at,
}
"""How each kind of operand is asked."""

_TESTS: Mapping[type[Any], Callable[[Lowering, Any, Scope], Sql]] = {
    Compare: Lowering.compare,
    Among: Lowering.among,
    Empty: lambda lowering, test, scope: _is_empty(lowering.operand(test.operand, scope), test),
    OnDay: lambda lowering, test, scope: moment_test(
        lowering.operand(test.operand, scope), test, lowering.clock
    ),
    Elapsed: Lowering.elapsed,
    TextPart: lambda lowering, test, scope: text_part_test(lowering.operand(test.operand, scope), test),
    HasTags: lambda lowering, test, scope: tags_test(lowering.operand(test.operand, scope), test),
    Trend: trend_test,
    EachUnit: each_unit_test,
    Standing: standing_test,
    Fate: lower_fate,
}
"""How each kind of test is asked."""

_DEMANDED: Mapping[type[Any], Callable[[Lowering, Any, Scope], Sql]] = {
    Compare: Lowering.compare_demanded,
    Trend: trend_demanded,
    Standing: standing_demanded,
}
"""How a test is asked where unknown is as good as no, if there is a cheaper way."""


def _is_empty(value: Sql, test: Empty) -> Sql:
    return value.is_(None) if test.wanted else value.is_not(None)


def _at_least(needs: int, items: list[Sql]) -> Sql:
    """At least so many yes; unknown while the unknown could still make it so."""
    nothing = sa.literal(0)
    yes = sum((sa.func.coalesce(sa.cast(one, sa.Integer), 0) for one in items), nothing)
    perhaps = sum((sa.func.coalesce(sa.cast(one, sa.Integer), 1) for one in items), nothing)
    return sa.case((yes >= needs, 1), (perhaps < needs, 0), else_=None) == 1


def _without_strays(answer: Sql, left: Sql, right: Sql, test: Compare) -> Sql:
    """A kept value that is no option of its field equals nothing (Meaning 17)."""
    sides = [
        (operand.field, value)
        for operand, value in ((test.operand, left), (test.to, right))
        if isinstance(operand, FieldValue) and operand.type is FieldType.CHOICE
    ]
    options = {option for field, _ in sides for option in (*field.options, *field.retired)}
    if not sides or (isinstance(test.to, Constant) and test.to.value in options):
        return answer
    known = sa.and_(
        *(value.in_([sa.literal(one) for one in (*field.options, *field.retired)]) for field, value in sides)
    )
    differs = int(test.comparison is Comparison.IS_NOT)
    return sa.case((known, sa.cast(answer, sa.Integer)), (answer.is_not(None), differs), else_=None) == 1
