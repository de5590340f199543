"""Workbooks at the command line: import, its refusals and notes, export, and both for machines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.company import Company, Said

MODEL = """
modules:
  customers:
    label: {zh: 客户, en: Customer}
    fields:
      name: {label: {zh: 客户名称, en: Name}, type: text}
      share: {label: {zh: 占比, en: Share}, type: percent}
      signed: {label: {zh: 签约日期, en: Signed}, type: date}
"""
Call = Callable[..., Said]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "workspace.yaml").write_text("language: zh\ntime_zone: Asia/Shanghai\n", encoding="utf-8")
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")
    return tmp_path


@pytest.fixture
def call(each_store: str, root: Path) -> Call:
    return Company(root).call


def save(path: Path, **sheets: list[list[Any]]) -> str:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(path)
    return str(path)


def test_a_workbook_is_imported_and_every_refused_row_says_why(root: Path, call: Call) -> None:
    rows = [
        ["编号", "客户名称", "占比"],
        ["C1", "甲", 12],
        ["C2", "=A2", 1],
        ["C3", "#N/A", 2],
        ["C4", "丁", "?"],
    ]
    file = save(root / "客户.xlsx", 客户=rows, 备份=rows)

    code, out, _ = call("import", "客户", file)

    assert code == 1
    assert out.splitlines() == [
        "客户：新增 1 条，更新 0 条，拒绝 3 条。Excel 工作簿，工作表“客户”。",
        "  只读了工作表“客户”，没有读：备份。要读别的，用 --sheet。",
        "  第 3 行，客户名称：这一格是公式，还没有算出结果。",
        "  第 4 行，客户名称：这一格是错误值“#N/A”。",
        "  第 5 行，占比：“占比”要写数字，不是“?”。",
    ]


def test_the_report_for_machines_has_the_shape_it_has_for_csv(root: Path, call: Call) -> None:
    rows = [["编号", "占比"], ["C1", 12], ["C2", "#N/A"]]
    (root / "c.csv").write_text("编号,占比\nC1,12\nC2,#N/A\n", encoding="utf-8")
    file = save(root / "c.xlsx", 一=rows)

    code, out, _ = call("import", "customers", file, "--format", "json", "--lang", "en")
    _, of_csv, _ = call("import", "customers", str(root / "c.csv"), "--format", "json")
    report = json.loads(out)

    assert code == 1
    assert report.keys() == json.loads(of_csv).keys()
    assert report["refused"] == [
        {
            "row": 3,
            "column": "占比",
            "value": "#N/A",
            "code": "W325",
            "reason": 'This cell holds the error "#N/A".',
        }
    ]
    assert (report["kind"], report["sheet"], report["encoding"]) == ("xlsx", "一", "XLSX")


def test_a_sheet_can_be_named(root: Path, call: Call) -> None:
    file = save(root / "c.xlsx", 一=[["编号"], ["C1"]], 二=[["编号"], ["C2"], ["C3"]])

    assert call("import", "客户", file, "--sheet", "二")[1].startswith("客户：新增 2 条")
    code, _, err = call("import", "客户", file, "--sheet", "三")
    assert code == 3
    assert err.splitlines() == ["错误 W323 c.xlsx 里没有工作表“三”。", "  提示：可用的工作表：一、二"]


@pytest.mark.parametrize(
    "content, language, told",
    [
        (
            b"id\nC1\n",
            "zh",
            ["错误 W322 c.xlsx 的结尾是工作簿的，内容却是文字。", "  提示：把结尾改成 .csv 再导入。"],
        ),
        (
            b"\xd0\xcf\x11\xe0 EncryptedPackage".replace(
                b" EncryptedPackage", "EncryptedPackage".encode("utf-16-le")
            ),
            "en",
            [
                "error W312 c.xlsx has a password and cannot be read.",
                "  hint: Open it in Excel, take the password away, save it, and import it again.",
            ],
        ),
        (
            b"PK\x03\x04",
            "zh",
            [
                "错误 W321 c.xlsx 打不开：文件损坏，或不是 Excel 工作簿。",
                "  提示：在 Excel 里打开，“另存为”Excel 工作簿（.xlsx），再导入。",
            ],
        ),
    ],
)
def test_what_is_no_workbook_is_told_with_a_remedy(root: Path, call: Call, content, language, told) -> None:
    (root / "c.xlsx").write_bytes(content)

    code, out, err = call("import", "客户", str(root / "c.xlsx"), "--lang", language)

    assert (code, out, err.splitlines()) == (3, "", told)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_an_export_says_what_it_wrote_and_comes_back_unchanged(root: Path, call: Call, ending: str) -> None:
    source = save(root / "c.xlsx", 一=[["编号", "客户名称", "占比"], ["C1", "甲", 12.5], ["C2", "'=1", None]])
    target = str(root / f"out.{ending}")
    call("import", "客户", source)

    assert call("export", "客户", "--out", target) == (0, f"已把“客户”的 2 条记录写进 {target}。\n", "")
    assert json.loads(call("import", "客户", target, "--format", "json")[1])["unchanged"] == 2


def test_an_export_for_machines_names_module_file_and_records(root: Path, call: Call) -> None:
    call("import", "客户", save(root / "c.xlsx", 一=[["编号"], ["C1"]]))
    target = str(root / "out.xlsx")

    code, out, _ = call("export", "客户", "--out", target, "--format", "json")

    assert (code, json.loads(out)) == (0, {"module": "customers", "file": target, "records": 1})
    code, out, err = call("export", "客户", "--format", "json")
    assert (code, out) == (2, "")
    assert err.startswith("错误 W329 用 --format json 导出时，要说写进哪个文件。")


def test_a_csv_file_is_imported_without_the_library_for_workbooks() -> None:
    program = "import sys, engine.cli.records, engine.exchange; print('openpyxl' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
