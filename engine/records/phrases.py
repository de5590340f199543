"""Phrases as SQL: what a text says of a matched record, or nothing where only the text itself can tell why.

Held to the texts by a property test: what is shown here is what engine/model/values.py shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import sqlalchemy as sa

from engine.model.effects import Column
from engine.model.entities import FieldType
from engine.model.phrases import Either, Every, Instead, Known, Phrase, Piece, Says, Shown, Some, Test
from engine.model.values import SCALE, Show
from engine.records.tables import Sql

BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What `str.strip` takes from the ends of a text."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Wording:
    """Puts phrases into SQL; `column` gives the column of a matched record that holds a value."""

    show: Show
    column: Callable[[Column], Sql]

    def phrase(self, phrase: Phrase) -> Sql:
        """The text of a phrase; missing where a value of it is, or cannot be shown."""
        return _joined([self._piece(piece) for piece in phrase])

    def _piece(self, piece: Piece) -> Sql:
        if isinstance(piece, Instead):
            *before, last = piece.choices
            return reduce(self._or, reversed(before), self._choice(last))
        if isinstance(piece, Either):
            cases = [(self._test(test), self.phrase(then)) for test, then in piece.cases]
            return sa.case(*cases, else_=self.phrase(piece.otherwise))
        return self._choice(piece)

    def _choice(self, choice: Shown | str | None) -> Sql:
        if isinstance(choice, Shown):
            return self._shown(choice.column)
        return _TEXT_OF_NONE if choice is None else sa.literal(choice, sa.Text())

    def _or(self, rest: Sql, choice: Shown | str | None) -> Sql:
        if choice is None:
            return rest
        if isinstance(choice, str):
            return self._choice(choice) if choice.strip() else rest
        is_there = (Says if choice.column.type not in _SHOWN else Known)(choice.column, wanted=True)
        return sa.case((self._test(is_there), self._shown(choice.column)), else_=rest)

    def _shown(self, column: Column) -> Sql:
        shown = _SHOWN.get(column.type)
        raw = self.column(column)
        return raw if shown is None else shown(raw, self.show)

    # --- tests --------------------------------------------------------------------------------

    def _test(self, test: Test) -> Sql:
        if isinstance(test, bool):
            return sa.true() if test else sa.false()
        if isinstance(test, Every | Some):
            joined = sa.and_ if isinstance(test, Every) else sa.or_
            return joined(*map(self._test, test.tests))
        raw = self.column(test.column)
        if isinstance(test, Known) or test.column.type.is_numeric:
            return raw.is_not(None) if test.wanted else raw.is_(None)
        if test.column.type is FieldType.YES_NO:
            return sa.func.coalesce(raw, 0) != 0 if test.wanted else sa.func.coalesce(raw, 0) == 0
        bare = sa.func.coalesce(sa.func.trim(raw, BLANKS), "")
        return bare != "" if test.wanted else bare == ""


_TEXT_OF_NONE = sa.cast(sa.null(), sa.Text())


def _joined(parts: list[Sql]) -> Sql:
    if not parts:
        return sa.literal("", sa.Text())
    return reduce(lambda left, right: left.concat(right), parts)


# --- values as people read them -------------------------------------------------------------------


def _day(raw: Sql, show: Show) -> Sql:
    """`2026年3月1日` or `1 March 2026`; missing where it is no day."""
    year, month, day = (sa.func.substr(raw, start, length) for start, length in ((1, 4), (6, 2), (9, 2)))
    if show.language == "zh":
        parts = [year, sa.literal("年"), _unpadded(month), sa.literal("月"), _unpadded(day), sa.literal("日")]
    else:
        names = {f"{number:02}": name for number, name in enumerate(_MONTHS, 1)}
        parts = [
            _unpadded(day),
            sa.literal(" "),
            sa.case(names, value=month),
            sa.literal(" "),
            _unpadded(year),
        ]
    return sa.case((sa.func.is_day(raw), _joined(parts)))


def _unpadded(digits: Sql) -> Sql:
    return sa.func.ltrim(digits, "0", type_=sa.Text())


def _money(raw: Sql, show: Show) -> Sql:
    """`-¥1,234.50`: to the cent, halves away from zero."""
    cents = (_size(raw) * 100 + SCALE // 2) // SCALE
    minus = sa.case((sa.and_(raw < 0, cents > 0), "-"), else_="")
    shown = [sa.func.in_thousands(cents // 100), sa.literal("."), sa.func.padded(cents % 100, 2)]
    return _joined([minus, sa.literal(show.sign), *shown])


def _number(raw: Sql, _: Show) -> Sql:
    """`-12.5`: no more decimals than there are."""
    size = _size(raw)
    whole, part = sa.cast(size // SCALE, sa.Text()), sa.func.padded(size % SCALE, 4)
    digits = sa.func.rtrim(sa.func.rtrim(_joined([whole, sa.literal("."), part]), "0"), ".", type_=sa.Text())
    return sa.case((raw < 0, "-"), else_="").concat(digits)


def _yes_or_no(raw: Sql, show: Show) -> Sql:
    yes, no = show.yes_and_no
    return sa.case((raw != 0, yes), (raw == 0, no))


def _size(raw: Sql) -> Sql:
    return sa.func.abs(raw, type_=sa.BigInteger())


_SHOWN: Mapping[FieldType, Callable[[Sql, Show], Sql]] = {
    FieldType.DATE: _day,
    FieldType.MONEY: _money,
    FieldType.NUMBER: _number,
    FieldType.PERCENT: lambda raw, show: _number(raw, show).concat(sa.literal(" %")),
    FieldType.YES_NO: lambda raw, show: sa.case(
        (raw != 0, show.yes_and_no[0]), (raw == 0, show.yes_and_no[1])
    ),
}
"""How values are shown that are not texts already."""
