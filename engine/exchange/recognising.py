"""Which module a file is for, by its heading."""

from __future__ import annotations

from pathlib import Path

from engine.exchange.opening import open_sheet
from engine.model.entities import Model, Module


def module_of_sheet(path: Path, model: Model) -> Module | None:
    """The module of which the heading names the key and most fields; None where that is none, or several."""
    modules = tuple(model.modules.values())
    sheet = open_sheet(path, lambda name: any(one.field(name) is not None for one in modules))
    try:
        fitting = [(_named(one, sheet.header), one) for one in modules if _has_key(one, sheet.header)]
    finally:
        sheet.close()
    most = max((count for count, _ in fitting), default=0)
    found = [one for count, one in fitting if count == most]
    return found[0] if len(found) == 1 else None


def _has_key(module: Module, header: tuple[str, ...]) -> bool:
    fields = (module.field(name) for name in header if name)
    return any(one is not None and one.column == module.record_key.column for one in fields)


def _named(module: Module, header: tuple[str, ...]) -> int:
    return sum(1 for name in header if name and module.field(name) is not None)
