"""What `wakeline import` prints: where records came from, what waits, what looks wrong, in both languages."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.company import Company

MODEL = """
modules:
  customers:
    label: {zh: 客户, en: Customer}
    fields:
      name: {label: {zh: 客户名称, en: Name}, also: [公司], type: text, required: true}
      contact: {label: {zh: 主联系人, en: Main contact}, type: link, to: 联系人, as: 主客户}
      margin: {label: {zh: 毛利率, en: Margin}, type: percent}
      count: {label: {zh: 次数, en: Count}, type: number}
  contacts:
    label: {zh: 联系人, en: Contact}
    fields:
      name: {label: {zh: 姓名, en: Name}, type: text}
      firm: {label: {zh: 所属客户, en: Firm}, type: link, to: 客户, as: 联系人, required: true}
"""
Call = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def call(each_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    (tmp_path / "workspace.yaml").write_text("language: zh\ntime_zone: Asia/Shanghai\n", encoding="utf-8")
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    company = Company(tmp_path)

    def run(module: str, name: str, *arguments: str) -> tuple[int, list[str]]:
        code, out, _ = company.call("import", module, name, *arguments)
        return code, out.splitlines()

    return run


def write(name: str, *lines: str) -> str:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def save(name: str, title: str, *rows: list[object]) -> str:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(name)
    return name


def test_two_files_that_lead_to_one_another(call: Call) -> None:
    customers = write("c.csv", "编号,客户名称,主联系人", "C1,样例甲,P1", "C2,样例乙,P9")
    contacts = write("p.csv", "编号,姓名,所属客户", "P1,张样例,C1")

    assert call("客户", customers) == (
        0,
        [
            "客户：新增 2 条，更新 0 条，拒绝 0 条。编码 UTF-8。",
            "  “主联系人”有 2 行（第 2 行起）指向“联系人”，那里还没有记录。",
            "    提示：接着导入“联系人”，这些链接会自动接上。",
        ],
    )
    assert call("联系人", contacts) == (
        1,
        [
            "联系人：新增 1 条，更新 0 条，拒绝 0 条。编码 UTF-8。",
            "  “客户”有 1 条记录的“主联系人”接上了，它们在等“联系人”。",
            "  “客户”还有 1 条的“主联系人”没接上：C2 指向“P9”。",
            "    提示：导入“联系人”里缺的记录，或在“客户”的文件里改正，再导入一次。",
        ],
    )
    assert call("客户", customers) == (
        1,
        [
            "客户：新增 0 条，更新 0 条，拒绝 0 条。编码 UTF-8。",
            "  第 3 行，主联系人：“联系人”里没有“P9”；这一行收下了，这个链接还没有接上。",
            "    提示：导入“联系人”里缺的记录，或改正这一格，再导入一次。",
        ],
    )


def test_the_other_way_round_in_english(call: Call) -> None:
    contacts = write("p.csv", "id,Name,Firm", "P1,Sample One,C1", "P2,Sample Two,C9")
    customers = write("c.csv", "id,Name,Main contact", "C1,Sample A,P1")

    assert call("Contact", contacts, "--lang", "en") == (
        0,
        [
            "Contact: 2 added, 0 updated, 0 refused. Encoding UTF-8.",
            "  Firm links to Customer, which has no records yet (rows: 2, from row 2).",
            "    hint: Import Customer next; these links will then hold by themselves.",
        ],
    )
    assert call("Customer", customers, "--lang", "en") == (
        1,
        [
            "Customer: 1 added, 0 updated, 0 refused. Encoding UTF-8.",
            "  Contact: Firm waited for Customer and holds now (records: 1).",
            '  Contact: Firm still leads nowhere, as P2 to "C9" (records: 1).',
            "    hint: Import the missing Customer, or correct the file of Contact and import it again.",
        ],
    )
    assert call("Contact", contacts, "--lang", "en")[1][1:] == [
        '  row 3, Firm: Customer has no record "C9"; the row is in, this required link leads nowhere.',
        "    hint: Import the missing record of Customer, or correct the cell and import it again.",
    ]


@pytest.mark.parametrize(
    "language, told",
    [
        (
            "zh",
            [
                "客户：新增 3 条，更新 0 条，拒绝 0 条。Excel 工作簿，工作表“名单”。",
                "  “毛利率”都不超过 1，又没有百分号：第 2 行读成了 0.3 %（共 2 行）。",
                "    提示：如果应是 30 %，把这一列设成百分比格式，再导入一次。",
                "  “编号”可能丢了开头的 0：第 3 行是45，别处是0012（2 行）。",
                "    提示：在 Excel 里把这一列设成“文本”格式，补上 0，再导入一次。",
            ],
        ),
        (
            "en",
            [
                'Customer: 3 added, 0 updated, 0 refused. Excel workbook, sheet "名单".',
                "  毛利率 has no % and is at most 1: row 2 was read as 0.3 % (rows: 2).",
                "    hint: If 30 % is meant, give the column a percent format and import it again.",
                '  编号 may have lost zeros: row 3 is "45", others "0012" (rows: 2).',
                "    hint: In Excel make the column Text, add the zeros, and import it again.",
            ],
        ),
    ],
)
def test_a_workbook_with_shares_and_lost_zeros(call: Call, language: str, told: list[str]) -> None:
    rows = [["编号", "客户名称", "毛利率"], ["0012", "甲", 0.3], [45, "乙", 0.125], [6, "丙", None]]

    assert call("客户", save("c.xlsx", "名单", *rows), "--lang", language) == (0, told)


@pytest.mark.parametrize(
    "language, reasons",
    [
        ("zh", "次数：“次数”要写数字，不是“x”；公司：“客户名称”是必填的，这里是空的"),
        ("en", '次数: Count has to be a number, not "x"; 公司: Name is required, but empty here'),
    ],
)
def test_each_reason_in_the_file_names_its_column(call: Call, language: str, reasons: str) -> None:
    customers = write("c.csv", "编号,公司,次数", "C1,,x")

    assert call("客户", customers, "--refused", "r.csv", "--lang", language)[0] == 1
    rows = list(csv.reader(Path("r.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1] == ["C1", "", "x", "2", reasons]


def test_twenty_refused_rows_are_shown_with_all_their_reasons(call: Call) -> None:
    customers = write("c.csv", "编号,客户名称,次数", *(f"C{n},,x" for n in range(22)))

    _, lines = call("客户", customers)

    assert len(lines) == 1 + 20 * 2 + 1
    assert lines[-1] == "  ……另有 2 行被拒绝。"


def test_machines_are_told_the_same(call: Call) -> None:
    customers = save("c.xlsx", "名单", ["编号", "客户名称", "主联系人", "毛利率"], ["C1", "甲", "P1", 0.3])

    code, lines = call("客户", customers, "--format", "json", "--lang", "en")
    report = json.loads("\n".join(lines))

    assert code == 0
    assert (report["kind"], report["sheet"], report["encoding"]) == ("xlsx", "名单", "XLSX")
    assert report["loose"] == [
        {
            "column": "主联系人",
            "module": "contacts",
            "required": False,
            "to_come": True,
            "count": 1,
            "places": [{"row": 2, "value": "P1"}],
        }
    ]
    assert report["notes"] == [
        {
            "code": "W333",
            "message": "毛利率 has no % and is at most 1: row 2 was read as 0.3 % (rows: 1).",
            "hint": "If 30 % is meant, give the column a percent format and import it again.",
        }
    ]


def test_names_in_link_columns(call: Call) -> None:
    customers = write("c.csv", "编号,客户名称,主联系人", "C1,样例甲,张样例", "C2,样例乙,王样例")
    contacts = write("p.csv", "编号,姓名,所属客户", "P1,张样例,样例甲", "P2,王样例,C1", "P3,王样例,C2")

    assert call("客户", customers)[0] == 0
    assert call("联系人", contacts) == (
        1,
        [
            "联系人：新增 3 条，更新 0 条，拒绝 0 条。编码 UTF-8。",
            "  “主联系人”按名字接上 1 条：C1 写的“张样例”是 P1。",
            "  有 1 条的“主联系人”没接上：C2 写的“王样例”不止一个：P2、P3。",
            "    提示：在“客户”的文件里改写成编号，再导入一次。",
        ],
    )
    assert call("客户", customers, "--refused", "r.csv") == (
        1,
        [
            "客户：新增 0 条，更新 0 条，拒绝 1 条。编码 UTF-8。",
            "  第 3 行，主联系人：叫“王样例”的不止一个：P2、P3。改写成编号。",
        ],
    )
    rows = list(csv.reader(Path("r.csv").read_text(encoding="utf-8-sig").splitlines()))
    reason = "主联系人：叫“王样例”的不止一个：P2、P3。改写成编号"
    assert rows[1] == ["C2", "样例乙", "王样例", "3", reason]


@pytest.mark.parametrize(
    "language, told, hint",
    [
        (
            "zh",
            "  “主联系人”1 条没接上：C1 的“A100”是编号，还是 P7 的名字？",
            "    提示：指的是 P7，就在“客户”的文件里改写；不是，就导入“联系人”的“A100”。",
        ),
        (
            "en",
            '  Main contact of C1 is "A100": a key, or the name of P7? (records: 1).',
            "    hint: If P7 is meant, write that in the file of Customer; else import A100 of Contact.",
        ),
    ],
)
def test_a_name_that_may_be_a_key_is_asked_about(call: Call, language: str, told: str, hint: str) -> None:
    call("客户", write("c.csv", "编号,客户名称,主联系人", "C1,样例甲,A100"))

    code, lines = call("联系人", write("p.csv", "编号,姓名,所属客户", "P7,A100,C1"), "--lang", language)

    assert (code, lines[1:]) == (1, [told, hint])


def test_names_in_link_columns_in_english(call: Call) -> None:
    customers = write("c.csv", "id,Name,Main contact", "C1,Sample A,Sample One", "C2,Sample B,Sample Two")
    contacts = write(
        "p.csv", "id,Name,Firm", "P1,Sample One,Sample A", "P2,Sample Two,C1", "P3,Sample Two,C2"
    )

    assert call("Customer", customers, "--lang", "en")[0] == 0
    assert call("Contact", contacts, "--lang", "en")[1][1:] == [
        '  Main contact of C1 holds by name now: "Sample One" is P1 (records: 1).',
        '  Main contact of C2 is "Sample Two", but several are called so: P2, P3 (records: 1).',
        "    hint: Write the key instead in the file of Customer, and import it again.",
    ]
    assert call("Customer", customers, "--lang", "en")[1][1:] == [
        '  row 3, Main contact: Several are called "Sample Two": P2, P3. Write the ID instead.',
    ]
