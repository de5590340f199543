"""The tables of a model's modules, and each field as an expression in kept form.

Our own tables hold values as `to_stored` makes them. A company's own tables (`table:` in the model) are
read as they are; `kept` turns their columns into kept form and `written` turns kept form back.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import ColumnElement, FromClause

from engine.model.entities import Field, FieldType, Model, Module
from engine.model.values import SCALE

Sql = ColumnElement[Any]

_INTEGERS = {FieldType.YES_NO, FieldType.LENGTH}
_YES = ("1", "是", "yes", "Yes", "YES", "true", "True", "TRUE", "Y", "y")


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
            return value / 1440
        return value

    def _table(self, module: Module) -> sa.Table:
        stored = [field for field in module.fields.values() if field.computed is None]
        columns = [sa.Column(module.record_key.column, _key_type(module), primary_key=True)]
        others = (field for field in stored if field.column != module.record_key.column)
        columns += [sa.Column(field.column, self._type(field)) for field in others]
        indexes = [] if module.table else _link_indexes(module)
        name = module.table or module.key
        return sa.Table(name, self.metadata, *columns, *indexes, sqlite_with_rowid=bool(module.table))

    def _type(self, field: Field) -> sa.types.TypeEngine[Any]:
        if field.type is FieldType.LINK and field.to and self._numeric_key(field):
            return sa.BigInteger()
        if field.type.is_numeric or field.type in _INTEGERS:
            return sa.BigInteger()
        return sa.Text()

    def _numeric_key(self, field: Field) -> bool:
        return self.model.modules[field.to].record_key.type is FieldType.NUMBER

    def _foreign(self, field: Field, column: Sql) -> Sql:
        """A column of a company's own table in kept form; blanks are missing."""
        text = sa.func.nullif(sa.func.trim(sa.cast(column, sa.Text)), "")
        if field.type.is_numeric:
            scaled = sa.cast(sa.func.round(column * float(SCALE)), sa.BigInteger)
            return sa.case((text.is_not(None), scaled), else_=None)
        if field.type is FieldType.DATE:
            looks_right = sa.func.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*", text) == 1
            return sa.case((looks_right, sa.func.substr(text, 1, 10)), else_=None)
        if field.type is FieldType.DATETIME:
            return sa.func.wakeline_utc(text, self.zone)
        if field.type is FieldType.YES_NO:
            return sa.case((text.is_(None), None), (text.in_([sa.literal(one) for one in _YES]), 1), else_=0)
        if field.type is FieldType.TAGS:
            commas = sa.func.replace(sa.func.replace(text, "，", ","), ", ", ",")
            return sa.literal("|") + sa.func.replace(commas, ",", "|") + sa.literal("|")
        if field.type is FieldType.LENGTH:
            return sa.case(
                (text.is_not(None), sa.cast(sa.func.round(column * 1440.0), sa.BigInteger)), else_=None
            )
        if field.also_options:
            return sa.case(dict(field.also_options), value=text, else_=text)
        return text


def _key_type(module: Module) -> sa.types.TypeEngine[Any]:
    return sa.BigInteger() if module.record_key.type is FieldType.NUMBER else sa.Text()


def _link_indexes(module: Module) -> list[sa.Index]:
    """Related records are looked up by link, then by day; amounts ride along so that sums need no row."""
    amounts = [
        one.column for one in module.fields.values() if one.type is FieldType.MONEY and not one.computed
    ]
    day = [module.fields[module.happens_on].column] if module.happens_on else []
    return [
        sa.Index(f"ix_{module.key}_{field.key}", field.column, *day, *(amounts[:1] if day else ()))
        for field in module.fields.values()
        if field.type is FieldType.LINK and field.computed is None
    ]
