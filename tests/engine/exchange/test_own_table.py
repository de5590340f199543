"""A company's own table: what the model does not know in it stays as it is."""

from __future__ import annotations

import pytest

from engine.records.session import Session
from tests.engine.exchange.firms import ACCOUNTS, exported, told
from tests.stores import refuse

pytestmark = pytest.mark.usefixtures("each_store")

TABLE = """CREATE TABLE crm_account (acc_no INTEGER PRIMARY KEY, acc_name TEXT, cust_level TEXT, is_on TEXT,
    turnover REAL, parent_no INTEGER, mark TEXT, tenant TEXT)"""


@pytest.fixture
def accounts(session: Session) -> Session:
    with session.transaction():
        session.connection.exec_driver_sql(TABLE)
        session.connection.exec_driver_sql(
            "INSERT INTO crm_account VALUES (7, 'Seven', '1', 'Y', 12.3, NULL, 'b,a', 't'), "
            "(8, 'Eight', '2', 'no', NULL, 7, NULL, 't')"
        )
    return session


def raw(session: Session) -> list[tuple[object, ...]]:
    return [
        tuple(row) for row in session.connection.exec_driver_sql("SELECT * FROM crm_account ORDER BY acc_no")
    ]


def test_an_export_of_a_companys_table_changes_nothing_in_it(accounts, load) -> None:
    before = raw(accounts)
    text = exported(accounts, ACCOUNTS)

    report = load(text, ACCOUNTS)

    assert text.splitlines() == [
        "账号,名称,等级,启用,成交额,上级账户,标签",
        "7,Seven,A,是,12.3,,b;a",
        "8,Eight,B,否,,7,",
    ]
    assert (report.updated, report.unchanged, report.refused) == (1, 1, ())
    # Tags are written in the model's order, so the first row is the one that is written.
    assert raw(accounts)[1:] == before[1:]


def test_a_companys_table_keeps_the_columns_that_the_model_does_not_know(accounts, load) -> None:
    # An upsert would be held to NOT NULL columns before SQLite sees that the record is known.
    refuse(accounts, "crm_account", "INSERT", "true", "no new ones")

    report = load('账号,名称,成交额\n007,Sept,"1,000.5"\n8.0,Eight,\n', ACCOUNTS)

    assert (report.updated, report.unchanged) == (1, 1)
    assert raw(accounts)[0] == (7, "Sept", "1", "Y", 1000.5, None, "b,a", "t")


def test_numeric_keys_are_whole_numbers_and_link_as_numbers(accounts, load) -> None:
    report = load("账号,名称,上级账户\n9,Nine,10\n10,Ten,8\nx,X,\n1.5,Y,\n11,Z,x\n12,W,99\n", ACCOUNTS)

    assert told(report) == [
        (4, "账号", "x", "W225"),
        (5, "账号", "1.5", "W315"),
        (6, "上级账户", "x", "W304"),
        (7, "上级账户", "99", "W304"),
    ]
    assert [row[:6:5] for row in raw(accounts)] == [(7, None), (8, 7), (9, 10), (10, 8)]


def test_rows_that_the_database_refuses_say_why_and_the_others_are_taken_in(accounts, load) -> None:
    refuse(accounts, "crm_account", "INSERT", "new.turnover < 0", "never below nothing")
    rows = "".join(f"{number},N{number},{-5 if number in {12, 19} else 5}\n" for number in range(10, 20))

    report = load(f"账号,名称,成交额\n7,Sept,1\n{rows}8,Otto,2\n", ACCOUNTS)

    assert (report.rows, report.added, report.updated, report.refused_rows) == (12, 8, 2, 2)
    assert [(one.row, one.code) for one in report.refused] == [(5, "W606"), (12, "W606")]
    assert all("never below nothing" in dict(one.facts)["reason"] for one in report.refused)
    taken_in = [(7, 1), (8, 2), *((number, 5) for number in range(10, 20) if number not in {12, 19})]
    assert [(row[0], row[4]) for row in raw(accounts)] == taken_in
