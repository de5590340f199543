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
from engine.model.phrases import (
    Either,
    Every,
    Instead,
    Known,
    Phrase,
    Piece,
    Says,
    Shown,
    Some,
    Test,
    pieces_of,
)
from engine.model.values import SCALE, Show
from engine.records.tables import Sql

BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What `str.strip` takes from the ends of a text."""

_SHORT = 50
"""No value is longer that is not a text."""
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

    def untold(self, phrase: Phrase, longest: int) -> Sql:
        """Whether the text of a phrase comes to nothing, or may come to more than so many characters."""
        long = [sa.func.coalesce(sa.func.octets(self.column(one)), 0) for one in _wordy_in(phrase)]
        besides = _most_besides(phrase)
        too_long = [sum(long, sa.literal(besides)) > longest] if long or besides > longest else []
        return sa.or_(sa.false(), *self._lacks(phrase), *too_long)

    def _lacks(self, phrase: Phrase) -> list[Sql]:
        """What makes the text come to nothing."""
        return [lack for piece in phrase if (lack := self._lack(piece)) is not None]

    def _lack(self, piece: Piece) -> Sql | None:
        if isinstance(piece, str):
            return None
        if isinstance(piece, Shown):
            return self._is_unshown(piece.column)
        if isinstance(piece, Instead):
            *before, last = piece.choices
            found = [(self._is_there(one), self._lack(one)) for one in before]
            return _first_lack(found, self._lack(last))
        if isinstance(piece, Either):
            cases = [(self._test(test), _any_of(self._lacks(then))) for test, then in piece.cases]
            return _first_lack(cases, _any_of(self._lacks(piece.otherwise)))
        return sa.true()

    def _is_unshown(self, column: Column) -> Sql:
        raw = self.column(column)
        if column.type is FieldType.DATE:
            return sa.func.coalesce(sa.not_(_is_shown_day(raw, self.show)), sa.true())
        return raw.is_(None)

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
        return sa.case((self._is_there(choice), self._choice(choice)), else_=rest)

    def _is_there(self, choice: Shown | str | None) -> Sql:
        """Whether a choice is taken, and none after it."""
        if isinstance(choice, Shown):
            ask = Says if choice.column.type not in _SHOWN else Known
            return self._test(ask(choice.column, wanted=True))
        return sa.true() if choice is not None and choice.strip() else sa.false()

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


def _first_lack(cases: list[tuple[Sql, Sql | None]], rest: Sql | None) -> Sql | None:
    """What is lacking behind the first test that holds, else of the rest; None where nothing can be."""
    if rest is None and all(lack is None for _, lack in cases):
        return None
    told = [(test, sa.false() if lack is None else lack) for test, lack in cases]
    return sa.case(*told, else_=sa.false() if rest is None else rest)


def _any_of(lacks: list[Sql]) -> Sql | None:
    return sa.or_(*lacks) if lacks else None


def _wordy_in(phrase: Phrase) -> list[Column]:
    """The columns whose texts may be long, as often as they are shown."""
    shown = [piece.column for piece in pieces_of(phrase) if isinstance(piece, Shown)]
    return [column for column in shown if column.type not in _SHOWN]


def _most_besides(phrase: Phrase) -> int:
    """How long everything else is, at most."""
    short = (piece for piece in pieces_of(phrase) if isinstance(piece, str) or piece.column.type in _SHOWN)
    return sum(len(piece) if isinstance(piece, str) else _SHORT for piece in short)


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
    return sa.case((_is_shown_day(raw, show), _joined(parts)))


def _is_shown_day(raw: Sql, show: Show) -> Sql:
    """Whether a text is a day that is shown: in Chinese the digits will do, in English the day must exist."""
    if show.language != "zh":
        return sa.func.is_day(raw)
    is_no_zero = (sa.func.substr(raw, start, 2) != "00" for start in (6, 9))
    return sa.and_(sa.func.looks_like_day(raw), *is_no_zero)


def _unpadded(digits: Sql) -> Sql:
    return sa.func.ltrim(digits, "0", type_=sa.Text())


def _money(raw: Sql, show: Show) -> Sql:
    """`-¥1,234.50`: to the cent, halves away from zero."""
    size, cent = _size(raw), SCALE // 100
    # Nothing is multiplied: the largest amounts are near the end of what the database can hold.
    cents = size // cent + size % cent * 2 // cent
    minus = sa.case((sa.and_(raw < 0, cents > 0), "-"), else_="")
    shown = [sa.func.in_thousands(cents // 100), sa.literal("."), sa.func.padded(cents % 100, 2)]
    # SQLite's `printf` takes what is missing for 0.
    return sa.case((raw.is_not(None), _joined([minus, sa.literal(show.sign), *shown])))


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
    FieldType.YES_NO: _yes_or_no,
}
"""How values are shown that are not texts already."""
