"""Reports as pages: the figures of one small night, known by hand, as drawing, table, CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.company import Company, nightly, stories_in
from tests.editor.served import HEADERS, client_of

NAME = "=<b>唤醒"
LETTER = "send_template: {template: 问候, to: customer, via: email}"
WAKE = nightly(f"conditions: {{field: 客户层级, is: A}}\nactions: [{{{LETTER}}}]\n", name=f"'{NAME}'")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    root = stories_in(tmp_path_factory.mktemp("reports") / "company")
    with Company.lasting(root, at="2026-03-31T01:30") as company:
        company.write({"wake.yaml": WAKE})
        rows = [
            {"编号": key, "客户名称": key, "客户层级": tier, "邮箱": f"{key}@example.com", "邮件同意": "是"}
            for key, tier in (("C1", "A"), ("C2", "A"), ("C3", "B"))
        ]
        company.bring("客户", rows)
        company.call("run")
        yield client_of(company.root, at=datetime(2026, 3, 31, 2, tzinfo=UTC))


def read(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=HEADERS)
    assert answer.status_code == status
    return unescape(answer.text)


def test_a_night_is_drawn_and_told_with_the_same_figures(client: FlaskClient) -> None:
    page = read(client, "/reports")
    section = page[page.index('id="workflows"') :].partition("</section>")[0]

    assert f"<title>{NAME} 2</title>" in section  # of the bar
    cells = [one.partition("<")[0] for one in section.partition("<tbody>")[2].split('">')[1:]]
    assert cells == [NAME.partition("<")[0], "1", "3", "2", "2", "0", "0"]
    raw = client.get("/reports", headers=HEADERS).text
    assert "<b>" not in raw[raw.index('id="workflows"') :]


def test_every_table_goes_along_as_csv_and_json(client: FlaskClient) -> None:
    answer = client.get("/reports/workflows.csv?since=2026-03-31&until=2026-03-31", headers=HEADERS)
    head, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))

    assert head[:3] == ["流程", "运行", "检查"]
    assert row == [f"'{NAME}", "1", "3", "2", "2", "0", "0"]  # no formula
    (told,) = client.get("/reports/letters.json", headers=HEADERS).json
    assert (told["channel"], told["code"], told["count"]) == ("email", "sent", 2)


def test_days_and_a_workflow_are_chosen_by_the_address(client: FlaskClient) -> None:
    nothing = read(client, "/reports?until=2026-03-30")
    assert "没有运行过" in nothing
    assert 'href="/reports?until=2026-03-31"' in nothing  # to the day of the last run
    assert '<option value="wake" selected>' in read(client, "/reports?workflow=wake&days=7")
    assert client.get("/reports/course.json?days=7", headers=HEADERS).json[0]["day"] == "2026-03-25"


@pytest.mark.parametrize(
    "query, told",
    [
        ("since=2026-04-02&until=2026-04-01", "结束在开始之前"),
        ("since=1999-01-01", "时间太长"),
        ("since=x", "日期写成"),
        ("until=0001-01-01", "日期写成"),
        ("workflow=nix", "没有流程"),
    ],
)
def test_what_cannot_be_told_says_why(client: FlaskClient, query: str, told: str) -> None:
    assert told in read(client, f"/reports?{query}", status=422)
    read(client, f"/reports/course.csv?{query}", status=404)


@pytest.mark.parametrize("query", ["days=99999999999999999999", "most=-1", "most=²", "days=x", "most=9999"])
def test_odd_numbers_are_taken_for_the_usual_ones(client: FlaskClient, query: str) -> None:
    assert 'value="3"' in read(client, f"/reports?{query}")


def test_there_is_no_other_table(client: FlaskClient) -> None:
    for path in ("/reports/accounts.csv", "/reports/course.html", "/reports/..%2fcourse.csv"):
        assert client.get(path, headers=HEADERS).status_code == 404
