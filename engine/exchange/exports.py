"""The records of a module become a CSV file that spreadsheets open and `import_file` reads back unchanged."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from engine.exchange.cells import cell_writer, guarded
from engine.exchange.columns import column_name, key_field, stored_fields
from engine.exchange.sheet import SheetUnusable
from engine.model.entities import Module
from engine.model.predicates import FieldValue, Operand, RecordKey
from engine.records.session import Session

Computed = Mapping[tuple[str, str], Operand]


def export_module(
    session: Session,
    module: Module,
    computed: Computed,
    target: Path | TextIO,
    *,
    language: str = "zh",
) -> int:
    """Write every record, by key; how many there were. A path becomes UTF-8 with a byte order mark."""
    if not isinstance(target, Path):
        return _write(session, module, computed, target, language)
    try:
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            return _write(session, module, computed, file, language)
    except OSError as failure:
        raise SheetUnusable("W317", file=target.name, reason=failure.strerror or failure) from failure


def _write(session: Session, module: Module, computed: Computed, file: TextIO, language: str) -> int:  # noqa: PLR0917 - the same as above
    columns: list[tuple[str, Operand]] = [
        (column_name(module, key_field(module), language), RecordKey(module)),
        *((column_name(module, one, language), FieldValue(one, module)) for one in stored_fields(module)),
        *(
            (column_name(module, one, language), computed[module.key, one.key])
            for one in module.fields.values()
            if (module.key, one.key) in computed
        ),
    ]
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([guarded(name) for name, _ in columns])
    operands = [operand for _, operand in columns]
    cells = [cell_writer(one.type, language, session.clock.zone) for one in operands]
    count = 0
    for row in session.read_all(module, operands):
        writer.writerow([cell(value) for cell, value in zip(cells, row, strict=True)])
        count += 1
    return count
