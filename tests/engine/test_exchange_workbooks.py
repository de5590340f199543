"""Import from and export to Excel workbooks: what a cell means, what is refused, what must not blow up."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from engine.exchange import ImportReport, SheetUnusable, export_module, import_file, imports
from engine.exchange import workbook_file as writing
from engine.exchange.workbook_cells import escaped, number_text, unescaped
from engine.exchange.workbook_marks import Marks
from engine.files.model import read_model
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.moments import Clock
from engine.model.operands import FieldValue, RecordKey
from engine.model.values import Reader, Value
from engine.records.session import Session
from engine.records.store import Store

ZONE = ZoneInfo("Asia/Shanghai")
CLOCK = Clock(datetime(2026, 4, 1, 1, tzinfo=UTC), ZONE)
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


@pytest.fixture
def session() -> Iterator[Session]:
    with Store("sqlite://", MODEL, "Asia/Shanghai").write(CLOCK) as session:
        yield session


@pytest.fixture
def load(session: Session, tmp_path: Path) -> Load:
    """Rows, or what fills the first sheet of a workbook, imported."""

    def run(
        content: list[list[Any]] | Fill | bytes, module=FIRMS, name="records.xlsx", **options
    ) -> ImportReport:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else workbook(content))
        return import_file(session, module, path, model=MODEL, reader=READER, **options)

    return run


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


def stored(session: Session, *keys: str, module=FIRMS) -> list[tuple[Value, ...]]:
    operands = [FieldValue(module.fields[key], module) for key in keys]
    return list(session.read_all(module, [RecordKey(module), *operands]))


def told(report: ImportReport) -> list[tuple[int, str, str, str]]:
    return [(one.row, one.column, one.value, one.code) for one in report.refused]


def notes(report: ImportReport) -> list[dict[str, str]]:
    assert {one.code for one in report.notes} <= {"W327"}
    return [dict(one.facts) for one in report.notes]


# --- what a cell means --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field, cell, number_format, value",
    [
        ("day", date(2026, 3, 1), "yyyy-mm-dd", date(2026, 3, 1)),
        ("day", wall("2026-03-01"), "yyyy/m/d", date(2026, 3, 1)),
        ("day", wall("2026-03-01 23:59"), "yyyy/m/d h:mm", date(2026, 3, 1)),
        ("day", "2026年3月1日", "@", date(2026, 3, 1)),
        ("day", wall("2026-03-01"), '[$-804]yyyy"年"m"月"d"日"', date(2026, 3, 1)),
        ("moment", wall("2026-03-01 08:00"), "yyyy/m/d h:mm", datetime(2026, 3, 1, tzinfo=UTC)),
        ("moment", date(2026, 3, 1), "yyyy/m/d", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        # A fraction of a day that was computed: half a second before eight.
        ("moment", 46082.33332755, "yyyy/m/d h:mm", datetime(2026, 3, 1, tzinfo=UTC)),
        ("count", 5, "General", Decimal(5)),
        ("count", 5.0, "0.00", Decimal(5)),
        ("count", -0.25, "General", Decimal("-0.25")),
        ("count", 0.1 + 0.2, "General", Decimal("0.3")),
        ("count", 1.1 * 3, "General", Decimal("3.3")),
        ("count", 123456789012.3456, "General", Decimal("123456789012.3456")),
        ("count", "1,234.5", "@", Decimal("1234.5")),
        ("amount", 1234.5, '"¥"#,##0.00', Decimal("1234.5")),
        ("share", 0.3, "0%", Decimal(30)),
        ("share", 0.07, "0.00%", Decimal(7)),
        ("share", 0.1 + 0.2, "0%", Decimal(30)),
        ("share", 30, "General", Decimal(30)),
        ("share", 30, '0"%"', Decimal(30)),
        ("share", 30, r"0\%", Decimal(30)),
        ("share", "30%", "@", Decimal(30)),
        ("keep", True, "General", True),
        ("keep", False, "General", False),
        ("keep", 1, "General", True),
        ("keep", "否", "General", False),
        ("phone", 15400000001, "General", "15400000001"),
        ("phone", 15400000001.0, "0", "15400000001"),
        ("phone", "015400000001", "@", "015400000001"),
        ("name", 7, "000", "7"),
        ("name", 0.5, "General", "0.5"),
        ("name", 0.00001, "General", "0.00001"),
        ("name", date(2026, 3, 1), "yyyy/m/d", "2026-03-01"),
        ("name", time(8, 30), "h:mm", "08:30:00"),
        ("name", timedelta(hours=26, minutes=5), "[h]:mm:ss", "26:05:00"),
        ("name", True, "General", "TRUE"),
        ("name", "_x000D_", "@", None),
        ("name", "a_x000D_\nb", "@", "a\r\nb"),
        ("name", "'=1+1", "@", "=1+1"),
        ("name", "+86 154 0000 0001", "@", "+86 154 0000 0001"),
    ],
)
def test_a_cell_becomes_the_value_that_a_person_sees(
    session, load, field, cell, number_format, value
) -> None:
    def fill(page: Any) -> None:
        page.append(["编号", field])
        page.append(["C1", cell])
        page["B2"].number_format = number_format

    report = load(fill)

    assert (told(report), stored(session, field)) == ([], [("C1", value)])


@pytest.mark.parametrize("style", [27, 31, 36, 57, 58])
def test_dates_in_formats_that_only_chinese_excel_knows(session, load, style: int) -> None:
    content = workbook([["编号", "建档日期"], ["C1", 46082]])
    styles = lambda text: text.replace('<xf numFmtId="0"', f'<xf numFmtId="{style}"')  # noqa: E731 - said once

    report = load(changed(content, {"xl/styles.xml": styles}))

    assert (told(report), stored(session, "day")) == ([], [("C1", date(2026, 3, 1))])


def test_days_count_from_1904_where_the_workbook_says_so(session, load) -> None:
    def fill(page: Any) -> None:
        page.parent.epoch = openpyxl.utils.datetime.MAC_EPOCH
        page.append(["编号", "建档日期"])
        page.append(["C1", date(2026, 3, 1)])

    load(fill)

    assert stored(session, "day") == [("C1", date(2026, 3, 1))]


def test_numbers_as_keys(session, load) -> None:
    report = load([["货号", "名称"], [7, "a"], [8.0, "b"], ["9", "c"], [1.5, "d"]], GOODS)

    assert stored(session, "name", module=GOODS) == [(7, "a"), (8, "b"), (9, "c")]
    assert told(report) == [(5, "货号", "1.5", "W315")]


@pytest.mark.parametrize(
    "field, cell, number_format, value, code",
    [
        ("次数", "#N/A", "General", "#N/A", "W325"),
        ("客户名称", "#REF!", "General", "#REF!", "W325"),
        ("客户名称", "=1+1", "General", "", "W324"),
        ("电话", 1234567890123456, "0", "1234567890123456", "W326"),
        ("客户名称", 1.1010119900101e17, "0", "1.1010119900101e+17", "W326"),
        ("次数", 0.3, "0%", "30%", "W225"),
        ("次数", 0.00001, "General", "0.00001", "W226"),
        ("次数", True, "General", "TRUE", "W225"),
        ("次数", date(2026, 3, 1), "yyyy/m/d", "2026-03-01", "W225"),
        ("建档日期", 46082, "General", "46082", "W228"),
        ("建档日期", time(8, 30), "h:mm", "08:30:00", "W228"),
        ("建档日期", "someday", "@", "someday", "W228"),
        ("是否继续维护", 2, "General", "2", "W230"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_row_and_the_others_are_kept(
    session, load, field, cell, number_format, value, code
) -> None:
    def fill(page: Any) -> None:
        page.append(["编号", field])
        for row in (["C1", None], [], ["C2", cell], ["C3", None]):
            page.append(row)
        page["B4"].number_format = number_format

    report = load(fill)

    assert told(report) == [(4, field, value, code)]
    assert (report.rows, report.added, report.refused_rows) == (3, 2, 1)
    assert [key for (key,) in stored(session)] == ["C1", "C3"]


def test_formulas_count_by_their_results(session, load) -> None:
    rows = HEAD + "".join(
        f"<row r='{n}'>{text_cell(f'A{n}', f'C{n}')}<c r='B{n}'{kind}><f>1+{n}</f>{result}</c></row>"
        for n, kind, result in [
            (2, "", "<v>3</v>"),
            (3, " t='str'", "<v></v>"),
            (4, " t='str'", "<v>5</v>"),
            (5, "", "<v></v>"),
            (6, "", ""),
            (7, " t='e'", "<v>#DIV/0!</v>"),
        ]
    )

    report = load(with_sheet(rows))

    assert stored(session, "count") == [("C2", Decimal(3)), ("C3", None), ("C4", Decimal(5))]
    assert told(report) == [
        (5, "次数", "", "W324"),
        (6, "次数", "", "W324"),
        (7, "次数", "#DIV/0!", "W325"),
    ]


def test_a_row_of_formulas_without_results_is_no_blank_row(load) -> None:
    report = load([["编号", "次数"], ["C1", 1], ['="C"&2', "=1+1"]])

    assert told(report) == [(3, "编号", "", "W324"), (3, "次数", "", "W324")]


def test_a_mistake_in_a_column_that_is_not_used_keeps_no_row_out(load) -> None:
    report = load([["编号", "备注"], ["C1", "=1+1"], ["C2", "#N/A"]])

    assert (report.added, report.refused, report.ignored) == (2, (), ("备注",))


def test_a_merged_cell_never_clears_what_it_covers(session, load) -> None:
    def fill(page: Any) -> None:
        for row in (
            [None, "标题"],
            ["编号", "客户名称", "次数"],
            ["C1", "a", 1],
            ["C2", None, 2],
            ["C3", "b", 3],
        ):
            page.append(row)
        page.merge_cells("A1:C1")
        page.merge_cells("B3:B4")
        page.merge_cells("E3:F9")

    def below_title(page: Any) -> None:
        fill(page)
        page["A1"] = None

    load([["编号", "客户名称"], ["C2", "old"]])
    report = load(below_title)

    assert told(report) == [(4, "客户名称", "", "W328")]
    assert stored(session, "name", "count") == [
        ("C1", "a", Decimal(1)),
        ("C2", "old", None),
        ("C3", "b", Decimal(3)),
    ]


# --- the table in the sheet ---------------------------------------------------------------------------------


def test_blanks_around_the_table_do_not_matter_and_rows_are_numbered_as_in_the_sheet(session, load) -> None:
    rows = [[], [None, None], [None, " 编号 ", "次数 ", None], [None, "C1", 1], [" "], [None, "C2", "x"], []]

    report = load(rows)

    assert (report.added, report.ignored, report.encoding, report.separator) == (1, ("#1",), "XLSX", "")
    assert told(report) == [(6, "次数", "x", "W225")]


def test_hidden_rows_and_columns_are_read_and_told(session, load) -> None:
    def fill(page: Any) -> None:
        for row in (["编号", "次数", "客户名称"], ["C1", 1, "a"], ["C2", 2, "b"], ["C3", 3, "c"]):
            page.append(row)
        page.row_dimensions[3].hidden = page.row_dimensions[4].hidden = page.row_dimensions[9].hidden = True
        page.column_dimensions["B"].hidden = True

    report = load(fill)

    assert report.added == 3
    assert notes(report) == [{"kind": "rows", "count": "2"}, {"kind": "columns", "known": "次数"}]


def test_cells_right_of_the_headers_are_not_read_but_told(session, load) -> None:
    report = load([["编号", "次数"], ["C1", 1], ["C2", 2, None, "已联系"]])

    assert (report.added, notes(report)) == (2, [{"kind": "beside", "known": "3"}])


def several(*titles: str, filled: str = "", hidden: str = "") -> Fill:
    def fill(page: Any) -> None:
        page.title = titles[0]
        for title in titles[1:]:
            page.parent.create_sheet(title)
        for title in filled.split():
            page.parent[title].append(["编号"])
            page.parent[title].append([f"from {title}"])
        for title in hidden.split():
            page.parent[title].sheet_state = "hidden"

    return fill


@pytest.mark.parametrize(
    "fill, page, found, others",
    [
        (several("一", "二", "三", filled="二"), "", "二", None),
        (several("一", "二", "三", filled="二 三"), "", "二", "三"),
        (several("一", "二", "三", filled="一 二 三", hidden="一"), "", "二", "三"),
        (several("一", "二", "三", filled="一 二 三", hidden="三"), "三", "三", None),
    ],
)
def test_the_first_filled_sheet_is_read_or_the_one_that_is_named(
    session, load, fill, page, found, others
) -> None:
    report = load(fill, page=page)

    assert stored(session) == [(f"from {found}",)]
    expected = [{"kind": "sheets", "sheet": found, "known": others}] if others else []
    assert notes(report) == expected


@pytest.mark.parametrize(
    "fill, page, code, facts",
    [
        (several("一", "二", filled="一"), "三", "W323", {"sheet": "三", "known": "一、二"}),
        (several("一", "二", filled="一"), "二", "W316", {}),
        (several("一", "二"), "", "W316", {}),
        (several("一", "二", filled="二", hidden="二"), "", "W316", {}),
    ],
)
def test_a_sheet_that_is_not_there_is_told_with_those_that_are(load, fill, page, code, facts) -> None:
    with pytest.raises(SheetUnusable) as caught:
        load(fill, page=page)

    assert (caught.value.code, caught.value.facts) == (code, {"file": "records.xlsx", **facts})


def test_a_text_file_has_no_sheets(load) -> None:
    with pytest.raises(SheetUnusable) as caught:
        load("编号\nC1\n".encode(), name="records.csv", page="一")

    assert (caught.value.code, caught.value.facts["kind"]) == ("W323", "text")


# --- files that are no workbook -----------------------------------------------------------------------------


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000_000)


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    "content, name, code, kind",
    [
        (OLE + "Workbook".encode("utf-16-le"), "old.xls", "W312", "xls"),
        (OLE[: (1 << 20) - 7] + "EncryptedPackage".encode("utf-16-le"), "locked.xlsx", "W312", "protected"),
        (archive("[Content_Types].xml", "xl/workbook.bin"), "binary.xlsb", "W312", "xlsb"),
        (archive("mimetype", "content.xml"), "open.ods", "W312", "ods"),
        (archive("records.csv"), "records.zip", "W312", "zip"),
        ("编号\nC1\n".encode(), "renamed.xlsx", "W322", None),
        (b"", "empty.xlsx", "W316", None),
        (b"PK\x03\x04", "cut.xlsx", "W321", None),
        (workbook([["编号"], ["C1"]])[:-200], "cut.xlsx", "W321", None),
        (archive("[Content_Types].xml"), "hollow.xlsx", "W321", None),
        (with_sheet("<row><c></row>"), "broken.xlsx", "W321", None),
        (with_sheet("<row r='1'><c r='A1' t='s'><v>5</v></c></row>"), "strings.xlsx", "W321", None),
        (with_sheet(HEAD + "<row r='2'><c r='A2' s='99'><v>1</v></c></row>"), "styles.xlsx", "W321", None),
    ],
)
def test_a_file_that_is_no_workbook_is_told_in_one_sentence(session, load, content, name, code, kind) -> None:
    with pytest.raises(SheetUnusable) as caught:
        load(content, name=name)

    assert (caught.value.code, caught.value.facts.get("kind")) == (code, kind)
    assert caught.value.facts["file"] == name
    assert session.count(FIRMS) == 0


def test_a_workbook_is_known_by_its_content(session, load) -> None:
    assert load(workbook([["编号"], ["C1"]]), name="records.csv").added == 1
    assert load(workbook([["编号"], ["C2"]]), name="records").encoding == "XLSX"


# --- hostile files ------------------------------------------------------------------------------------------


def peak(run: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_part_that_unpacks_to_gigabytes_is_not_unpacked(load) -> None:
    content = changed(workbook([["编号"]]), {"xl/theme/theme1.xml": lambda _: " " * 50_000_001})

    def run() -> None:
        with pytest.raises(SheetUnusable) as caught:
            load(content, name="bomb.xlsx")
        assert (caught.value.code, caught.value.facts) == (
            "W320", {"file": "bomb.xlsx", "size": "51", "limit": "50"},
        )  # fmt: skip

    assert len(content) < 100_000
    assert peak(run) < 5_000_000


def test_a_directory_that_lies_about_sizes_is_damage(load) -> None:
    content = workbook([["编号", "客户名称"], *([f"C{n}", "x"] for n in range(500))])
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        size = made.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = content.replace(size.to_bytes(4, "little"), (300).to_bytes(4, "little"))

    with pytest.raises(SheetUnusable, match="W321"):
        load(lying)


def sparse(last: int, *, before: str = "", beyond: str = "") -> bytes:
    """A sheet with something in its first cells and in a row far below, out to the last column."""
    rows = (
        f"{HEAD}<row r='2'>{text_cell('A2', 'C1')}</row>"
        f"<row r='{last}'><c r='A{last}'><v>2</v></c><c r='XFD{last}'><v>1</v></c></row>"
        f"{beyond}"
    )
    return with_sheet(rows, before=before)


@pytest.mark.parametrize("dimension", ["", '<dimension ref="A1:XFD1048576"/>', '<dimension ref="A1"/>'])
def test_the_last_cell_that_excel_has_is_reached_and_no_further(session, load, dimension: str) -> None:
    beyond = "<row r='99999999'><c r='A99999999'><v>1</v></c></row>"

    load(sparse(1_048_576, before=dimension, beyond=beyond))

    assert stored(session) == [("2",), ("C1",)]


def test_a_gap_costs_no_memory(load) -> None:
    assert peak(lambda: load(sparse(50_000))) < 10_000_000


def test_entities_that_explode_are_damage(load) -> None:
    levels = "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(9))
    doctype = f"<!DOCTYPE worksheet [<!ENTITY e0 '0123456789'>{levels}]>"
    bomb = with_sheet(HEAD + f"<row r='2'>{text_cell('A2', '&e9;')}</row>")
    content = changed(
        bomb, {"xl/worksheets/sheet1.xml": lambda text: text.replace("<worksheet", f"{doctype}<worksheet", 1)}
    )

    with pytest.raises(SheetUnusable, match="W321"):
        load(content)


def test_memory_does_not_grow_with_the_sheet(session, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 200)

    def run(rows: int) -> None:
        path = tmp_path / f"{rows}.xlsx"
        report = import_file(session, FIRMS, path, model=MODEL, reader=READER)
        assert report.refused_rows == rows // 2

    for rows in (1_000, 2_000):
        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet()
        page.append(["编号", "客户名称", "次数"])
        for n in range(rows):
            page.append([f"K{n}", f"样例商行有限公司{n}", "x" if n % 2 else 1])
        book.save(tmp_path / f"{rows}.xlsx")
    run(1_000)
    small, large = peak(lambda: run(1_000)), peak(lambda: run(2_000))

    # The parser keeps an empty element for each row; its cells would take five times as much.
    assert large - small < 1_000 * 250


# --- refused rows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["refused.csv", "refused.xlsx"])
def test_refused_rows_can_be_corrected_and_sent_again(session, load, tmp_path: Path, name: str) -> None:
    refused = tmp_path / name
    rows = [["编号", "客户名称", "次数", "占比", "建档日期"]]
    rows += [
        ["C1", "=x", "many", None, date(2026, 3, 1)],
        ["C2", "b", 2, None, None],
        ["C3", "#N/A", 3, 1, None],
    ]

    def fill(page: Any) -> None:
        for row in rows:
            page.append(row)
        page["B2"].data_type = "s"

    report = load(fill, refused_to=refused, explain=lambda one: f"{one.code} {one.column}")
    content = refused.read_bytes()
    if name.endswith("csv"):
        content = content.replace(b"many", b"5").replace(b"#N/A", b"c")
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        page = book.active
        assert [[cell.value for cell in row] for row in page] == [
            ["编号", "客户名称", "次数", "占比", "建档日期", "行 Row", "原因 Reason"],
            ["C1", "=x", "many", None, "2026-03-01", "2", "W225 次数"],
            ["C3", "#N/A", "3", "1", None, "4", "W325 客户名称"],
        ]
        assert {cell.data_type for row in page for cell in row if cell.value} == {"s"}
        page["C2"], page["B3"] = 5, "c"
        file = io.BytesIO()
        book.save(file)
        content = file.getvalue()
    again = load(content, name=name)

    assert (report.added, report.refused_rows) == (1, 2)
    assert (again.added, again.refused, again.ignored) == (2, (), ("行 Row", "原因 Reason"))
    assert stored(session, "name", "count", "share", "day") == [
        ("C1", "=x", Decimal(5), None, date(2026, 3, 1)),
        ("C2", "b", Decimal(2), None, None),
        ("C3", "c", Decimal(3), Decimal(1), None),
    ]


# --- export -------------------------------------------------------------------------------------------------


def exported(session: Session, path: Path, module=FIRMS, **options) -> Any:
    export_module(session, module, {}, path, **options)
    return openpyxl.load_workbook(path).active


def test_an_export_is_a_workbook_to_work_with(session, load, tmp_path: Path) -> None:
    load([["编号", "客户名称", "次数", "金额", "占比", "建档日期", "最近登录", "是否继续维护", "电话"],
          ["C1", "样例", 5, 1234.5, "12.5%", date(2026, 3, 1), wall("2026-03-01 08:00"), "是", "0154"],
          ["C2", None, 0.25, 3, "30%", None, None, None, None]])  # fmt: skip

    page = exported(session, tmp_path / "out.XLSX")
    cells = [[(cell.value, cell.number_format) for cell in row] for row in page]

    assert [value for value, _ in cells[0]] == [
        "编号", "客户名称", "次数", "金额", "占比", "建档日期", "最近登录", "是否继续维护", "电话",
    ]  # fmt: skip
    assert cells[1] == [
        ("C1", "@"),
        ("样例", "@"),
        (5, "0"),
        (1234.5, "#,##0.00##"),
        (0.125, "0.00##%"),
        (wall("2026-03-01"), "yyyy-mm-dd"),
        (wall("2026-03-01 08:00"), "yyyy-mm-dd hh:mm:ss"),
        ("是", "@"),
        ("0154", "@"),
    ]
    assert cells[2][2:5] == [(0.25, "0.0###"), (3, "#,##0.00##"), (0.3, "0%")]
    assert (page.title, page.freeze_panes) == ("客户", "A2")
    assert [cell.font.bold for row in page for cell in row] == [True] * 9 + [False] * 18
    widths = {name: one.width for name, one in page.column_dimensions.items()}
    assert (widths["A"], widths["B"], widths["F"], widths["H"]) == (10, 24, 12, 14)


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "#N/A", "@x", "+86", "-", "＝1"])
def test_a_text_is_never_a_formula_or_a_mistake(session, tmp_path: Path, text: str) -> None:
    session.upsert(FIRMS, [FIRMS.fields["name"]], [("C1", text)])

    page = exported(session, tmp_path / "out.xlsx")

    assert (page["B2"].value, page["B2"].data_type, page["B2"].quotePrefix) == (text, "s", text != "#N/A")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as made:
        assert b"<f>" not in made.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "number, cell",
    [
        ("99999999999.9999", 99999999999.9999),
        ("12345678901234.5", 12345678901234.5),
        ("12345678901234.56", "12345678901234.56"),
    ],
)
def test_a_number_beyond_15_digits_is_a_text(session, tmp_path: Path, number: str, cell: object) -> None:
    session.upsert(FIRMS, [FIRMS.fields["count"]], [("C1", Decimal(number))])

    assert exported(session, tmp_path / "out.xlsx")["C2"].value == cell


def test_a_title_that_excel_does_not_take_is_made_one(session, tmp_path: Path) -> None:
    assert exported(session, tmp_path / "out.xlsx", GOODS).title == "货 品 清单"


@pytest.mark.parametrize(
    "text, is_kept",
    [("长" * 32_767, True), ("长" * 32_768, False), ("𠮷" * 16_383, True), ("𠮷" * 16_384, False)],
)
def test_a_text_too_long_for_a_cell_is_told_and_nothing_is_cut(
    session, tmp_path: Path, text, is_kept
) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"before")
    session.upsert(FIRMS, [FIRMS.fields["name"]], [("C1", "short"), ("C2", text)])

    if is_kept:
        assert exported(session, path)["B3"].value == text
        return
    with pytest.raises(SheetUnusable) as caught:
        exported(session, path)
    assert (caught.value.code, caught.value.facts) == (
        "W329", {"file": "out.xlsx", "kind": "length", "record": "C2", "field": "客户名称", "limit": "32767"},
    )  # fmt: skip
    assert path.read_bytes() == b"before"


def test_more_records_than_a_sheet_has_rows_are_told(session, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(writing, "MOST_ROWS", 3)
    session.upsert(FIRMS, [], [(f"C{n}",) for n in range(3)])

    with pytest.raises(SheetUnusable) as caught:
        exported(session, tmp_path / "out.xlsx")

    assert (caught.value.code, caught.value.facts["kind"], caught.value.facts["limit"]) == (
        "W329",
        "rows",
        "2",
    )


# --- small parts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, written",
    [
        ("a\rb", "a_x000D_b"),
        ("a\nb\tc", "a\nb\tc"),
        ("\x00\x1f", "_x0000__x001F_"),
        ("\uffff", "_xFFFF_"),
        ("_x000D_", "_x005F_x000D_"),
        ("_x005F_", "_x005F_x005F_"),
        ("_x12_ x0041_", "_x12_ x0041_"),
    ],
)
def test_characters_that_xml_cannot_hold(text: str, written: str) -> None:
    assert escaped(text) == written
    assert unescaped(written) == text


@pytest.mark.parametrize(
    "value, text",
    [(1e-7, "0.0000001"), (1e14, "100000000000000"), (-0.0, "-0"), (100.0, "100"), (2.675, "2.675")],
)
def test_numbers_are_written_out(value: float, text: str) -> None:
    assert number_text(value) == (text, "")


@pytest.mark.parametrize("value", [1e15, -(10**15), 1e300, float("inf"), float("nan")])
def test_numbers_that_a_spreadsheet_does_not_keep(value: float) -> None:
    assert number_text(value)[1] == "W326"


def test_marks_follow_sheets_without_coordinates_and_with_prefixes() -> None:
    sheet = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        b"<x:row><x:c/><x:c><x:f>1</x:f></x:c></x:row><x:row hidden='true'><x:c><x:f>2</x:f></x:c></x:row>"
        b"</x:sheetData><x:mergeCells><x:mergeCell ref='B2:C3'/><x:mergeCell ref='A2:A3'/></x:mergeCells>"
        b"</x:worksheet>"
    )

    marks = Marks.of(io.BytesIO(sheet))

    assert [(row, column) for row in (1, 2) for column in (1, 2) if marks.is_unsolved(row, column)] == [
        (1, 2),
        (2, 1),
    ]
    assert (marks.has_unsolved(1), marks.has_unsolved(3), list(marks.hidden_rows)) == (True, False, [2])
    assert list(marks.covered(1, 3)) == [(2, 3), (3, 1), (3, 2), (3, 3)]
    assert list(marks.covered(2, 2)) == [(3, 1), (3, 2)]
