"""The data model: who uses a field, and what would break without it, counted by hand in small files."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from engine import Desk, usage_of
from tests.company import nightly, stories_in, write_files
from tests.editor.served import HEADERS, client_of

TABLES = ""
"""No workflow: the tables of the company look rows up by this field, too."""
FILES = {
    "asks.yaml": nightly(
        "conditions: {field: 客户层级, is: A}\nactions: [{add_tag: 高潜}]\n", key="asks", name="看层级"
    ),
    "sets.yaml": nightly("actions: [{update_field: {客户层级: B}}]\n", key="sets", name="改层级"),
    "both.yaml": nightly(
        "conditions: {field: 客户层级, is: C}\nactions: [{update_field: {客户层级: B}}]\n",
        key="both",
        name="又看又改",
    ),
    "made.yaml": nightly(
        "conditions: {time_since: 最近下单日期, more_than: 30 days}\n"
        "actions: [{create_task: {subject: 看看, to: owner, due: in 3 days}}]\n",
        key="made",
        name="看下单",
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = stories_in(tmp_path / "company")
    write_files(found, FILES)
    return found


def test_who_looks_at_a_field_is_told_apart_from_who_writes_it(root: Path) -> None:
    desk = Desk(root, "sqlite://")
    assert not desk.workspace.has_errors
    usage = usage_of(desk.workspace, desk.clock)
    tier, day, subject = (
        usage[name] for name in (("customers", "tier"), ("orders", "date"), ("tasks", "subject"))
    )

    assert (tier.read, tier.through, tier.written) == (["asks", "both"], [], ["both", "sets"])
    assert (day.read, day.through, day.written) == ([], ["made"], [])
    assert (subject.read, subject.written) == ([], ["made"])


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers=HEADERS)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_the_page_tells_it_and_leads_to_the_workflows(root: Path) -> None:
    page = read(client_of(root), "/model?q=客户层级")
    row = page[page.index('id="customers.tier"') :].partition("</tr>")[0]

    assert "2 个流程看它" in row
    assert "2 个流程改它" in row
    assert '<a href="/workflows/sets.yaml">改层级</a>' in row
    assert "按顺序比大小" in row
    assert 'id="customers.name"' not in page  # the search leaves out what it does not find


def cell(row: str, before: str, after: str) -> str:
    return row.partition(before)[2].partition(after)[0]


@pytest.mark.parametrize(
    "what, files",
    [
        ("value=A", {"asks.yaml": "6", TABLES: "5, 11"}),
        ("value=B", {"sets.yaml": "6", "both.yaml": "7", TABLES: "6, 12"}),
        ("value=C", {"both.yaml": "6"}),
    ],
)
def test_what_breaks_without_a_value_is_named_with_its_place(
    root: Path, what: str, files: dict[str, str]
) -> None:
    page = read(client_of(root), f"/model/without?module=customers&field=tier&{what}")
    rows = page.partition("<tbody>")[2].split("<tr>")[1:]

    assert {cell(one, 'href="/workflows/', "?"): cell(one, 'data-label="行">', "<") for one in rows} == files
    assert "options: [A, B, C]" in (root / "model.yaml").read_text("utf-8")


def test_a_value_that_nobody_names_breaks_nothing(root: Path) -> None:
    page = read(client_of(root), "/model/without?module=customers&field=silent&value=放弃维护")
    assert "没有文件会出错" in page


@pytest.mark.parametrize(
    "query", ["", "module=x&field=y", "module=customers&field=tier&value=<b>", "field=tier"]
)
def test_what_is_not_in_the_model_has_no_page(root: Path, query: str) -> None:
    assert client_of(root).get(f"/model/without?{query}", headers=HEADERS).status_code == 404


def test_hostile_names_are_shown_as_text(root: Path) -> None:
    model = root / "model.yaml"
    text = model.read_text("utf-8").replace("options: [A, B, C]", "options: [A, B, C, '<script>x</script>']")
    model.write_text(text.replace("label: 岗位", "label: '<img src=x>'"), "utf-8")
    client = client_of(root)

    for path in ("/model", "/model/text"):
        page = client.get(path, headers=HEADERS).text
        assert "<script>x" not in page
        assert "<img src=x" not in page
    assert "&lt;img src=x&gt;" in client.get("/model", headers=HEADERS).text


def test_searching_finds_values_and_says_where_nothing_is(root: Path) -> None:
    client: Any = client_of(root)
    assert 'id="customers.silent"' in read(client, "/model?q=即将沉默")
    assert "没有找到" in read(client, "/model?q=不存在")
