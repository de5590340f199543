"""Predicates and operands become SQL expressions; unknown is NULL (SPIKE section 6).

Moments are computed in Python and bound; the database does no date arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from engine.model.effects import Branch
from engine.model.entities import FieldType
from engine.model.moments import Clock, Length, Period, Reach
from engine.model.predicates import (
    Added,
    Aggregate,
    All,
    Among,
    Carrying,
    Cases,
    Cell,
    Compare,
    Comparison,
    Constant,
    Elapsed,
    Empty,
    FieldValue,
    First,
    Function,
    Gate,
    HasTags,
    Leaf,
    MomentValue,
    NoneOf,
    OnDay,
    Operand,
    Part,
    Pick,
    Predicate,
    RecordKey,
    Tagged,
    Test,
    TextPart,
    operands_of,
)
from engine.model.values import Value, to_stored
from engine.records.days import compare, compare_moments, elapsed_test, moment_test, within_period
from engine.records.scopes import Scope, TableScope
from engine.records.tables import RecordTables, Sql

_FUNCTIONS: dict[Function, Callable[[Sql], Sql]] = {
    Function.SUM: lambda column: sa.func.coalesce(sa.func.sum(column), 0),
    Function.AVERAGE: lambda column: sa.cast(sa.func.round(sa.func.avg(column)), sa.BigInteger),
    Function.SMALLEST: sa.func.min,
    Function.LARGEST: sa.func.max,
    Function.LATEST: sa.func.max,
    Function.EARLIEST: sa.func.min,
    Function.DISTINCT: lambda column: sa.func.count(sa.distinct(column)) * 10_000,
}


@dataclass(frozen=True)
class Lowering:
    """Turns nouns into SQL for one clock; `branches` are known where gates are asked."""

    tables: RecordTables
    clock: Clock
    branches: tuple[Branch, ...] = ()

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
            self._answer(number, scope) if answer else sa.not_(self._answer(number, scope))
            for number, answer in gate.taken
        ]
        parts += [sa.not_(self.gate(one, scope)) for one in gate.unless]
        return sa.and_(*parts) if parts else sa.true()

    def _answer(self, number: int, scope: Scope) -> Sql:
        return self.is_yes(self.branches[number].predicate, scope)

    # --- tests ------------------------------------------------------------------------------

    def test(self, test: Test, scope: Scope) -> Sql:
        """One test; a table cell in it is looked up row by row of the table."""
        cells = _cells_asked(test)
        if not cells:
            return self._plain_test(test, scope)
        cell, *others = cells
        answer = self._by_cell(cell, scope, lambda value: self.test(_with_cell(test, cell, value), scope))
        return sa.and_(answer, *(self._by_cell(other, scope, lambda _: sa.literal(1)) for other in others))

    def _plain_test(self, test: Test, scope: Scope) -> Sql:
        if isinstance(test, Compare):
            return self._compare(test, scope)
        if isinstance(test, Among):
            among = self._among(test, scope)
            return sa.not_(among) if test.negated else among
        operand = self.operand(test.operand, scope)
        if isinstance(test, Empty):
            return operand.is_(None) if test.wanted else operand.is_not(None)
        if isinstance(test, OnDay):
            return moment_test(operand, test, self.clock)
        if isinstance(test, Elapsed):
            return elapsed_test(operand, test, self.clock)
        return _text_part(operand, test) if isinstance(test, TextPart) else _has_tags(operand, test)

    def _compare(self, test: Compare, scope: Scope) -> Sql:
        if isinstance(test.operand, Aggregate) and scope.atom(test.operand) is None:
            exists = self._existence(test, test.operand, scope)
            if exists is not None:
                return exists
        left, right = self.operand(test.operand, scope), self.operand(test.to, scope)
        if test.operand.type.is_moment:
            return compare_moments(left, right, test, self.clock)
        return _without_strays(compare(left, right, test.comparison), left, right, test)

    def _among(self, test: Among, scope: Scope) -> Sql:
        if all(isinstance(value, Constant) for value in test.values) and not test.operand.type.is_moment:
            return self.operand(test.operand, scope).in_(
                [self.operand(value, scope) for value in test.values]
            )
        equal = (self._compare(Compare(test.operand, Comparison.IS, value), scope) for value in test.values)
        return sa.or_(*equal)

    def _existence(self, test: Compare, aggregate: Aggregate, scope: Scope) -> Sql | None:
        """A count against none or one is a question of existence, the cheapest to ask (SPIKE section 1)."""
        if aggregate.function is not Function.COUNT or not isinstance(test.to, Constant):
            return None
        asked = (test.comparison, to_stored(test.to.value))
        none = {(Comparison.IS, 0), (Comparison.LESS_THAN, 10_000), (Comparison.AT_MOST, 0)}
        some = {(Comparison.IS_NOT, 0), (Comparison.AT_LEAST, 10_000), (Comparison.MORE_THAN, 0)}
        if asked not in none | some:
            return None
        exists = self._related(aggregate, scope, lambda _: sa.literal(1)).exists()
        return sa.not_(exists) if asked in none else exists

    # --- table cells ------------------------------------------------------------------------

    def _by_cell(self, cell: Cell, scope: Scope, make: Callable[[Value], Sql]) -> Sql:
        """For each value of the cell its own expression; no for `none`, unknown where no row fits."""
        by = [self.operand(one, scope) for one in cell.by]
        whens: list[tuple[Sql, Any]] = []
        for value, keys in _grouped(cell).items():
            fits = sa.or_(*(_equals(by, row) for row in keys))
            whens.append((fits, 0 if value is None else sa.cast(make(value), sa.Integer)))
        rest: Any = None
        if cell.has_otherwise:
            known = sa.and_(*(one.is_not(None) for one in by))
            whens.append((known, 0 if cell.otherwise is None else sa.cast(make(cell.otherwise), sa.Integer)))
        return sa.case(*whens, else_=rest) == 1

    def _cell_value(self, cell: Cell, scope: Scope) -> Sql:
        by = [self.operand(one, scope) for one in cell.by]
        whens: list[tuple[Sql, Any]] = [(_equals(by, row), to_stored(value)) for row, value in cell.rows]
        if cell.has_otherwise:
            whens.append((sa.and_(*(one.is_not(None) for one in by)), to_stored(cell.otherwise)))
        return sa.case(*whens, else_=None)

    # --- operands ---------------------------------------------------------------------------

    def operand(self, operand: Operand, scope: Scope) -> Sql:
        """The value in kept form; NULL when missing."""
        ready = scope.atom(operand)
        if ready is not None:
            return ready
        if isinstance(operand, FieldValue):
            return scope.field(operand)
        if isinstance(operand, RecordKey):
            return scope.key(operand)
        if isinstance(operand, Constant):
            return sa.literal(to_stored(operand.value))
        if isinstance(operand, Aggregate):
            return self.aggregate(operand, scope)
        if isinstance(operand, Cell):
            return self._cell_value(operand, scope)
        return self._made(operand, scope)

    def _made(self, operand: MomentValue | Added | Tagged | First | Cases | Pick, scope: Scope) -> Sql:
        if isinstance(operand, MomentValue):
            moment = operand.moment
            by_day = operand.type is FieldType.DATE
            return sa.literal(to_stored(moment.day(self.clock) if by_day else moment.instant(self.clock)))
        if isinstance(operand, Added):
            return sa.func.coalesce(self.operand(operand.operand, scope), 0) + sa.literal(
                to_stored(operand.amount)
            )
        if isinstance(operand, Tagged):
            return _with_tag(self.operand(operand.operand, scope), operand)
        if isinstance(operand, First):
            return sa.func.coalesce(*(self.operand(one, scope) for one in operand.operands))
        if isinstance(operand, Cases):
            whens = [(self.is_yes(one, scope), self.operand(value, scope)) for one, value in operand.cases]
            return sa.case(*whens, else_=self.operand(operand.otherwise, scope))
        opened, shut = self.operand(operand.open, scope), self.operand(operand.shut, scope)
        return sa.case((self.gate(operand.gate, scope), opened), else_=shut)

    def aggregate(self, operand: Aggregate, scope: Scope) -> Sql:
        """A correlated scalar over the related records (SPIKE section 1: sound everywhere)."""
        cell = operand.window.cell if operand.window else None
        if cell is not None:
            return self._aggregate_by_cell(operand, cell, scope)
        if operand.function is Function.COUNT:
            return self._related(operand, scope, lambda _: sa.func.count() * 10_000).scalar_subquery()
        assert operand.field is not None
        measured, function = operand.field, _FUNCTIONS[operand.function]
        statement = self._related(operand, scope, lambda inner: function(self.operand(measured, inner)))
        return statement.scalar_subquery()

    def _aggregate_by_cell(self, operand: Aggregate, cell: Cell, scope: Scope) -> Sql:
        by = [self.operand(one, scope) for one in cell.by]
        whens: list[tuple[Sql, Any]] = []
        for value, keys in _grouped(cell).items():
            made = None if value is None else self.aggregate(_with_window(operand, value), scope)
            whens.append((sa.or_(*(_equals(by, row) for row in keys)), made))
        if cell.has_otherwise and cell.otherwise is not None:
            known = sa.and_(*(one.is_not(None) for one in by))
            whens.append((known, self.aggregate(_with_window(operand, cell.otherwise), scope)))
        return sa.case(*whens, else_=None)

    def _related(self, operand: Aggregate, scope: Scope, make: Callable[[TableScope], Sql]) -> sa.Select[Any]:
        """SELECT something FROM the related records that belong to the record and fit window and where."""
        relation = operand.relation
        inner = TableScope.of(self.tables, relation.module, f"r{_depth(scope)}_{relation.module.key}")
        tests: list[Sql] = [self.tables.link(relation.link, inner.source) == scope.own_key]
        window = operand.window
        if window is not None and window.period is not None:
            on = self.tables.kept(relation.module, window.on, inner.source)
            tests.append(within_period(on, window.on.type, window.period, self.clock))
        if operand.where is not None:
            tests.append(self.predicate(operand.where, inner))
        statement = sa.select(make(inner)).select_from(inner.from_clause()).where(*tests)
        return statement.correlate_except(*inner.aliases())


def _depth(scope: Scope) -> int:
    """How deep a scope lies, so that a table related to itself gets another alias."""
    name = getattr(getattr(scope, "source", None), "name", "")
    return int(name[1]) + 1 if name[:1] == "r" and name[1:2].isdigit() else 0


def _at_least(needs: int, items: list[Sql]) -> Sql:
    """At least so many yes; unknown while the unknown could still make it so."""
    nothing = sa.literal(0)
    yes = sum((sa.func.coalesce(sa.cast(one, sa.Integer), 0) for one in items), nothing)
    perhaps = sum((sa.func.coalesce(sa.cast(one, sa.Integer), 1) for one in items), nothing)
    return sa.case((yes >= needs, 1), (perhaps < needs, 0), else_=None) == 1


def _grouped(cell: Cell) -> dict[Value, list[tuple[Value, ...]]]:
    """The rows by their cell; of two for the same values the first counts."""
    grouped: dict[Value, list[tuple[Value, ...]]] = {}
    for row, value in dict(reversed(cell.rows)).items():
        grouped.setdefault(value, []).append(row)
    return grouped


def _equals(by: list[Sql], row: tuple[Value, ...]) -> Sql:
    return sa.and_(*(one == to_stored(value) for one, value in zip(by, row, strict=True)))


def _with_window(operand: Aggregate, length: Value) -> Aggregate:
    assert operand.window is not None
    assert isinstance(length, Length)
    return replace(
        operand, window=replace(operand.window, cell=None, period=Period(Reach.LAST, length=length))
    )


def _cells_asked(test: Test) -> list[Cell]:
    """The cells a test looks up; a cell that is its subject is a value that an earlier step wrote."""
    subject, *others = operands_of(test)
    windows = (one.window for one in (subject, *others) if isinstance(one, Aggregate))
    cells = (window.cell for window in windows if window is not None)
    return [*(one for one in others if isinstance(one, Cell)), *(cell for cell in cells if cell is not None)]


def _with_cell(test: Test, cell: Cell, value: Value) -> Test:
    """The test with a table cell replaced by one of its values."""

    def windowed(operand: Operand) -> Operand:
        if isinstance(operand, Aggregate) and operand.window is not None and operand.window.cell is cell:
            return _with_window(operand, value)
        return operand

    def other(operand: Operand) -> Operand:
        return Constant(value, cell.type) if operand is cell else windowed(operand)

    test = replace(test, operand=windowed(test.operand))
    if isinstance(test, Elapsed) and test.length is cell:
        assert isinstance(value, Length)
        return replace(test, length=value)
    if isinstance(test, Compare):
        return replace(test, to=other(test.to))
    return replace(test, values=tuple(map(other, test.values))) if isinstance(test, Among) else test


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


_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _text_part(operand: Sql, test: TextPart) -> Sql:
    """SQLite's lower() and this one fold A to Z only, so both databases agree."""
    text, folded = test.text.translate(_LOWER), sa.func.lower(operand)
    if test.part is Part.CONTAINS:
        return sa.func.instr(folded, text) > 0
    if test.part is Part.STARTS_WITH:
        return sa.func.substr(folded, 1, len(text)) == text
    start = sa.func.length(operand) - len(text) + 1
    return sa.and_(start > 0, sa.func.substr(folded, start) == text)


def _has_tags(operand: Sql, test: HasTags) -> Sql:
    carried = [sa.func.instr(sa.func.coalesce(operand, ""), f"|{tag}|") > 0 for tag in test.tags]
    if test.carrying is Carrying.HAS_ALL:
        return sa.and_(*carried)
    return sa.or_(*carried) if test.carrying is Carrying.HAS else sa.not_(sa.or_(*carried))


def _with_tag(tags: Sql, tagged: Tagged) -> Sql:
    """The tags with one more, in the order of the model's options; what is no option is kept, behind them."""
    present = sa.func.coalesce(tags, "|")
    parts: Sql = sa.literal("|")
    rest: Sql = sa.func.replace(present, "|", "||")
    for option in (*tagged.field.options, *tagged.field.retired):
        kept, mark = sa.literal(f"{option}|"), f"|{option}|"
        carried = (
            kept if option == tagged.tag else sa.case((sa.func.instr(present, mark) > 0, kept), else_="")
        )
        parts, rest = parts + carried, sa.func.replace(rest, mark, "")
    return parts + sa.func.substr(sa.func.replace(rest, "||", "|"), 2)
