"""The tables of a model's modules, and each field as an expression in kept form.

Our own tables hold values as `to_stored` makes them. A company's own tables (`table:` in the model) are
read as they are; `kept` turns their columns into kept form and `written` turns kept form back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import ColumnElement, FromClause

from engine.model.entities import Field, FieldType, Model, Module
from engine.model.values import SCALE

Sql = ColumnElement[Any]

_MINUTES_A_DAY = 1440
_INTEGERS = {FieldType.YES_NO, FieldType.LENGTH}
_YES = ("1", "1.0", "是", "yes", "Yes", "YES", "true", "True", "TRUE", "Y", "y")
_NO = ("0", "0.0", "否", "no", "No", "NO", "false", "False", "FALSE", "N", "n")
_MOST = 9.0 * 10**17
"""Beyond this a kept number is nonsense, and near the end of what the database can hold."""


class RecordTables:
    """One SQLAlchemy table a module."""

    def __init__(self, model: Model, zone: str, absent: frozenset[tuple[str, str]] = frozenset()) -> None:
        """`absent`: columns (table, column) of ours that a database lacks so far; they read as missing."""
        self.model = model
        self.zone = zone
        self.absent = absent
        self.metadata = sa.MetaData()
        self._tables = {key: self._table(module) for key, module in model.modules.items()}

    def of(self, module: Module) -> sa.Table:
        """The table of a module."""
        return self._tables[module.key]

    def owned(self) -> list[sa.Table]:
        """The tables that Wakeline makes and alters itself."""
        return [self._tables[key] for key, module in self.model.modules.items() if not module.table]

    def key(self, module: Module, source: FromClause) -> Sql:
        """The record key, as it stands in the table."""
        return source.c[module.record_key.column]

    def kept(self, module: Module, field: Field, source: FromClause) -> Sql:
        """A stored field of a module in kept form."""
        if (self.of(module).name, field.column) in self.absent:
            return sa.null()
        column: Sql = source.c[field.column]
        if field is module.record_key and field.type is FieldType.NUMBER:
            return column * SCALE
        if module.table:
            return self._foreign(field, column)
        is_number = field.type is FieldType.LINK and self._numeric_key(field)
        return sa.cast(column, sa.Text) if is_number else column

    def link(self, field: Field, source: FromClause) -> Sql:
        """A link field as it stands in the table, to join on."""
        return source.c[field.column]

    def written(self, module: Module, field: Field, value: Sql) -> Sql:
        """A value in kept form as the module's column takes it."""
        if not module.table:
            return value
        if field.type.is_numeric:
            return sa.cast(value, sa.Float) / float(SCALE)
        if field.type is FieldType.TAGS:
            return sa.func.replace(sa.func.trim(value, "|"), "|", ",")
        if field.type is FieldType.DATETIME:
            return sa.func.wakeline_local(value, self.zone)
        if field.type is FieldType.LENGTH:
            return value / _MINUTES_A_DAY
        return value

    def _table(self, module: Module) -> sa.Table:
        stored = [field for field in module.fields.values() if field.computed is None]
        columns = [sa.Column(module.record_key.column, _key_type(module), primary_key=True)]
        others = (field for field in stored if field.column != module.record_key.column)
        columns += [sa.Column(field.column, self._type(field)) for field in others]
        indexes = [] if module.table else _link_indexes(module)
        name = module.table or module.key
        counts_itself = module.record_key.type is FieldType.NUMBER
        return sa.Table(
            name, self.metadata, *columns, *indexes, sqlite_with_rowid=bool(module.table) or counts_itself
        )

    def _type(self, field: Field) -> sa.types.TypeEngine[Any]:
        if field.type is FieldType.LINK and field.to and self._numeric_key(field):
            return sa.BigInteger()
        if field.type.is_numeric or field.type in _INTEGERS:
            return sa.BigInteger()
        return sa.Text()

    def _numeric_key(self, field: Field) -> bool:
        return self.model.modules[field.to].record_key.type is FieldType.NUMBER

    def _foreign(self, field: Field, column: Sql) -> Sql:
        """A column of a company's own table in kept form; blanks and what is no value are missing."""
        text = sa.func.nullif(sa.func.trim(sa.cast(column, sa.Text)), "")
        if field.type.is_numeric:
            return _whole(column, text, SCALE, least=-_MOST)
        if field.type is FieldType.DATE:
            day = sa.func.substr(text, 1, 10)
            # `+0 days` makes every version of SQLite turn 31 February into a day that exists.
            exists = sa.and_(sa.func.date(day, "+0 days") == day, day >= "0001-01-01")
            return sa.case((exists, day), else_=None)
        if field.type is FieldType.DATETIME:
            return sa.func.wakeline_utc(text, self.zone)
        if field.type is FieldType.YES_NO:
            yes, no = (text.in_([sa.literal(one) for one in some]) for some in (_YES, _NO))
            return sa.case((yes, 1), (no, 0), else_=None)
        if field.type is FieldType.TAGS:
            commas = sa.func.replace(sa.func.replace(text, "，", ","), ", ", ",")
            return sa.literal("|") + sa.func.replace(commas, ",", "|") + sa.literal("|")
        if field.type is FieldType.LENGTH:
            return _whole(column, text, _MINUTES_A_DAY, least=0.0)
        if field.also_options:
            return sa.case(dict(field.also_options), value=text, else_=text)
        return text


def binding(number: int) -> sa.BindParameter[Any]:
    """A statement's parameter by its place: a field's key might be the name of something else there."""
    return sa.bindparam(_place(number))


def bound(row: Iterable[Any]) -> dict[str, Any]:
    """A row as parameters by their places."""
    return {_place(number): value for number, value in enumerate(row)}


def _place(number: int) -> str:
    return f"wakeline_p{number}"


def _whole(column: Sql, text: Sql, scale: int, *, least: float) -> Sql:
    """A number times `scale` as a whole number; text must be digits with a sign and a point at most."""
    digits = sa.func.ltrim(text, "-+")
    written = sa.and_(
        sa.func.length(text) - sa.func.length(digits) <= 1,
        sa.func.glob("*[^0-9.]*", digits) == 0,
        sa.func.glob("*[0-9]*", digits) == 1,
        sa.func.glob("*.*.*", digits) == 0,
    )
    counts = sa.func.typeof(column).in_([sa.literal("integer"), sa.literal("real")])
    scaled = column * float(scale)
    is_number = sa.and_(sa.or_(counts, written), scaled.between(least, _MOST))
    return sa.case((is_number, sa.cast(sa.func.round(scaled), sa.BigInteger)), else_=None)


def _key_type(module: Module) -> sa.types.TypeEngine[Any]:
    """SQLite gives numbers by itself only to a key of type INTEGER."""
    is_number = module.record_key.type is FieldType.NUMBER
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite") if is_number else sa.Text()


def _link_indexes(module: Module) -> list[sa.Index]:
    """Related records are looked up by link, then by day; amounts ride along so that sums need no row."""
    amounts = [
        one.column for one in module.fields.values() if one.type is FieldType.MONEY and not one.computed
    ]
    day = [module.fields[module.happens_on].column] if module.happens_on else []
    return [
        sa.Index(f"ix_{module.key}__{field.key}", field.column, *day, *(amounts[:1] if day else ()))
        for field in module.fields.values()
        if field.type is FieldType.LINK and field.computed is None
    ]
