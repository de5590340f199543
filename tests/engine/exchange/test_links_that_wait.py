"""Links to records that come later: in the same file, in the next file, or never."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.exchange import ImportReport, import_file, imports, links
from engine.model.values import Reader
from engine.records.session import Session
from engine.records.store import Store
from tests.engine.exchange.firms import CLOCK, ZONE, model_of, stored, told
from tests.stores import Place

MODEL = model_of("""
modules:
  firms:
    label: {zh: 客户, en: Customer}
    fields:
      name: {label: 客户名称, type: text, required: true}
      parent: {label: 上级公司, type: link, to: 客户, as: 子公司}
      contact: {label: 主联系人, type: link, to: 联系人, as: 主客户}
      owner: {label: 负责人, type: link, to: 员工}
  contacts:
    label: {zh: 联系人, en: Contact}
    fields:
      name: {label: 姓名, type: text}
      firm: {label: 所属客户, type: link, to: 客户, as: 联系人, required: true}
  staff:
    label: {zh: 员工, en: Staff}
    fields:
      name: {label: 姓名, type: text}
  accounts:
    label: {zh: 账户, en: Account}
    key: 账号
    table: crm_account
    fields:
      no: {label: 账号, type: text}
      name: {label: 名称, type: text, required: true}
      parent: {label: 上级账户, type: link, to: 账户}
      firm: {label: 客户, type: link, to: 客户}
""")
FIRMS, CONTACTS, ACCOUNTS = (MODEL.modules[key] for key in ("firms", "contacts", "accounts"))
FIRMS_FILE = "编号,客户名称,主联系人\nC1,样例甲,P1\nC2,样例乙,P2\n"
CONTACTS_FILE = "编号,姓名,所属客户\nP1,张样例,C1\nP2,李样例,C2\n"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(Place.make(tmp_path).url, MODEL, "Asia/Shanghai")
    with store.write(CLOCK) as session:
        session.connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS crm_account "
            "(no TEXT PRIMARY KEY, name TEXT, parent TEXT REFERENCES crm_account(no), firm TEXT)"
        )
        yield session


@pytest.fixture
def load(session: Session, tmp_path: Path):
    def run(text: str, module=FIRMS, **options) -> ImportReport:
        path = tmp_path / "records.csv"
        path.write_text(text, encoding="utf-8")
        reader = Reader(ZONE, lenient=True)
        return import_file(session, module, path, model=MODEL, reader=reader, **options)

    return run


def loose(report: ImportReport) -> list[tuple[str, str, int, list[tuple[int, str]]]]:
    return [
        (one.column, one.to.key, one.count, [(place.row, place.value) for place in one.places])
        for one in report.loose
    ]


def notes(report: ImportReport) -> list[tuple[str, dict[str, str]]]:
    return [(one.code, dict(one.facts)) for one in report.notes]


# --- two files that lead to one another ---------------------------------------------------------------------


def test_customers_first(session, load) -> None:
    first = load(FIRMS_FILE)
    second = load(CONTACTS_FILE, CONTACTS)

    assert (first.added, first.refused_rows, loose(first)) == (
        2,
        0,
        [("主联系人", "contacts", 2, [(2, "P1"), (3, "P2")])],
    )
    assert first.loose[0].to_is_empty
    assert first.is_whole
    assert (second.added, second.refused_rows, second.loose, second.is_whole) == (2, 0, (), True)
    names = {"module": "客户\x1fCustomer", "field": "主联系人", "other": "联系人\x1fContact"}
    assert notes(second) == [("W331", {**names, "count": "2"})]
    assert stored(session, "contact", module=FIRMS) == [("C1", "P1"), ("C2", "P2")]
    assert stored(session, "firm", module=CONTACTS) == [("P1", "C1"), ("P2", "C2")]


def test_contacts_first(session, load) -> None:
    first = load(CONTACTS_FILE, CONTACTS)
    second = load(FIRMS_FILE)

    assert (first.added, first.refused_rows) == (2, 0)
    assert [(one.column, one.is_required, one.to_is_empty) for one in first.loose] == [
        ("所属客户", True, True)
    ]
    assert (second.added, second.loose, second.is_whole) == (2, (), True)
    assert [(code, facts["count"]) for code, facts in notes(second)] == [("W331", "2")]
    assert stored(session, "contact", module=FIRMS) == [("C1", "P1"), ("C2", "P2")]
    assert stored(session, "firm", module=CONTACTS) == [("P1", "C1"), ("P2", "C2")]


def test_what_stays_open_is_told_by_row_and_column_and_is_not_whole(load) -> None:
    load(CONTACTS_FILE + "P3,王样例,C9\n", CONTACTS)

    report = load("编号,客户名称,主联系人\nC1,样例甲,P1\nC2,样例乙,P8\n")

    assert (report.added, report.refused_rows) == (2, 0)
    assert loose(report) == [("主联系人", "contacts", 1, [(3, "P8")])]
    assert not report.loose[0].to_is_empty
    assert [(code, facts["count"]) for code, facts in notes(report)] == [("W331", "2"), ("W332", "1")]
    facts = notes(report)[1][1]
    assert (facts["record"], facts["value"], facts["field"]) == ("P3", "C9", "所属客户")
    assert (report.loose_elsewhere, report.is_whole) == (1, False)


def test_a_mended_file_settles_what_stayed_open(session, load) -> None:
    load(CONTACTS_FILE, CONTACTS)
    load("编号,客户名称,主联系人\nC1,样例甲,P1\nC2,样例乙,P8\n")

    report = load(FIRMS_FILE)

    assert (report.updated, report.unchanged, report.loose, report.notes) == (1, 1, (), ())
    assert report.is_whole
    assert stored(session, "contact", module=FIRMS) == [("C1", "P1"), ("C2", "P2")]


def test_a_row_with_another_fault_is_refused_and_its_link_is_not_told(load, tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"

    report = load("编号,客户名称,主联系人\nC1,,P1\nC2,样例乙,P2\n", refused_to=refused)

    assert told(report) == [(2, "客户名称", "", "W306")]
    assert loose(report) == [("主联系人", "contacts", 1, [(3, "P2")])]
    assert refused.read_text(encoding="utf-8-sig").splitlines()[1].startswith("C1,,P1,2,W306")


def test_a_link_that_the_right_order_of_files_fulfils_does_not_wait(load) -> None:
    report = load("编号,客户名称,负责人\nC1,样例甲,S1\n")

    assert (told(report), report.loose) == ([(2, "负责人", "S1", "W304")], ())


def test_only_the_first_cells_are_named_and_all_are_counted(load, monkeypatch) -> None:
    monkeypatch.setattr(links, "MOST_PLACES", 3)

    report = load("编号,客户名称,主联系人\n" + "".join(f"C{n},x,P{n}\n" for n in range(10)))

    assert loose(report) == [("主联系人", "contacts", 10, [(2, "P0"), (3, "P1"), (4, "P2")])]


# --- a file whose rows lead to one another ------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 2, 2000])
@pytest.mark.parametrize(
    "lines, kept, open_cells",
    [
        ("C1,a,C2 C2,b,", "C1 C2", []),
        ("C2,b, C1,a,C2", "C1 C2", []),
        ("C1,a,C1", "C1", []),
        ("C1,a,C2 C2,b,C3 C3,c,C1", "C1 C2 C3", []),
        ("C1,a,C9 C2,b,", "C1 C2", [(2, "C9")]),
        # The name is required: what leads to the refused row is taken in, and told.
        ("C1,a,C2 C2,b,C3 C3,,", "C1 C2", [(3, "C3")]),
        ("C1,,C1 C2,b,C1 C3,c,C2", "C2 C3", [(3, "C1")]),
        ("C1,,C1 C1,b,C1 C2,c,C1", "C2", [(4, "C1")]),
    ],
)
def test_rows_in_any_order(session, load, monkeypatch, chunk, lines, kept, open_cells) -> None:
    monkeypatch.setattr(imports, "CHUNK", chunk)

    report = load("编号,客户名称,上级公司\n" + lines.replace(" ", "\n"))

    assert [key for (key,) in stored(session, module=FIRMS)] == kept.split()
    assert [cell for *_, cells in loose(report) for cell in cells] == open_cells
    assert report.rows == report.added + report.refused_rows
    assert report.is_whole == (not open_cells)


def test_a_module_in_two_files(session, load) -> None:
    first = load("编号,客户名称,上级公司\nC1,a,C2\n")
    second = load("编号,客户名称,上级公司\nC2,b,C1\n")

    assert (loose(first), loose(second)) == ([("上级公司", "firms", 1, [(2, "C2")])], [])
    assert stored(session, "parent", module=FIRMS) == [("C1", "C2"), ("C2", "C1")]


# --- a company's own table ----------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 2, 2000])
@pytest.mark.parametrize(
    "lines, kept",
    [
        ("A2,b, A1,a,A2", "A1 A2"),
        ("A1,a,A9 A2,b,", "A2"),
        ("A1,a,A2 A2,b,A3 A3,,", ""),
        ("A1,,A1 A2,b,A1 A3,c,A2 A4,d,", "A4"),
    ],
)
def test_a_companys_table_never_gets_a_link_that_leads_nowhere(
    session, load, monkeypatch, chunk, lines, kept
) -> None:
    monkeypatch.setattr(imports, "CHUNK", chunk)

    report = load("账号,名称,上级账户\n" + lines.replace(" ", "\n"), ACCOUNTS)

    assert [key for (key,) in stored(session, module=ACCOUNTS)] == kept.split()
    assert report.loose == ()
    assert {one.code for one in report.refused} <= {"W304", "W306"}
