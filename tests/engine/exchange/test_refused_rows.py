"""A wrong row is refused with its reasons, the others are kept, and the refused ones can come again."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from engine.exchange import imports, refused
from engine.model.diagnostics import WrongUsage
from tests.engine.exchange.firms import PEOPLE, stored, told


@pytest.mark.parametrize(
    "header, line, expected",
    [
        ("客户层级", "C1,D", ("客户层级", "D", "W205")),
        ("Tier", "C1,a", ("Tier", "a", "W205")),
        ("标签", "C1,高潜;新", ("标签", "高潜;新", "W205")),
        ("次数", "C1,many", ("次数", "many", "W225")),
        ("次数", "C1,0.00001", ("次数", "0.00001", "W226")),
        ("金额", "C1,$5", ("金额", "$5", "W225")),
        ("建档日期", "C1,2026-02-30", ("建档日期", "2026-02-30", "W229")),
        ("建档日期", "C1,soon", ("建档日期", "soon", "W228")),
        ("是否继续维护", "C1,perhaps", ("是否继续维护", "perhaps", "W230")),
        ("账期", "C1,90", ("账期", "90", "W221")),
        ("邮箱", "C1,nobody", ("邮箱", "nobody", "W224")),
        ("负责人", "C1,S9", ("负责人", "S9", "W304")),
        ("客户名称", ",x", ("编号", "", "W306")),
        ("客户名称", "C0,x", ("编号", "C0", "W305")),
        ("客户名称", "C1,x,,y", ("", "", "W309")),
        ("客户名称", 'C1,"x"y', ("", "", "W308")),
        ("客户名称", f"C1,{'x' * 100_001}", ("客户名称", "x" * 199 + "…", "W314")),
        ("客户名称", f"C1,{'x' * 140_000}", ("", "", "W308")),
    ],
)
def test_a_wrong_row_is_refused_and_the_others_are_kept(session, load, header, line, expected) -> None:
    load("编号,姓名\nS1,李\n", PEOPLE)

    report = load(f"编号,{header}\nC0,\n{line}\nC2,\n")

    assert told(report) == [(3, *expected)]
    assert (report.rows, report.added, report.refused_rows) == (3, 2, 1)
    assert [key for (key,) in stored(session)] == ["C0", "C2"]


def test_every_mistake_of_a_row_is_told_with_its_facts(load) -> None:
    report = load("编号,客户层级,次数,负责人\nC1,D,x,S9\n")

    told = [
        (
            one.row,
            one.column,
            one.value,
            one.code,
            {name: value.split("\x1f")[0] for name, value in one.facts},
        )
        for one in report.refused
    ]
    assert told == [
        (2, "客户层级", "D", "W205", {"field": "客户层级", "known": "A、B、C", "value": "D"}),
        (2, "次数", "x", "W225", {"field": "次数", "value": "x"}),
        (2, "负责人", "S9", "W304", {"field": "负责人", "module": "员工", "value": "S9"}),
    ]
    assert report.refused_rows == 1


def test_a_double_key_names_the_first_row_also_across_chunks(session, load, monkeypatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)

    report = load("编号,客户名称\nC1,a\nC2,b\nC3,c\nC1,d\n C1 ,e\nC4,f\n")

    assert [(one.row, one.code, dict(one.facts)["first"]) for one in report.refused] == [
        (5, "W305", "2"),
        (6, "W305", "2"),
    ]
    assert stored(session, "name") == [("C1", "a"), ("C2", "b"), ("C3", "c"), ("C4", "f")]


def test_a_required_field_is_asked_of_new_records_and_never_cleared(session, load) -> None:
    first = load("编号,姓名\nS1,李\nS2,\n", PEOPLE)
    second = load("编号,上级\nS1,\nS3,\n", PEOPLE)
    third = load("编号,姓名\nS1,\n", PEOPLE)

    assert told(first) == [(3, "姓名", "", "W306")]
    assert told(second) == [(3, "姓名", "", "W306")]
    assert told(third) == [(2, "姓名", "", "W306")]
    assert stored(session, "name", module=PEOPLE) == [("S1", "李")]


def test_only_the_first_mistakes_are_kept_in_the_report_and_all_are_counted(load, monkeypatch) -> None:
    monkeypatch.setattr(refused, "MOST_SHOWN", 3)

    report = load("编号,次数\n" + "".join(f"C{n},x\n" for n in range(10)))

    assert (len(report.refused), report.refused_rows) == (3, 10)


def test_refused_rows_can_be_corrected_and_sent_again(session, load, tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"
    report = load(
        '编号,客户名称,次数\nC1,\'=1+1,-5x\nC2,"a,\nb",7\nC3,-c,-8x\nC4,"x"y,1\n',
        refused_to=refused,
        explain=lambda one: f"{one.code} {one.column}",
    )

    text = refused.read_text(encoding="utf-8-sig")
    again = load(text.replace("5x", "5").replace("8x", "8"))

    assert list(csv.reader(text.splitlines())) == [
        ["编号", "客户名称", "次数", "行 Row", "原因 Reason"],
        ["C1", "'=1+1", "'-5x", "2", "W225 次数"],
        ["C3", "'-c", "'-8x", "4", "W225 次数"],
        ["", "", "", "5", "W308 "],
    ]
    assert (report.added, again.added, again.ignored) == (1, 2, ("行 Row", "原因 Reason"))
    assert stored(session, "name", "count") == [
        ("C1", "=1+1", Decimal(-5)),
        ("C2", "a,\nb", Decimal(7)),
        ("C3", "-c", Decimal(-8)),
    ]


def test_no_refused_row_makes_no_file_and_the_file_itself_is_never_overwritten(load, tmp_path: Path) -> None:
    load("编号\nC1\n", refused_to=tmp_path / "refused.csv")

    assert not (tmp_path / "refused.csv").exists()
    with pytest.raises(WrongUsage, match="W319"):
        load("编号\nC1\n", refused_to=tmp_path / "records.csv")
