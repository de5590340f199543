"""The tables of a model's modules, and each field as an expression in kept form.

Our own tables hold values as `to_stored` makes them. A company's own tables (`table:` in the model) are
read as they are; `kept` turns their columns into kept form and `written` turns kept form back.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause

from engine.model.entities import Field, FieldType, Model, Module
from engine.model.operands import Operand, RecordKey
from engine.model.values import SCALE
from engine.records import dialect
from engine.records.dialect import KeptAs, exactly
from engine.records.lossless import MINUTES_A_DAY, base_of, without_loss

Sql: TypeAlias = dialect.Sql

Part = TypeVar("Part")
_INTEGERS = {FieldType.YES_NO, FieldType.LENGTH}
_YES = ("1", "1.0", "是", "yes", "Yes", "YES", "true", "True", "TRUE", "Y", "y")
_NO = ("0", "0.0", "否", "no", "No", "NO", "false", "False", "FALSE", "N", "n")
_MOST = 9 * 10**17
"""Beyond this a kept number is nonsense, and near the end of what the database can hold."""


Place = tuple[str, str]
"""A table and a column of it."""


class RecordTables:
    """One SQLAlchemy table a module."""

    def __init__(
        self,
        model: Model,
        zone: str,
        absent: frozenset[Place] = frozenset(),
        kinds: Mapping[Place, sa.types.TypeEngine[Any]] | None = None,
        *,
        has_schemas: bool = False,
    ) -> None:
        """`absent`: columns of ours that a database lacks so far; they read as missing.

        `kinds`: the types of the company's own columns, where the database holds to them.
        `has_schemas`: whether a company's table may be named with its schema, such as `crm.customers`.
        """
        self.model = model
        self.zone = zone
        self.kinds = kinds or {}
        self.has_schemas = has_schemas
        self._told = {
            field: self.kinds[module.table, field.column]
            for module in model.modules.values()
            for field in (module.record_key, *module.fields.values())
            if (module.table, field.column) in self.kinds
        }
        self._kinds = {field: base_of(kind) for field, kind in self._told.items()}
        self._parts: dict[Hashable, Any] = {}
        self.metadata = sa.MetaData()
        self._tables = {key: self._table(module) for key, module in model.modules.items()}
        self._absent = {
            field
            for key, module in model.modules.items()
            for field in module.fields.values()
            if not module.table and (key, field.column) in absent
        }

    def about(self, model: Model) -> RecordTables:
        """Those of another model in the same database."""
        if model is self.model:
            return self
        return RecordTables(model, self.zone, kinds=self.kinds, has_schemas=self.has_schemas)

    def as_found(
        self, absent: frozenset[Place], kinds: Mapping[Place, sa.types.TypeEngine[Any]]
    ) -> RecordTables:
        """The same as a database has them."""
        if not absent and not kinds:
            return self
        return RecordTables(self.model, self.zone, absent, kinds, has_schemas=self.has_schemas)

    def of(self, module: Module) -> sa.Table:
        """The table of a module."""
        return self._tables[module.key]

    def once(self, key: Hashable, make: Callable[[], Part]) -> Part:
        """A part that many statements have, made for the first of them: some take SQLAlchemy long."""
        if key not in self._parts:
            self._parts[key] = make()
        found: Part = self._parts[key]
        return found

    def owned(self) -> list[sa.Table]:
        """The tables that Wakeline makes and alters itself."""
        return [self._tables[key] for key, module in self.model.modules.items() if not module.table]

    def key(self, module: Module, source: FromClause) -> Sql:
        """The record key, as it stands in the table."""
        key: Sql = source.c[module.record_key.column]
        if self._odd_key(module) is None:
            return key
        return sa.cast(key, sa.BigInteger if self._is_number(module) else sa.Text)

    def same_record(self, module: Module, source: FromClause, key: Sql) -> Sql:
        """Whether a record is the one of a key that came from its table."""
        same: Sql = source.c[module.record_key.column] == self.written_key(module, key)
        return same

    def written_key(self, module: Module, key: Sql) -> Sql:
        """A record key as its column takes it."""
        kind = self._odd_key(module)
        return key if kind is None else sa.cast(KeptAs(key, key_type(module)), kind)

    def _odd_key(self, module: Module) -> sa.types.TypeEngine[Any] | None:
        """The type of a key's column that is neither text nor a whole number, such as UUID."""
        kind = self._kinds.get(module.record_key)
        return None if kind is None or isinstance(kind, sa.String | sa.Integer) else kind

    def is_key(self, module: Module, source: FromClause, value: Sql) -> Sql:
        """Whether a record has a key in kept form: a text, whatever the table counts with."""
        key = self.key(module, source)
        same: Sql = key == (sa.func.as_key(value) if self._is_number(module) else value)
        return same

    def by_key(self, module: Module, source: FromClause) -> Sql:
        """The record key to put records in order by."""
        key = self.key(module, source)
        return key if self._is_number(module) else exactly(key)

    @property
    def groups_pay(self) -> bool:
        """Whether groups joined to all records cost less than a look-up for each: PostgreSQL hashes them.

        SQLite would build an index of them first.
        """
        return self.has_schemas

    def lacks(self, field: Field) -> bool:
        """Whether the database has no column for a field so far."""
        return field in self._absent

    def takes_days_only(self, field: Field) -> bool:
        """Whether a field of moments has a column of days, which refuses every time of day."""
        return field.type is FieldType.DATETIME and isinstance(self._kinds.get(field), sa.Date)

    def kept(self, module: Module, field: Field, source: FromClause) -> Sql:
        """A stored field of a module in kept form."""
        if self.lacks(field):
            return missing(field.type)
        column: Sql = source.c[field.column]
        if field is module.record_key and field.type is FieldType.NUMBER:
            return column * SCALE
        if module.table:
            return self._foreign(field, column, self._kinds.get(field))
        return sa.cast(column, sa.Text) if self._numeric_key(field) else column

    def link(self, field: Field, source: FromClause) -> Sql:
        """A link field as it stands in the table, to join on."""
        if self.lacks(field):
            return KeptAs(sa.null(), sa.BigInteger if self._numeric_key(field) else sa.Text)
        link: Sql = source.c[field.column]
        kind, to_number = self._kinds.get(field), self._numeric_key(field)
        if kind is None or isinstance(kind, sa.Numeric | sa.Integer if to_number else sa.String):
            return link
        return sa.func.as_key(link) if to_number else sa.cast(link, sa.Text)

    def written(self, module: Module, field: Field, value: Sql) -> Sql:
        """A value in kept form as the module's column takes it; what it would cut or round fails."""
        if not module.table:
            return KeptAs(value, sa.BigInteger) if self._numeric_key(field) else value
        kind = self._kinds.get(field)
        if kind is None:
            return self._as_written(field, value)
        value = KeptAs(value, kept_type(field.type))
        if isinstance(kind, sa.Boolean):
            return value != 0
        is_instant = field.type is FieldType.DATETIME and getattr(kind, "timezone", False)
        told = value if is_instant else self._as_written(field, value)
        return without_loss(told, field, self._told[field])

    def _as_written(self, field: Field, value: Sql) -> Sql:
        if field.type.is_numeric:
            return sa.func.by_scale(value, SCALE)
        if field.type is FieldType.TAGS:
            return sa.func.replace(sa.func.trim(value, "|"), "|", ",")
        if field.type is FieldType.DATETIME:
            return sa.func.wakeline_local(value, self.zone)
        if field.type is FieldType.LENGTH:
            return sa.func.by_scale(value, MINUTES_A_DAY)
        return value

    def _table(self, module: Module) -> sa.Table:
        stored = [field for field in module.fields.values() if field.computed is None]
        columns = [sa.Column(module.record_key.column, _key_type(module), primary_key=True)]
        others = (field for field in stored if field.column != module.record_key.column)
        columns += [sa.Column(field.column, self._type(field)) for field in others]
        indexes = [] if module.table else _link_indexes(module)
        schema, name = place_of_table(module.table) if self.has_schemas else (None, module.table)
        counts_itself = module.record_key.type is FieldType.NUMBER
        return sa.Table(
            name or module.key,
            self.metadata,
            *columns,
            *indexes,
            schema=schema,
            sqlite_with_rowid=bool(module.table) or counts_itself,
        )

    def _type(self, field: Field) -> sa.types.TypeEngine[Any]:
        if self._numeric_key(field):
            return sa.BigInteger()
        if field.type.is_numeric or field.type in _INTEGERS:
            return sa.BigInteger()
        leads_out = field.type is FieldType.LINK and field.to and self.model.modules[field.to].table
        return sa.Text() if leads_out else exact_text()

    def _numeric_key(self, field: Field) -> bool:
        is_link = field.type is FieldType.LINK and bool(field.to)
        return is_link and self._is_number(self.model.modules[field.to])

    @staticmethod
    def _is_number(module: Module) -> bool:
        return module.record_key.type is FieldType.NUMBER

    def _foreign(self, field: Field, column: Sql, kind: sa.types.TypeEngine[Any] | None) -> Sql:
        """A column of a company's own table in kept form; blanks and what is no value are missing."""
        if field.type is FieldType.DATETIME and isinstance(kind, sa.DateTime) and not kind.timezone:
            return sa.func.local_utc(column, self.zone)
        text = exactly(sa.func.nullif(sa.func.trim(sa.cast(column, sa.Text)), ""))
        if field.type.is_numeric:
            return _whole(column, text, SCALE, least=-_MOST)
        if field.type is FieldType.DATE:
            day = sa.func.substr(text, 1, 10)
            return sa.case((sa.func.is_day(day), day), else_=None)
        if field.type is FieldType.DATETIME:
            return sa.func.wakeline_utc(text, self.zone)
        if field.type is FieldType.YES_NO:
            yes, no = (text.in_([sa.literal(one) for one in some]) for some in (_YES, _NO))
            return sa.case((yes, 1), (no, 0), else_=None)
        if field.type is FieldType.TAGS:
            commas = sa.func.replace(sa.func.replace(text, "，", ","), ", ", ",")
            return sa.literal("|") + sa.func.replace(commas, ",", "|") + sa.literal("|")
        if field.type is FieldType.LENGTH:
            return _whole(column, text, MINUTES_A_DAY, least=0)
        if field.also_options:
            return sa.case(dict(field.also_options), value=text, else_=text)
        return text


def place_of_table(written: str) -> tuple[str | None, str]:
    """The schema of a table, where it is named with one, and its name: `crm.customers`."""
    schema, _, name = written.rpartition(".")
    return schema or None, name


def binding(number: int) -> sa.BindParameter[Any]:
    """A statement's parameter by its place: a field's key might be the name of something else there."""
    return sa.bindparam(_place(number))


def bound(row: Iterable[Any]) -> dict[str, Any]:
    """A row as parameters by their places."""
    return {_place(number): value for number, value in enumerate(row)}


def _place(number: int) -> str:
    return f"wakeline_p{number}"


def missing(kind: FieldType) -> Sql:
    """What is not there, of a field's type."""
    return KeptAs(sa.null(), kept_type(kind))


def constant(value: Any, kind: FieldType) -> Sql:
    """A value in kept form, of a field's type."""
    return missing(kind) if value is None else sa.literal(value)


def kept_type(kind: FieldType) -> sa.types.TypeEngine[Any]:
    """The type of the kept form."""
    return sa.BigInteger() if kind.is_numeric or kind in _INTEGERS else sa.Text()


def as_kept(value: Sql, operand: Operand) -> Sql:
    """The value of an operand, known to be a number or a text."""
    is_number = isinstance(operand, RecordKey) and operand.module.record_key.type is FieldType.NUMBER
    return KeptAs(value, sa.BigInteger() if is_number else kept_type(operand.type))


def value_type(operand: Operand) -> sa.types.TypeEngine[Any]:
    """The type of a column for an operand's value; SQLite is told none, so that nothing is converted."""
    kept = as_kept(sa.null(), operand).type
    exact = sa.Text(collation="C") if isinstance(kept, sa.Text) else kept
    return sa.BLOB().with_variant(exact, "postgresql")


def key_type(module: Module) -> sa.types.TypeEngine[Any]:
    """The type of a column beside the record key; the company's own text keys are compared as there."""
    if module.record_key.type is FieldType.NUMBER:
        return sa.BigInteger()
    return sa.Text() if module.table else exact_text()


def exact_text() -> sa.types.TypeEngine[Any]:
    """The type of our own texts: compared and put in order by their signs."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _whole(column: Sql, text: Sql, scale: int, *, least: int) -> Sql:
    """A number times `scale` as a whole number; text must be digits with a sign and a point at most."""
    digits = sa.func.ltrim(text, "-+")
    signed = sa.func.length(text) - sa.func.length(digits) <= 1
    is_number = sa.or_(sa.func.counts(column), sa.and_(signed, sa.func.is_digits(digits)))
    scaled = sa.func.times_scale(column, scale)
    # One after the other: what is no number must not be multiplied.
    whole = sa.case((scaled.between(least, _MOST), sa.cast(sa.func.round(scaled), sa.BigInteger)), else_=None)
    return sa.case((is_number, whole), else_=None)


def _key_type(module: Module) -> sa.types.TypeEngine[Any]:
    """SQLite gives numbers by itself only to a key of type INTEGER."""
    is_number = module.record_key.type is FieldType.NUMBER
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite") if is_number else exact_text()


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
