"""Workbooks written by hand or by openpyxl, the small model they are for, and what an import tells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import openpyxl

from engine.exchange import ImportReport
from engine.files.model import read_model
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.values import Reader
from tests.engine.exchange import firms
from tests.engine.exchange.firms import ZONE

READER = Reader(ZONE, lenient=True)
MODEL_TEXT = """
modules:
  firms:
    label: {zh: 客户, en: Customer}
    fields:
      name: {label: {zh: 客户名称, en: Customer name}, type: text}
      count: {label: {zh: 次数, en: Count}, type: number}
      amount: {label: {zh: 金额, en: Amount}, type: money}
      share: {label: {zh: 占比, en: Share}, type: percent}
      day: {label: {zh: 建档日期, en: Created}, type: date}
      moment: {label: {zh: 最近登录, en: Last login}, type: datetime}
      keep: {label: {zh: 是否继续维护, en: Keep}, type: yes_no}
      phone: {label: {zh: 电话, en: Phone}, type: phone}
  goods:
    label: {zh: "货:品/清单", en: Goods}
    key: 货号
    fields:
      no: {label: 货号, type: number}
      name: {label: 名称, type: text, required: true}
"""
PROBLEMS = Problems()
MODEL = read_model(load_document(MODEL_TEXT, "model.yaml", PROBLEMS), PROBLEMS)
FIRMS, GOODS = MODEL.modules["firms"], MODEL.modules["goods"]

wall = datetime.fromisoformat
"""What a clock on the wall shows: a workbook knows no zones."""

Fill = Callable[[Any], None]
Load = Callable[..., ImportReport]


def workbook(content: list[list[Any]] | Fill) -> bytes:
    book = openpyxl.Workbook()
    if callable(content):
        content(book.active)
    else:
        for row in content:
            book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed(content: bytes, changes: dict[str, Callable[[str], str]]) -> bytes:
    """A workbook with some of its parts rewritten by hand."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, changes[name](text.decode()).encode() if name in changes else text)
    return file.getvalue()


def with_sheet(rows: str, *, before: str = "", after: str = "") -> bytes:
    """A workbook whose first sheet is written by hand."""
    sheet = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    )
    return changed(workbook([]), {"xl/worksheets/sheet1.xml": lambda _: sheet})


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD = f"<row r='1'>{text_cell('A1', '编号')}{text_cell('B1', '次数')}</row>"
stored = partial(firms.stored, module=FIRMS)


def notes(report: ImportReport) -> list[dict[str, str]]:
    assert {one.code for one in report.notes} <= {"W327"}
    return [dict(one.facts) for one in report.notes]
