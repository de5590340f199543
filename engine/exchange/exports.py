"""The records of a module become a file that spreadsheets open and `import_file` reads back unchanged."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from engine.exchange.cells import cell_writer, guarded
from engine.exchange.columns import column_name, key_field, stored_fields
from engine.exchange.sheet import SheetUnusable, is_workbook
from engine.model.entities import FieldType, Module
from engine.model.operands import FieldValue, Operand, RecordKey
from engine.records.session import Session

Computed = Mapping[tuple[str, str], Operand]

_WIDTHS = {
    **dict.fromkeys((FieldType.TEXT, FieldType.EMAIL), 24),
    **dict.fromkeys((FieldType.MONEY, FieldType.NUMBER, FieldType.PHONE, FieldType.TAGS), 16),
    FieldType.DATE: 12,
    FieldType.DATETIME: 20,
}
"""How wide the columns of a workbook are, in characters, where the header is not wider."""


def export_module(
    session: Session,
    module: Module,
    computed: Computed,
    target: Path | TextIO,
    *,
    language: str = "zh",
) -> int:
    """Write every record, by key; how many there were.

    A path that ends in `.xlsx` becomes a workbook, another one UTF-8 with a byte order mark.
    """
    table = _table(session, module, computed, language)
    if not isinstance(target, Path):
        return _write_csv(table, target)
    if is_workbook(target):
        return _write_workbook(table, target)
    try:
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            return _write_csv(table, file)
    except OSError as failure:
        raise SheetUnusable("W317", file=target.name, reason=failure.strerror or failure) from failure


@dataclass(frozen=True, slots=True)
class _Table:
    """What is written: the columns of a module."""

    session: Session
    module: Module
    language: str
    header: list[str]
    operands: list[Operand]


def _table(session: Session, module: Module, computed: Computed, language: str) -> _Table:
    columns: list[tuple[str, Operand]] = [
        (column_name(module, key_field(module), language), RecordKey(module)),
        *((column_name(module, one, language), FieldValue(one, module)) for one in stored_fields(module)),
        *(
            (column_name(module, one, language), computed[module.key, one.key])
            for one in module.fields.values()
            if (module.key, one.key) in computed
        ),
    ]
    return _Table(session, module, language, [name for name, _ in columns], [one for _, one in columns])


def _write_csv(table: _Table, file: TextIO) -> int:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in table.header])
    cells = [cell_writer(one.type, table.language, table.session.clock.zone) for one in table.operands]
    count = 0
    for row in table.session.read_all(table.module, table.operands):
        writer.writerow([cell(value) for cell, value in zip(cells, row, strict=True)])
        count += 1
    return count


def _write_workbook(table: _Table, path: Path) -> int:
    from engine.exchange.workbook_cells import workbook_cell_writer  # noqa: PLC0415 - openpyxl takes 0.6 s to load
    from engine.exchange.workbook_file import WorkbookFile  # noqa: PLC0415 - as above

    zone = table.session.clock.zone
    cells = [workbook_cell_writer(one.type, table.language, zone) for one in table.operands]
    widths = [0, *(_WIDTHS.get(one.type, 0) for one in table.operands[1:])]  # keys are short
    count = 0
    with WorkbookFile(path, table.module.labels.of(table.language), table.header, widths) as book:
        for row in table.session.read_all(table.module, table.operands):
            book.write([cell(value) for cell, value in zip(cells, row, strict=True)])
            count += 1
    return count
