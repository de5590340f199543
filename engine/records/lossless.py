"""What a column would cut or round is refused: a company's own table never holds what nobody asked for.

PostgreSQL refuses a number that is too large and a word that is none, but what it is told to turn into the
type of a column it rounds and cuts without a word. So a statement holds what a column would keep against what
was asked, and fails at a row where that is not the same. SQL has no word for failing: our words about the row
are turned into a number, which the server refuses, and `loss_of` reads them out of what it says.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DOMAIN, MONEY

from engine.model.entities import Field, FieldType
from engine.records.dialect import Sql

MINUTES_A_DAY = 1440
"""A company's own column holds a length in days."""

_FACTS = ("field", "value", "stored")
_MARK, _BETWEEN = "wakeline:loss", "\x1e"
_SAID = re.compile(_BETWEEN.join([_MARK, *("(.*?)" for _ in _FACTS), ""]), re.DOTALL)
_TOLD = 200
"""So much of a long text is told."""


def base_of(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """The type of a column's values: of a domain what it is made of, whose length nobody has told us."""
    while isinstance(kind, DOMAIN):
        kind = kind.data_type
    return kind


def without_loss(written: Sql, field: Field, kind: sa.types.TypeEngine[Any]) -> Sql:
    """What is written to a field's column as a value of the column's type; the statement fails on a loss."""
    stored = sa.cast(written, kind)
    compared = _compared(written, stored, field, kind)
    if compared is None:
        return stored
    asked, kept = compared
    return sa.case((kept.is_distinct_from(asked), _refused(field, written, stored)), else_=stored)


def loss_of(failure: BaseException) -> dict[str, str]:
    """The facts of W475, where a statement has failed on a loss; else none."""
    said = _SAID.search(str(failure))
    return dict(zip(_FACTS, said.groups(), strict=True)) if said else {}


def _compared(
    written: Sql, stored: Sql, field: Field, kind: sa.types.TypeEngine[Any]
) -> tuple[Sql, Sql] | None:
    """What was asked and what would be kept, in one form; None for types that keep all, or refuse it."""
    base = base_of(kind)
    if isinstance(base, sa.Enum) or (isinstance(kind, sa.String) and not kind.length):
        return None
    if isinstance(base, sa.String):
        return _bare(written), _bare(stored)
    if isinstance(base, MONEY):  # its text has a sign of currency
        return _number(written, field), _number(sa.cast(stored, sa.Numeric), field)
    if isinstance(base, sa.Integer | sa.Numeric | sa.Float):
        return _number(written, field), _number(stored, field)
    if isinstance(base, sa.Date | sa.DateTime):
        moment = sa.TIMESTAMP(timezone=bool(getattr(base, "timezone", False)))
        return sa.cast(written, moment), sa.cast(stored, moment)
    return None


def _bare(text: Sql) -> Sql:
    """Blanks at the end count for nothing in a column of fixed length."""
    return sa.func.rtrim(sa.cast(text, sa.Text))


def _number(value: Sql, field: Field) -> Sql:
    """By the decimals that a number is shown by; a part of a day has no end of them."""
    if field.type is FieldType.LENGTH:
        return sa.func.round(sa.func.times_scale(value, MINUTES_A_DAY))
    return sa.func.times_scale(value, 1)


def _refused(field: Field, written: Sql, stored: Sql) -> Sql:
    """No value: working it out fails, with our words in what the server says.

    `concat_ws` is never worked out before there are rows, so that nothing fails where none is written.
    """
    told: list[Sql] = [sa.literal(f"{_MARK}{_BETWEEN}{field.labels.told}")]
    told += [sa.func.substr(sa.cast(one, sa.Text), 1, _TOLD) for one in (written, stored)]
    words = sa.func.concat_ws(sa.literal(_BETWEEN), *told, sa.literal(""))
    return sa.cast(sa.cast(sa.cast(words, sa.Integer), sa.Text), stored.type)
