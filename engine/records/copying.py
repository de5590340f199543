"""Copies records and ledger from one database into another, row by row, as values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa

from engine.ledger.tables import marks, metadata
from engine.model.entities import Module
from engine.model.operands import FieldValue, Operand, RecordKey
from engine.records.session import Session

PAGE = 2000
T = TypeVar("T")


def copy_rows(source: Session, target: Session) -> None:
    """Everything that `source` holds, into empty tables; the caller holds the transaction of `target`."""
    copy_records(source, target)
    if source.has_ledger:
        for table in metadata.sorted_tables:
            if table is not marks:
                _copy_table(source, target, table)


def copy_records(source: Session, target: Session, without: Collection[str] = ()) -> None:
    """The records of all modules but some, named by their keys, into empty tables."""
    for module in source.tables.model.modules.values():
        if module.key not in without:
            _copy_module(source, target, module)


def _copy_module(source: Session, target: Session, module: Module) -> None:
    fields = [one for one in module.fields.values() if one.computed is None and one is not module.record_key]
    asked: list[Operand] = [RecordKey(module), *(FieldValue(one, module) for one in fields)]
    for page in pages(source.read_all(module, asked), PAGE):
        target.upsert(module, fields, page)


def _copy_table(source: Session, target: Session, table: sa.Table) -> None:
    found = source.connection.execute(sa.select(table), execution_options={"yield_per": PAGE})
    for page in pages(found.mappings(), PAGE):
        target.connection.execute(table.insert(), [dict(one) for one in page])


def pages(rows: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """The rows, so many at a time."""
    waiting = iter(rows)
    while page := list(islice(waiting, size)):
        yield page
