"""A link cell is a key, else the title of one record: of another module, the same file, a file to come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.exchange import ImportReport, export_module, import_file, imports
from engine.model.entities import FieldType
from engine.model.named import Named
from engine.model.operands import Constant
from engine.model.values import Reader
from engine.records.lower import Lowering
from engine.records.people import lower_named
from engine.records.scopes import TableScope
from engine.records.session import Session
from engine.records.store import Store
from tests.engine.exchange.firms import CLOCK, ZONE, exported, model_of, stored, told
from tests.stores import STORES

pytestmark = pytest.mark.usefixtures("each_store")

MODEL = model_of("""
modules:
  staff:
    label: {zh: 员工, en: Staff}
    fields:
      name: {label: 姓名, type: text, required: true}
      boss: {label: 上级, type: link, to: 员工}
  firms:
    label: {zh: 客户, en: Customer}
    fields:
      name: {label: 客户名称, type: text}
      owner: {label: 负责人, type: link, to: 员工}
      contact: {label: 主联系人, type: link, to: 联系人, as: 主客户}
  contacts:
    label: {zh: 联系人, en: Contact}
    title: 称呼
    fields:
      note: {label: 备注, type: text}
      name: {label: 称呼, type: text}
      firm: {label: 所属客户, type: link, to: 客户, as: 联系人}
  sites:
    label: {zh: 网点, en: Site}
    key: 网点号
    table: crm_site
    fields:
      no: {label: 网点号, type: number}
      name: {label: 名称, type: text, required: true}
      above: {label: 上级网点, type: link, to: 网点}
      owner: {label: 负责人, type: link, to: 员工}
  visits:
    label: {zh: 拜访, en: Visit}
    table: crm_visit
    fields:
      site: {label: 网点, type: link, to: 网点}
""")
STAFF, FIRMS, CONTACTS, SITES, VISITS = MODEL.modules.values()
PEOPLE = "编号,姓名\nS001,样例甲\nS002,样例乙\nS003,样例乙\n"


@pytest.fixture
def session() -> Iterator[Session]:
    with Store(STORES.url(), MODEL, "Asia/Shanghai").write(CLOCK) as session:
        session.connection.exec_driver_sql(
            "CREATE TABLE crm_site (no INTEGER PRIMARY KEY, name TEXT, above INTEGER, owner TEXT)"
        )
        session.connection.exec_driver_sql("CREATE TABLE crm_visit (id TEXT PRIMARY KEY, site INTEGER)")
        yield session


@pytest.fixture
def load(session: Session, tmp_path: Path):
    def run(text: str, module=FIRMS, **options) -> ImportReport:
        path = tmp_path / "records.csv"
        path.write_text(text, encoding="utf-8")
        reader = Reader(ZONE, lenient=True)
        return import_file(session, module, path, model=MODEL, reader=reader, **options)

    return run


def raw(session: Session, table: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in session.connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")]


def facts(report: ImportReport) -> list[tuple[str, str, str]]:
    """What was refused: the code, what was written, the keys of those it may mean."""
    return [(one.code, dict(one.facts)["value"], dict(one.facts).get("known", "")) for one in report.refused]


def notes(report: ImportReport) -> list[tuple[str, dict[str, str]]]:
    return [(one.code, {k: v.split("\x1f")[0] for k, v in one.facts}) for one in report.notes]


def open_cells(report: ImportReport) -> list[tuple[int, str]]:
    return [(place.row, place.value) for one in report.loose for place in one.places]


# --- another module -----------------------------------------------------------------------------------------


def test_a_name_becomes_the_key_and_the_same_name_again_changes_nothing(session, load) -> None:
    load(PEOPLE, STAFF)
    text = "编号,客户名称,负责人\nC1,a,样例甲\nC2,b,S001\nC3,c, 样例甲 \nC4,d,\n"

    first, again = load(text), load(text)

    assert (first.added, first.refused) == (4, ())
    assert (again.updated, again.unchanged) == (0, 4)
    assert stored(session, "owner", module=FIRMS) == [
        ("C1", "S001"),
        ("C2", "S001"),
        ("C3", "S001"),
        ("C4", None),
    ]


def test_a_name_is_compared_as_imported_texts_are_kept(session, load) -> None:
    # An accent of its own becomes part of its letter, and the apostrophe guards a formula.
    load("编号,姓名\nS1,Jose\u0301\nS2,'=样例\nS3,jose\n", STAFF)

    report = load("编号,负责人\nC1,Jos\u00e9\nC2,'=样例\nC3,Jose\n")

    assert told(report) == [(4, "负责人", "Jose", "W304")]
    assert stored(session, "owner", module=FIRMS) == [("C1", "S1"), ("C2", "S2")]


def test_a_key_goes_before_a_name(session, load) -> None:
    load("编号,姓名\nS1,S2\nS2,样例甲\n", STAFF)

    load("编号,负责人\nC1,S2\n")

    assert stored(session, "owner", module=FIRMS) == [("C1", "S2")]


def test_a_name_of_several_is_refused_and_the_keys_are_told(session, load, tmp_path: Path) -> None:
    load(PEOPLE + "S004,样例丙\n" + "".join(f"T{n},样例丁\n" for n in range(9)), STAFF)
    refused = tmp_path / "refused.csv"

    report = load(
        "编号,客户名称,负责人\nC1,a,样例乙\nC2,b,样例丁\nC3,c,样例丙\nC4,d,样例无\n", refused_to=refused
    )

    assert facts(report) == [
        ("W336", "样例乙", "S002、S003"),
        ("W336", "样例丁", "T0、T1、T2、…"),
        ("W304", "样例无", ""),
    ]
    lines = refused.read_text(encoding="utf-8-sig").splitlines()
    assert [line[: len("C1,a,样例乙,2,W336")] for line in lines[1:]] == [
        "C1,a,样例乙,2,W336",
        "C2,b,样例丁,3,W336",
        "C4,d,样例无,5,W304",
    ]
    again = load("\n".join(lines).replace("样例乙", "S003", 1).replace("样例无", "样例甲", 1))
    assert (again.added, again.refused_rows) == (2, 1)
    assert stored(session, "owner", module=FIRMS) == [("C1", "S003"), ("C3", "S004"), ("C4", "S001")]


def test_what_the_model_calls_the_title_is_the_name(session, load) -> None:
    load("编号,备注,称呼\nP1,样例,张样例\n", CONTACTS)

    report = load("编号,主联系人\nC1,张样例\nC2,样例\n")

    assert (report.added, open_cells(report)) == (2, [(3, "样例")])
    assert stored(session, "contact", module=FIRMS) == [("C1", "P1"), ("C2", "样例")]


def test_an_export_shows_keys_and_changes_nothing(session, load) -> None:
    load(PEOPLE, STAFF)
    load("编号,客户名称,负责人,主联系人\nC1,a,样例甲,张样例\n")

    text = exported(session, FIRMS)

    assert text.splitlines()[1:] == ["C1,a,S001,张样例"]
    assert (load(text).unchanged, stored(session, "owner", module=FIRMS)) == (1, [("C1", "S001")])


@pytest.mark.parametrize("written", ["S1", "S2", "S3", "样例甲", "7", "样例无", "s1"])
def test_conditions_mean_the_same_record(session, load, written: str) -> None:
    load("编号,姓名\nS1,S2\nS2,样例甲\nS3,7\n", STAFF)
    load(f"编号,负责人\nC1,{written}\n")

    named = Named(Constant(written, FieldType.TEXT), STAFF.key)
    scope = TableScope.of(session.tables, FIRMS, "base")
    meant = lower_named(Lowering(session.tables, session.clock), named, scope)
    key = session.connection.execute(sa.select(meant)).scalar()

    assert stored(session, "owner", module=FIRMS) == ([("C1", key)] if key else [])


# --- the same file ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 2, 2000])
@pytest.mark.parametrize(
    "lines, bosses",
    [
        # The named one stands above, below, in the row itself.
        ("S1,甲, S2,乙,甲", {"S1": None, "S2": "S1"}),
        ("S1,甲,乙 S2,乙,", {"S1": "S2", "S2": None}),
        ("S1,甲,甲", {"S1": "S1"}),
        ("S1,甲,乙 S2,乙,甲", {"S1": "S2", "S2": "S1"}),
        # A key further down goes before a name further up.
        ("S1,S3,S3 S2,乙,S3 S3,丙,", {"S1": "S3", "S2": "S3", "S3": None}),
        # Two of a name, wherever they stand: nobody is meant.
        ("S1,甲,乙 S2,乙, S3,乙,", {"S2": None, "S3": None}),
        ("S2,乙, S1,甲,乙 S3,乙,", {"S2": None, "S3": None}),
        # The other one of the name is refused: its double key.
        ("S1,甲,乙 S2,乙, S2,乙,", {"S1": "S2", "S2": None}),
        # OLD was 老 until this file.
        ("S1,甲,老 OLD,新,", {"S1": "老", "OLD": None}),
        ("S1,甲,新 OLD,新,", {"S1": "OLD", "OLD": None}),
        ("S1,甲,老 S2,老, OLD,新,", {"S1": "S2", "S2": None, "OLD": None}),
        ("S1,甲,老 S2,老,", {"S2": None}),
    ],
)
def test_names_of_one_file_mean_those_who_bear_them_when_it_is_in(
    session, load, monkeypatch, chunk, lines, bosses
) -> None:
    load("编号,姓名\nOLD,老\n", STAFF)
    monkeypatch.setattr(imports, "CHUNK", chunk)

    report = load("编号,姓名,上级\n" + lines.replace(" ", "\n"), STAFF)

    assert dict(stored(session, "boss", module=STAFF)) == {"OLD": None, **bosses}
    assert {one.code for one in report.refused} <= {"W336", "W305"}
    assert report.rows == report.added + report.updated + report.unchanged + report.refused_rows
    assert open_cells(report) == [(2, "老")] * ("老" in bosses.values())


def test_a_file_of_names_sent_again_changes_nothing(session, load) -> None:
    text = "编号,姓名,上级\nS1,甲,乙\nS2,乙,丙\nS3,丙,\nS4,丁,无\n"
    load(text, STAFF)

    again = load(text, STAFF)

    assert (again.updated, again.unchanged, open_cells(again)) == (0, 4, [(5, "无")])


def test_a_name_of_the_same_module_that_waits_for_a_second_file(session, load) -> None:
    load("编号,姓名,上级\nS1,甲,乙\nS2,丁,丙\n", STAFF)

    report = load("编号,姓名\nS3,乙\nS4,丙\nS5,丙\n", STAFF)

    names = {"module": "员工", "field": "上级", "other": "员工"}
    assert notes(report) == [
        ("W331", {**names, "kind": "named", "count": "1", "record": "S1", "value": "乙", "key": "S3"}),
        ("W337", {**names, "kind": "", "count": "1", "record": "S2", "value": "丙", "known": "S4、S5"}),
    ]
    assert (report.loose_elsewhere, report.is_whole) == (1, False)
    assert stored(session, "boss", module=STAFF)[:2] == [("S1", "S3"), ("S2", "丙")]


# --- a file to come -----------------------------------------------------------------------------------------


def test_a_waiting_name_is_settled_to_the_key_when_the_record_comes(session, load) -> None:
    first = load("编号,主联系人\nC1,张样例\nC2,P2\nC3,王样例\nC4,无样例\nC5,王样例\n")

    second = load("编号,称呼,所属客户\nP1,张样例,C1\nP2,李样例,C2\nP3,王样例,\nP4,王样例,\n", CONTACTS)

    assert (first.added, len(open_cells(first)), first.is_whole) == (5, 5, True)
    names = {"module": "客户", "field": "主联系人", "other": "联系人"}
    assert notes(second) == [
        ("W331", {**names, "count": "1"}),
        ("W331", {**names, "kind": "named", "count": "1", "record": "C1", "value": "张样例", "key": "P1"}),
        ("W332", {**names, "count": "1", "record": "C4", "value": "无样例"}),
        (
            "W337",
            {**names, "kind": "", "count": "2", "record": "C3", "value": "王样例", "known": "P3、P4"},
        ),
    ]
    assert (second.loose_elsewhere, second.is_whole) == (3, False)
    assert [link for _, link in stored(session, "contact", module=FIRMS)] == [
        "P1",
        "P2",
        "王样例",
        "无样例",
        "王样例",
    ]


def test_a_waiting_name_is_settled_when_a_record_is_called_so(session, load) -> None:
    load("编号,称呼\nP1,\nP3,王样例\nP4,王样例\n", CONTACTS)
    load("编号,主联系人\nC1,张样例\n")

    report = load("编号,称呼\nP1,张样例\n", CONTACTS)

    assert [code for code, _ in notes(report)] == ["W331"]
    assert stored(session, "contact", module=FIRMS) == [("C1", "P1")]
    assert facts(load("编号,主联系人\nC2,王样例\n")) == [("W336", "王样例", "P3、P4")]


@pytest.mark.parametrize("written", ["A100", "100", "Alice", "a-1"])
def test_what_may_be_a_key_waits_for_its_record(session, load, written: str) -> None:
    load(f"编号,主联系人\nC1,{written}\n")

    first = load(f"编号,称呼\nP7,{written}\n", CONTACTS)

    names = {"module": "客户", "field": "主联系人", "other": "联系人"}
    assert notes(first) == [
        ("W337", {**names, "kind": "key", "count": "1", "record": "C1", "value": written, "known": "P7"})
    ]
    assert (first.loose_elsewhere, first.is_whole) == (1, False)
    assert stored(session, "contact", module=FIRMS) == [("C1", written)]

    second = load(f"编号,称呼\n{written},王样例\n", CONTACTS)

    assert notes(second) == [("W331", {**names, "count": "1"})]
    assert second.is_whole
    assert stored(session, "contact", module=FIRMS) == [("C1", written)]


@pytest.mark.parametrize(
    "written, other_key, contact",
    [
        ("张样例", "P8", "P7"),
        ("Sample One", "P8", "P7"),
        ("样例100", "P8", "P7"),
        # Keys of this module look like names: any name may be one.
        ("张样例", "王样例", "张样例"),
        ("Sample One", "P 8", "Sample One"),
        ("张样例", "P-样例", "张样例"),
    ],
)
def test_only_what_no_key_looks_like_is_settled_by_name(session, load, written, other_key, contact) -> None:
    load(f"编号,主联系人\nC1,{written}\n")

    load(f"编号,称呼\nP7,{written}\n{other_key},另一个\n", CONTACTS)

    assert stored(session, "contact", module=FIRMS) == [("C1", contact)]


def test_the_key_in_the_mended_file_takes_the_place_of_the_name(session, load) -> None:
    load("编号,主联系人\nC1,A100\n")
    load("编号,称呼\nP7,A100\n", CONTACTS)

    load("编号,主联系人\nC1,P7\n")

    assert stored(session, "contact", module=FIRMS) == [("C1", "P7")]


# --- a company's own table ----------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 2, 2000])
def test_a_companys_table_gets_the_key_of_the_named_record(session, load, monkeypatch, chunk) -> None:
    load(PEOPLE, STAFF)
    monkeypatch.setattr(imports, "CHUNK", chunk)
    text = (
        "网点号,名称,上级网点,负责人\n1,总部,,样例甲\n2,东区,总部,S002\n3,样例店,西区,\n4,西区,1.0,\n"
        "5,某店,南区,\n6,双,总部,\n7,双,总部,\n8,末店,双,\n9,九店,末店,样例乙\n10,名店,9,\n"
    )

    report = load(text, SITES)

    assert facts(report) == [
        ("W304", "南区", ""),
        ("W336", "双", "6、7"),
        ("W304", "末店", ""),
        ("W336", "样例乙", "S002、S003"),
        ("W304", "9", ""),
    ]
    kept = [
        *[(1, "总部", None, "S001"), (2, "东区", 1, "S002"), (3, "样例店", 4, None), (4, "西区", 1, None)],
        *[(6, "双", 1, None), (7, "双", 1, None)],
    ]
    assert raw(session, "crm_site") == kept
    again = load(text, SITES)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 6)
    assert load(exported(session, SITES), SITES).unchanged == 6


def test_a_link_from_one_companys_table_to_another_by_name(session, load) -> None:
    load("网点号,名称\n7,总部\n8,12\n9,7\n", SITES)

    report = load("编号,网点\nV1,总部\nV2,12\nV3,7\nV4,无\n", VISITS)

    assert facts(report) == [("W304", "无", "")]
    assert raw(session, "crm_visit") == [("V1", 7), ("V2", 8), ("V3", 7)]


# --- workbooks ----------------------------------------------------------------------------------------------


def test_a_workbook_of_names(session, load, tmp_path: Path) -> None:
    load(PEOPLE, STAFF)
    load("编号,客户名称,负责人\nC1,a,样例甲\n")
    path = tmp_path / "out.xlsx"
    export_module(session, FIRMS, {}, path)

    report = import_file(session, FIRMS, path, model=MODEL, reader=Reader(ZONE, lenient=True))

    assert (report.unchanged, report.refused) == (1, ())
