"""Two models of the same modules, on our own tables and on a company's; and rows written to either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.model.document import Span
from engine.model.entities import Field, FieldType, Labels, Model, Module, People
from engine.model.moments import Clock, Length
from engine.records.driving import execute_many
from engine.records.session import Session
from engine.records.tables import RecordTables
from tests.reference.comparing import KEY, TITLES
from tests.reference.evaluator import Row, World
from tests.stores import SQLITE, STORES

AT = Span("model.yaml", 1, 1, 1, 2)
TIERS = {"options": ("A", "B", "C"), "retired": ("D",), "also_options": {"甲级": "A", "1": "B"}}
TAGS = {"options": ("高潜", "低价值", "VIP"), "retired": ("旧",)}
STRAY_CHOICE, STRAY_TAG = "E", "散客"

# module -> (happens_on, field key -> type; links say where to and under which name)
FIELDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "staff": (
        "joined",
        {
            "name": "text", "boss": ("staff", "下属"), "active": "yes_no", "region": "choice",
            "level": "number", "bonus": "money", "joined": "date", "logged": "datetime", "skills": "tags",
            "notice": "length", "mail": "email",
        },
    ),
    "customers": (
        "born",
        {
            "name": "text", "note": "text", "tier": "choice", "advised": "choice", "keep": "yes_no",
            "vip": "yes_no", "tags": "tags", "email": "email", "phone": "phone", "owner": ("staff", "客户"),
            "score": "number", "paid": "money", "annual": "money", "rate": "percent", "goal": "percent",
            "gap": "length", "usual": "length", "born": "date", "due": "date", "seen": "datetime",
            "planned": "datetime",
        },
    ),
    "orders": (
        "date",
        {
            "customer": ("customers", "订单"), "seller": ("staff", "售出"), "date": "date", "amount": "money",
            "count": "number", "kind": "choice", "shipped": "datetime", "returned": "yes_no",
            "off": "percent", "memo": "text", "warranty": "length",
        },
    ),
    "visits": (
        "at",
        {"customer": ("customers", "拜访"), "at": "datetime", "score": "number", "ok": "yes_no"},
    ),
    "lines": ("", {"order": ("orders", "明细"), "price": "money", "sku": "text", "on": "date"}),
}  # fmt: skip
PEOPLE = People("staff", "boss", "active")
NUMERIC_KEYS = {"customers", "orders", "lines"}
OURS_ANYWAY = {"visits"}
"""Of the company's modules this one is kept by us: links cross the border both ways."""


def make_model(*, foreign: bool) -> Model:
    """The model on our own tables, or on a company's: other column names, integer keys, loose columns."""
    return Model(
        {key: _module(key, happens_on, fields, foreign) for key, (happens_on, fields) in FIELDS.items()},
        PEOPLE,
    )


def _module(key: str, happens_on: str, described: Mapping[str, Any], foreign: bool) -> Module:
    ours = not foreign or key in OURS_ANYWAY
    fields = {name: _field(name, kind, "" if ours else "col_") for name, kind in described.items()}
    if foreign and key in NUMERIC_KEYS:
        record_key = Field("no", Labels("号", "No"), FieldType.NUMBER, AT, required=True, column="row_no")
        fields = {"no": record_key, **fields}
    else:
        record_key = Field("id", Labels("编号", "ID"), FieldType.TEXT, AT, required=True, column="id")
    table = "" if ours else f"crm_{key}"
    return Module(
        key,
        Labels(key, key),
        fields,
        AT,
        record_key,
        title=TITLES.get(key, ""),
        happens_on=happens_on,
        table=table,
    )


def _field(key: str, kind: Any, prefix: str) -> Field:
    to, as_name = kind if isinstance(kind, tuple) else ("", "")
    of = FieldType.LINK if to else FieldType(kind)
    options: Mapping[str, Any] = {FieldType.CHOICE: TIERS, FieldType.TAGS: TAGS}.get(of, {})
    return Field(key, Labels(key, key), of, AT, to=to, as_name=as_name, column=f"{prefix}{key}", **options)


# --- a database for a model -------------------------------------------------------------------------------

_COLUMNS = {
    FieldType.NUMBER: "REAL",
    FieldType.MONEY: "REAL",
    FieldType.PERCENT: "NUMERIC(9, 4)",
    FieldType.LENGTH: "INTEGER",
}
_ON_POSTGRES = {
    **dict.fromkeys(("active", "keep", "returned"), "BOOLEAN"),
    **dict.fromkeys(("bonus", "paid", "amount"), "NUMERIC(18, 4)"),
    **dict.fromkeys(("rate", "off", "gap", "notice", "count"), "NUMERIC"),
    **dict.fromkeys(("score", "price"), "DOUBLE PRECISION"),
    **dict.fromkeys(("joined", "born", "on"), "DATE"),
    **dict.fromkeys(("seen", "logged"), "TIMESTAMP WITH TIME ZONE"),
    "date": "TIMESTAMP",
}
"""Columns that hold to their type there; the others are texts, as SQLite's are."""


@dataclass
class Place:
    """A model with its tables in one database in memory; `zone` is the one of naive times."""

    model: Model
    zone: str
    tables: RecordTables
    connection: sa.Connection
    is_sqlite: bool

    @classmethod
    def make(cls, model: Model, zone: str) -> Place:
        database, is_sqlite = STORES.lasting(zone), STORES.kind == SQLITE
        tables, connection = RecordTables(model, zone), database.connect(read_only=False)
        connection = connection.execution_options(compiled_cache=None)  # no statement comes twice
        for table in tables.owned():
            table.create(connection)
        company = [module for module in model.modules.values() if module.table]
        for module in company:
            connection.exec_driver_sql(_create(module, is_sqlite=is_sqlite))
        kinds = database.kinds(connection, [module.table for module in company])
        connection.commit()
        return cls(model, zone, RecordTables(model, zone, kinds=kinds), connection, is_sqlite)

    def fill(self, world: World, clock: Clock, style: int) -> None:
        """Write the world; `style` chooses how a company's table spells its values."""
        session = Session(self.connection, self.tables, clock, has_ledger=False)
        for key, rows in world.items():
            module = self.model.modules[key]
            if rows and module.table:
                _insert(
                    self.connection, module, [self._raw(module, row, style + n) for n, row in enumerate(rows)]
                )
            elif rows:
                fields = list(module.fields.values())
                session.upsert(
                    module, fields, [(row[KEY], *(row[one.key] for one in fields)) for row in rows]
                )

    def _raw(self, module: Module, row: Row, style: int) -> list[Any]:
        values = [
            spelled(field, row[field.key], style + n, self.zone, is_sqlite=self.is_sqlite)
            for n, field in enumerate(module.fields.values())
        ]
        return values if "no" in module.fields else [row[KEY], *values]


def _create(module: Module, *, is_sqlite: bool) -> str:
    columns = [
        f'"{one.column}" {_column_type(one, is_sqlite=is_sqlite)}'
        for one in module.fields.values()
        if one.key != "no"
    ]
    kind = "INTEGER" if "no" in module.fields else "TEXT"
    return (
        f'CREATE TABLE {module.table} ("{module.record_key.column}" {kind} PRIMARY KEY, {", ".join(columns)})'
    )


def _column_type(field: Field, *, is_sqlite: bool) -> str:
    """Links as numbers here and as text there: both are met."""
    if field.to == "orders":
        return "INTEGER"
    return _COLUMNS.get(field.type, "TEXT") if is_sqlite else _ON_POSTGRES.get(field.key, "TEXT")


def _insert(connection: sa.Connection, module: Module, rows: Sequence[Sequence[Any]]) -> None:
    marks = ", ".join("?" for _ in rows[0])
    execute_many(connection, f"INSERT INTO {module.table} VALUES ({marks})", [tuple(row) for row in rows])


def spelled(field: Field, value: Any, style: int, zone: str, *, is_sqlite: bool = True) -> Any:
    """One value as a company's table might hold it; `style` goes round the ways to spell it."""
    if not is_sqlite and field.key in _ON_POSTGRES:
        return _typed(field, value, style)
    ways = list(_ways(field, value, ZoneInfo(zone)))
    if not is_sqlite:
        is_number = field.to == "orders" or field.key == "no"
        ways = [_as_column(one, is_number=is_number) for one in ways if not isinstance(one, bytes | float)]
    return ways[style % len(ways)]


def _as_column(value: Any, *, is_number: bool) -> Any:
    if value is None or (is_number and not str(value).strip()):
        return None
    return int(value) if is_number else str(value)


def _typed(field: Field, value: Any, style: int) -> Any:
    """One value in a column that holds to its type."""
    kind = _ON_POSTGRES[field.key]
    if value is None:
        return -3 if field.type is FieldType.LENGTH and style % 2 else None
    if isinstance(value, Length):
        return Decimal(value.minutes) / 1440
    if kind == "DOUBLE PRECISION":
        return float(value)
    if kind == "TIMESTAMP":
        return datetime.combine(value, time(8, 30))
    return value


_NO_NUMBERS = ("n/a", "1,200", "12 元", "-", "1.2.3", "--5", b"\xff", 1e300)
_NO_VALUES: Mapping[FieldType, tuple[Any, ...]] = {
    FieldType.NUMBER: _NO_NUMBERS,
    FieldType.MONEY: _NO_NUMBERS,
    FieldType.PERCENT: _NO_NUMBERS,
    FieldType.LENGTH: (*_NO_NUMBERS, -3),
    FieldType.YES_NO: ("maybe", 2, "-"),
    FieldType.DATE: ("2026-02-31", "2026-13-01", "0000-01-01", "2026-3-1", "20260301", "tomorrow"),
    FieldType.DATETIME: ("2026-02-31 10:00", "2026-03-01 25:00", "2026/03/01", "soon"),
}
"""What a company's table may hold that is no value of its field: it is missing."""


def _ways(field: Field, value: Any, zone: ZoneInfo) -> Iterable[Any]:
    if value is None:
        return (None, "", "  ", *_NO_VALUES.get(field.type, ()))
    if isinstance(value, bool):
        return ("是", 1, "Yes", "true") if value else ("否", 0, "no", "false")
    if isinstance(value, Decimal):
        return (int(value),) if field.key == "no" else (float(value), str(value))
    if isinstance(value, Length):
        return (value.minutes / 1440, str(value.minutes / 1440))
    if isinstance(value, datetime):
        return _local_ways(value, zone)
    if isinstance(value, date):
        return (value.isoformat(), f"{value.isoformat()} 00:00:00", f" {value.isoformat()}")
    if isinstance(value, tuple):
        return (",".join(value), ", ".join(value), "，".join(value)) if value else (None, "")
    if field.type is FieldType.LINK:
        return (int(value), value) if value.isdigit() else (value,)
    also = [old for old, new in field.also_options.items() if new == value]
    return (value, f" {value} ", *also)


def _local_ways(value: datetime, zone: ZoneInfo) -> Iterable[str]:
    local = value.astimezone(zone).replace(tzinfo=None, fold=0)  # a text tells no fold
    exact = (value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), value.astimezone(zone).isoformat())
    if local.replace(tzinfo=zone).astimezone(UTC) != value:
        return exact
    return (local.strftime("%Y-%m-%d %H:%M:%S"), local.strftime("%Y-%m-%dT%H:%M:%S"), *exact)
