"""What the records of a module answer to a condition, for who asks beforehand or why (not)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from engine.model.predicates import Leaf, leaves, whole_answer
from engine.model.workflow import Workflow
from engine.records.dialect import fenced
from engine.records.lower import Lowering
from engine.records.scopes import Scope, TableScope
from engine.records.selection import Selection
from engine.records.tables import Sql

_NO, _YES, _UNKNOWN = range(3)
_ANSWERS = {_NO: False, _YES: True, _UNKNOWN: None}
_DIGITS = 39
"""So many of three each go into a whole number of the database."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How many records gave the same answers: None is unknown. `leaves` are in file order.

    `bar` is the first bar in the way of those that say yes, numbered from 1; else 0.
    """

    whole: bool | None
    leaves: tuple[bool | None, ...]
    count: int
    bar: int = 0


@dataclass(frozen=True)
class Answering:
    """The answers to the condition of a selection's workflow, asked of the records as they are."""

    selection: Selection

    def each(self) -> sa.Select[Any]:
        """Every record of the module: its key, the answer of the whole condition, the first bar that stands
        in the way (numbered from 1, else 0), and the answer of each leaf.
        """
        condition, selection = self.selection.workflow.condition, self.selection
        digits = [answer.label(f"l{number}") for number, answer in enumerate(self._leaves)]
        columns = (self.base.own_key.label("id"), self._first_bar.label("bar"), *digits)
        answered = sa.select(*columns).select_from(self.base.from_clause()).subquery("answered")
        found = [answered.c[digit.name] for digit in digits]
        whole: Sql = sa.literal(1)
        if condition is not None:
            known = _Answered(selection.tables, selection.clock, digits=iter(found))
            whole = sa.cast(known.predicate(condition, self.base), sa.Integer)
        return sa.select(answered.c.id, whole.label("whole"), answered.c.bar, *found)

    def missing(self, number: int, *, right: bool) -> sa.Select[Any]:
        """The keys of records that do not match, and would if one condition, by its number, answered so."""
        condition, selection = self.selection.workflow.condition, self.selection
        assert condition is not None
        inner = self.each().subquery("answers")
        digits: list[Sql] = [inner.c[f"l{place}"] for place in range(len(self._leaves))]
        digits[number] = sa.literal(int(right))
        turned = _Answered(selection.tables, selection.clock, digits=iter(digits))
        is_no = sa.or_(inner.c.whole.is_(None), inner.c.whole == _NO)
        return sa.select(inner.c.id).where(is_no, turned.predicate(condition, self.base))

    def one(self, row: Sequence[Any]) -> Answers:
        """What a row of `each` says."""
        _, whole, bar, *digits = row
        return Answers(_answer(whole), tuple(map(_answer, digits)), 1, bar)

    # --- all records, counted -----------------------------------------------------------------

    def alike(self) -> sa.Select[Any]:
        """How many records give the same answers; at most 3 to the number of leaves groups.

        The answers of a record are the digits of one number, so that numbers are put in order and not rows.
        """
        told = [code.label(f"c{number}") for number, code in enumerate(self.codes(_DIGITS))]
        coded = fenced(sa.select(*told).select_from(self.base.from_clause())).subquery("coded")
        return sa.select(sa.func.count(), *coded.c).group_by(*coded.c)

    def told(self, row: Sequence[Any]) -> Answers:
        """What a row of `alike` says."""
        count, *codes = row
        return answers_in(self.selection.workflow, codes, _DIGITS, count)

    def codes(self, digits: int) -> list[Sql]:
        """The answers of a record as numbers of so many digits of three, and the first bar in the way.

        There is one number at least, or nothing would be counted; `answers_in` reads them.
        """
        codes = self.codes_among(range(len(self._leaves)), digits)
        return [*codes, self._first_bar] if self.selection.workflow.bars else codes

    def codes_among(self, numbers: Sequence[int], digits: int) -> list[Sql]:
        """The answers to some conditions, by their numbers, in the same form."""
        asked = [self._leaves[number] for number in numbers]
        return [self._code(asked[first : first + digits]) for first in _firsts(len(asked), digits)]

    @staticmethod
    def _code(answers: Sequence[Sql]) -> Sql:
        code: Sql = sa.cast(sa.literal(0), sa.BigInteger)
        for answer in reversed(answers):
            code = code * len(_ANSWERS) + sa.func.coalesce(answer, _UNKNOWN)
        return code

    # --- what keeps them away -----------------------------------------------------------------

    def barred(self) -> sa.Select[Any]:
        """Each bar that stands first in the way of records that say yes, and of how many.

        Only the barred records are grouped: the database leaves out the others while it scans.
        """
        base, workflow, lowering = self.base, self.selection.workflow, self.lowering
        tests = [] if workflow.condition is None else [lowering.predicate(workflow.condition, base)]
        tests.append(sa.or_(*(lowering.is_yes(bar.predicate, base) for bar in workflow.bars)))
        first = sa.select(self._first_bar.label("bar")).select_from(base.from_clause()).where(*tests)
        barred = first.subquery("barred")
        return sa.select(barred.c.bar, sa.func.count()).group_by(barred.c.bar)

    # --- parts --------------------------------------------------------------------------------

    @cached_property
    def base(self) -> TableScope:
        """The records that are asked."""
        return TableScope.of(self.selection.tables, self.selection.workflow.module, "base")

    @cached_property
    def lowering(self) -> Lowering:
        """Nothing is worked out for all records at once: often only one is asked."""
        return replace(self.selection.lowering, over_all=False)

    @cached_property
    def _leaves(self) -> Sequence[Sql]:
        condition = self.selection.workflow.condition
        asked = [] if condition is None else leaves(condition)
        return [sa.cast(self.lowering.leaf(leaf, self.base), sa.Integer) for leaf in asked]

    @property
    def _first_bar(self) -> Sql:
        """The first bar that stands in the way, numbered from 1; else 0."""
        bars = [
            (self.lowering.is_yes(bar.predicate, self.base), number)
            for number, bar in enumerate(self.selection.workflow.bars, start=1)
        ]
        return sa.case(*bars, else_=0) if bars else sa.literal(0)


def answers_in(workflow: Workflow, codes: Sequence[int], digits: int, count: int = 1) -> Answers:
    """What the numbers of `Answering.codes` say of records of a workflow."""
    asked = 0 if workflow.condition is None else len(list(leaves(workflow.condition)))
    bar = codes[-1] if workflow.bars else 0
    told = tuple(
        answer
        for code, first in zip(codes, _firsts(asked, digits), strict=False)
        for answer in _read(code, min(digits, asked - first))
    )
    whole = True if workflow.condition is None else whole_answer(workflow.condition, told)
    return Answers(whole, told, count, bar)


def codes_of(told: Sequence[bool | None], digits: int) -> list[int]:
    """The numbers of `Answering.codes` for some answers, without the bar."""
    digit = {answer: number for number, answer in _ANSWERS.items()}
    return [
        sum(
            digit[answer] * len(_ANSWERS) ** place
            for place, answer in enumerate(told[first : first + digits])
        )
        for first in _firsts(len(told), digits)
    ]


def _firsts(asked: int, digits: int) -> range:
    """The first leaf of each number."""
    return range(0, max(asked, 1), digits)


def _read(code: int, count: int) -> Iterator[bool | None]:
    for _ in range(count):
        code, digit = divmod(code, len(_ANSWERS))
        yield _ANSWERS[digit]


def _answer(digit: Any) -> bool | None:
    return None if digit is None else bool(digit)


@dataclass(frozen=True)
class _Answered(Lowering):
    """Puts a condition together from the answers of its leaves, in file order."""

    digits: Iterator[Sql] = field(default_factory=lambda: iter(()))

    def leaf(self, leaf: Leaf, scope: Scope) -> Sql:  # noqa: ARG002 - it has been answered
        """The next digit."""
        return next(self.digits) == 1
