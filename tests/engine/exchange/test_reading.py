"""Text files: encodings, separators, rows and columns are found, and a file that is no table is refused."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest

from engine.exchange import SheetUnusable, import_file
from engine.model.values import Reader
from tests.engine.exchange.firms import FIRMS, MODEL_READ, ZONE, stored, told


@pytest.mark.parametrize(
    "codec, mark, encoding",
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8-sig", b"", "UTF-8"),
        ("utf-16", b"", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("gbk", b"", "GB18030"),
        ("gb18030", b"", "GB18030"),
    ],
)
def test_usual_encodings_are_found(session, load, codec: str, mark: bytes, encoding: str) -> None:
    report = load(mark + "编号,客户名称\nC1,鹤湾样例\n".encode(codec))

    assert report.encoding == encoding
    assert stored(session, "name") == [("C1", "鹤湾样例")]


def test_characters_beyond_gbk_are_read_as_gb18030(session, load) -> None:
    load("编号,客户名称\nC1,𠮷样例\n".encode("gb18030"))

    assert stored(session, "name") == [("C1", "𠮷样例")]


@pytest.mark.parametrize(
    "text, separator",
    [
        ("编号,客户名称\nC1,a;b\n", ","),
        ("编号;客户名称\nC1;a,b\n", ";"),
        ("编号\t客户名称\nC1\ta,b\n", "\t"),
        ("编号;客户名称;一,二,三,四\nC1;a,b;\n", ";"),
        ("编号\nC1\n", ","),
        ('"编号","客户名称"\n"C1","x"\n', ","),
    ],
)
def test_the_separator_is_the_one_under_which_columns_are_known(load, text: str, separator: str) -> None:
    report = load(text)

    assert (report.separator, report.added) == (separator, 1)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_quoted_cells_may_hold_line_breaks_and_rows_count_as_shown(session, load, line_end: str) -> None:
    lines = ["编号,客户名称,次数", 'C1,"一\n""二""",1', "", ",,", "C2,b,x", ""]

    report = load(line_end.join(lines))

    assert stored(session, "name") == [("C1", '一\n"二"')]
    assert told(report) == [(5, "次数", "x", "W225")]


@pytest.mark.parametrize(
    "header",
    [
        "id,name,tier",
        "编号,客户名称,客户层级",
        "ID,Customer name,Tier",
        " 编号 ,客户名称,客户等级,,",
        "\n\n编号,客户名称,客户等级",
    ],
)
def test_columns_are_known_by_key_label_and_older_label(session, load, header: str) -> None:
    report = load(f"{header}\nC1,x,B\n")

    assert (report.added, report.ignored) == (1, ())
    assert stored(session, "name", "tier") == [("C1", "x", "B")]


def test_headers_and_cells_are_composed(session, load) -> None:
    report = load(unicodedata.normalize("NFD", "id,Café,客户名称\né,1,café\n"))

    assert report.ignored == ("Café",)
    assert stored(session, "name") == [("é", "café")]


def test_columns_that_are_no_fields_are_passed_over_and_named(session, load) -> None:
    report = load("编号,客户等极,显示名,,次数\nC1,A,x,?,1\n")

    assert report.ignored == ("客户等极", "显示名", "#4")
    assert [(one.code, dict(one.facts)) for one in report.notes] == [
        ("W307", {"column": "客户等极", "nearest": "客户等级"}),
        ("W313", {"column": "显示名"}),
        ("W307", {"column": "#4", "nearest": ""}),
    ]
    assert stored(session, "count") == [("C1", Decimal(1))]


@pytest.mark.parametrize(
    "content, code, facts",
    [
        (b"", "W316", {}),
        (b"\n \n\n", "W316", {}),
        (b"PK\x03\x04\x00\x00", "W321", {}),
        ("客户名称,客户层级\nx,A\n", "W302", {"module": "客户\x1fCustomer", "known": "id、编号、ID"}),
        (
            "编号,客户层级,Tier\nC1,A,B\n",
            "W303",
            {"field": "客户层级\x1fTier", "first": "客户层级", "second": "Tier"},
        ),
        ("编号,ID\nC1,C1\n", "W303", {"field": "编号\x1fID", "first": "编号", "second": "ID"}),
        ("编号,客户名称\nC1,a\nC2,b\0c\n", "W311", {"line": "3"}),
        ("编号,次数\nC1,1\n".encode("utf-16-le"), "W311", {"line": "1"}),
        ("编号,客户名称\nC1,一\nC2,".encode() + b"\xff\xff\n", "W310", {"line": "3"}),
        (b"\xff\xfe" + "编号\n".encode("utf-16-le") + b"\x00\xd8\n", "W310", {"line": "2"}),
        ('编号,客户名称\nC1,a\nC2,"b\nC3,c\nC4,d\n', "W318", {"row": "3"}),
    ],
)
def test_a_file_that_is_no_table_is_rejected_before_anything_is_written(
    session, load, content, code, facts
) -> None:
    with pytest.raises(SheetUnusable) as caught:
        load(content)

    assert (caught.value.code, caught.value.facts) == (code, {"file": "records.csv", **facts})
    assert session.count(FIRMS) == 0


def test_a_missing_file_is_named(session, tmp_path: Path) -> None:
    with pytest.raises(SheetUnusable) as caught:
        import_file(session, FIRMS, tmp_path / "no.csv", model=MODEL_READ, reader=Reader(ZONE, lenient=True))

    assert (caught.value.code, caught.value.facts["file"]) == ("W301", "no.csv")
