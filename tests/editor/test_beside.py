"""The tables of pages as JSON and CSV: the rows that the page shows, narrowed as the page is."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from editor.files import digest_of
from tests.editor.house import WAKE, asking, house
from tests.editor.served import HEADERS


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A night has been, then one of its two workflows was published under a name of odd beginning."""
    with house(tmp_path_factory.mktemp("beside"), woken=2, held=2) as found:
        client, after = asking(found), WAKE.replace("name: 唤醒", "name: =唤醒")
        form = {"source": after, "base": digest_of(WAKE), "typed": "=唤醒", "note": "改名", "unwaited": "yes"}
        assert client.post("/publish/wake.yaml", data=form, headers=HEADERS).status_code == 204
        yield client


def rows(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    answer = client.get(address, headers=HEADERS)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    found: list[dict[str, Any]] = answer.json
    return found


def sheet(client: FlaskClient, address: str) -> list[list[str]]:
    answer = client.get(address, headers={**HEADERS, "Accept-Language": "zh-CN"})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_workflows_as_they_are_listed(client: FlaskClient) -> None:
    found = rows(client, "/workflows.json")
    assert [(one["file"], one["id"], one["name"], one["states"]) for one in found] == [
        ("wake.yaml", "wake", "=唤醒", ["active"]),
        ("big.yaml", "big", "批量改状态", ["active"]),
    ]
    assert [one["next_time"] for one in found] == ["2026-04-01T01:00:00+08:00"] * 2
    assert [(one["version"], one["last_run"]) for one in found] == [(2, 2), (1, 1)]
    assert [one["id"] for one in rows(client, "/workflows.json?q=批量")] == ["big"]

    heads, first, _ = sheet(client, "/workflows.csv")
    assert heads[:4] == ["文件", "编号", "名称", "状态"]
    assert first[2] == "'=唤醒"


def test_versions_of_one_file(client: FlaskClient) -> None:
    found = rows(client, "/workflows/wake.yaml/versions.json")
    assert [(one["number"], one["note"]) for one in found] == [(2, "改名"), (1, "")]
    assert sheet(client, "/workflows/wake.yaml/versions.csv")[1][0] == "2"


def test_held_runs(client: FlaskClient) -> None:
    heads, held = sheet(client, "/holds.csv")
    found = dict(zip(heads, held, strict=True))
    assert (found["流程"], found["符合的记录数"]) == ("big", "2")
    assert json.loads(found["为什么等"])["limit"] == 1


def test_fields_of_the_model(client: FlaskClient) -> None:
    found = {(one["module_name"], one["name"]): one for one in rows(client, "/model.json")}
    tier = found["客户", "客户层级"]
    assert (tier["type"], tier["used_by"]) == ("choice", ["big.yaml", "wake.yaml"])
    assert "A" in tier["values"]
    assert {one["name"] for one in rows(client, "/model.json?q=客户层级")} == {"客户层级"}


@pytest.mark.parametrize("address", ["/templates", "/users", "/proposals", "/holds"])
def test_tables_that_may_be_empty(client: FlaskClient, address: str) -> None:
    assert len(rows(client, f"{address}.json")) == max(len(sheet(client, f"{address}.csv")) - 1, 0)


@pytest.mark.parametrize(
    "address", ["/", "/?q=批量", "/workflows/wake.yaml/versions", "/model", "/templates", "/holds"]
)
def test_a_page_leads_to_its_files(client: FlaskClient, address: str) -> None:
    page = client.get(address, headers=HEADERS).text
    links = re.findall(r'href="([^"]+[.](?:csv|json)(?:[?][^"]*)?)"', page)
    assert len(links) == 2
    assert [client.get(one.replace("&amp;", "&"), headers=HEADERS).status_code for one in links] == [200, 200]
    assert all(one.endswith(address.partition("?")[2]) or "q=" in one for one in links)
