"""A file of any kind becomes the sheet that an import reads; its content decides, not its name alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.exchange.csv_sheet import open_csv
from engine.exchange.sheet import Sheet, SheetUnusable, unreadable

_ZIP_MARK = b"PK\x03\x04"
_OLD_MARK = b"\xd0\xcf\x11\xe0"
"""Of the containers that Excel wrote until 2003, and in which it still puts workbooks with a password."""

_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_ENDINGS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_BLOCK = 1 << 20


def open_sheet(path: Path, is_known: Callable[[str], bool], page: str = "") -> Sheet:
    """The table in a file; `is_known` tells a column name from other text, `page` one of several sheets."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
        if start.startswith(_OLD_MARK):
            raise SheetUnusable("W312", file=path.name, kind="protected" if _is_protected(path) else "xls")
        if start.startswith(_ZIP_MARK):
            from engine.exchange.workbook_sheet import open_workbook  # noqa: PLC0415 - openpyxl takes 0.6 s to load

            return open_workbook(path, page)
        if start and path.suffix.lower() in _ENDINGS:
            raise SheetUnusable("W322", file=path.name)
        if page:
            raise SheetUnusable("W323", file=path.name, sheet=page, kind="text")
        return open_csv(path, is_known)
    except OSError as failure:
        raise unreadable(path.name, failure) from failure


def _is_protected(path: Path) -> bool:
    """Whether an old container holds a modern workbook behind a password: then it has a part of that name."""
    with path.open("rb") as file:
        before = b""
        while block := file.read(_BLOCK):
            if _PROTECTED in before + block:
                return True
            before = block[-len(_PROTECTED) :]
    return False
