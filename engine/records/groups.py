"""Groups: all records of a module at once, each with what the records related to it make.

They are joined to a statement over the module. Whatever is asked over one relation is worked out by one look
at its records: the days of each question narrow its own values, and those of all of them the look.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause

from engine.model.operands import Aggregate, Window
from engine.model.predicates import Predicate
from engine.records.scopes import TableScope
from engine.records.tables import Sql
from engine.records.windows import Days, days_of, is_by_day, outside, within

if TYPE_CHECKING:
    from engine.records.lower import Lowering

Make = Callable[[TableScope], Sequence[Sql]]


@dataclass(frozen=True)
class Look:
    """The related records that values are made of: those in `window`, not in `except_`, that fit `where`.

    No other day than `days` matters to the values, where that is known.
    """

    window: Window | None
    except_: Window | None
    where: Predicate | None
    days: Days | None

    @classmethod
    def of(cls, lowering: Lowering, operand: Aggregate, days: Days | None) -> Look:
        """What an aggregate looks at; `days` are those of a series."""
        days = days or days_of(operand.window, lowering.clock)
        return cls(operand.window, operand.except_, operand.where, days)


@dataclass(frozen=True)
class _Asked:
    look: Look
    make: Make
    columns: Sequence[Sql]


@dataclass
class Groups:
    """What is asked over one relation, so far."""

    lowering: Lowering
    link: Sql
    inner: TableScope
    name: str
    _asked: dict[Hashable, _Asked] = field(default_factory=dict)

    def values(self, of: Hashable, look: Look, make: Make) -> Sequence[Sql]:
        """Columns of what `make` gives of each group, missing without one; `of` names it, to be made once."""
        if of not in self._asked:
            before = sum(len(one.columns) for one in self._asked.values())
            columns: list[Sql] = [
                # By name: the statement that it is a column of comes to be when everything is asked.
                sa.literal_column(f"{self.name}.v{number}", one.type)
                for number, one in enumerate(make(self.inner), before)
            ]
            self._asked[of] = _Asked(look, make, columns)
        return self._asked[of].columns

    def statement(self) -> FromClause:
        """The `id` of every record that has related ones, and all that was asked for."""
        looks = {one.look for one in self._asked.values()}
        if len(looks) == 1:
            [look] = looks
            tests, made = self._tests(look), [self._made(one, []) for one in self._asked.values()]
        else:
            days = _all_days([one.days for one in looks])
            tests = [] if days is None else [days.test(self.lowering, self.inner)]
            made = [self._made(one, self._tests(one.look, known=days)) for one in self._asked.values()]
        values = [value for some in made for value in some]
        named = [value.label(f"v{number}") for number, value in enumerate(values)]
        chosen = sa.select(self.link.label("id"), *named).select_from(self.inner.from_clause())
        return chosen.where(*tests).group_by(self.link).subquery(self.name)

    def _made(self, asked: _Asked, tests: Sequence[Sql]) -> Sequence[Sql]:
        return asked.make(replace(self.inner, among=tuple(tests)))

    def _tests(self, look: Look, known: Days | None = None) -> list[Sql]:
        """Whether a related record is one of those looked at; `known`: it lies in these days."""
        tests: list[Sql] = []
        if look.window is None:
            if look.days is not None and known is None:
                tests.append(look.days.test(self.lowering, self.inner))
        elif look.days != known or not is_by_day(look.window):
            tests.append(within(self.lowering, look.window, self.inner, self.inner))
        if look.except_ is not None:
            tests.append(outside(self.lowering, look.except_, self.inner, self.inner))
        if look.where is not None:
            tests.append(self.lowering.predicate(look.where, self.inner))
        return tests


def _all_days(some: Sequence[Days | None]) -> Days | None:
    """The days that hold all of these; None where one is not known, or they are those of another field."""
    known = [one for one in some if one is not None]
    if len(known) < len(some) or len({one.on.key for one in known}) > 1:
        return None
    firsts = [one.first for one in known if one.first is not None]
    first = min(firsts) if len(firsts) == len(known) else None
    return Days(known[0].on, first, max(one.last for one in known))
