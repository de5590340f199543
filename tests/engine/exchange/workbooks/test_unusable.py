"""Files that are no workbook, and files that are made to do harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from engine.exchange import SheetUnusable, import_file, imports
from tests.engine.exchange.memory import peak
from tests.engine.exchange.workbooks.books import (
    FIRMS,
    HEAD,
    MODEL,
    READER,
    changed,
    stored,
    text_cell,
    with_sheet,
    workbook,
)

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
    assert load(workbook([["编号"], ["C2"]]), name="records").page == "Sheet"


# --- hostile files ------------------------------------------------------------------------------------------


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

    # The parser keeps an empty element for each row; what waits for the collector makes it at most 490 bytes.
    # A list of the rows would make it 980, a list of the cells 1,900, elements that keep their cells 2,800.
    assert large - small < 1_000 * 700
