"""The list: what there is to see of every workflow, filtered and sorted by the address."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from editor.dates import distance_in_words
from tests.company import Company, nightly, stories_in
from tests.editor.people import People
from tests.editor.served import client_of

REST = "conditions: {field: 客户层级, is: A}\nactions: [{add_tag: 高潜}]\n"
NOW = datetime(2026, 4, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
EVENT = nightly(REST, key="event", name="丙 新订单").replace('{every: day, at: "01:00"}', "{when: created}")


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    company = Company(stories_in(tmp_path))
    (company.root / "care").mkdir()
    files = {
        "a.yaml": nightly(REST, key="a", name="甲 每天"),
        "b.yaml": nightly(REST, key="b", name="乙 停着") + "status: paused\n",
        "c.yaml": EVENT,
        "care/d.yaml": nightly(REST, key="d", name="丁 坏了") + "colour: red\n",
    }
    company.write(files)
    company.bring("客户", [{"编号": "C1", "客户名称": "甲", "客户层级": "A"}])
    company.call(
        "run",
        "a",
        at="2026-04-01T01:00",
    )
    return People(client_of(company.root, store=company.place.url, at=NOW), monkeypatch, company.root)


def names(people: People, query: str = "") -> str:
    page = people.get(f"/{query}").text.partition("<tbody>")[2]
    return "".join(name[0] for name in re.findall(r'<th scope="row"><span><a[^>]*>(.*?)</a>', page))


def row(people: People, name: str) -> str:
    page = people.get("/").text.partition(name)[2].partition("</tr>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_row_says_what_runs_when_and_how_it_went(people: People) -> None:
    told = row(people, "甲 每天")

    assert "已启用" in told
    assert "每天 01:00" in told
    assert "4 月 2 日 周四 01:00 15 小时后" in told
    assert "完成" in told
    assert "启动 1 · 失败 0 2026-04-01 01:00" in told
    assert re.search(r'href="/runs/1"', people.get("/").text)
    assert "已暂停" in row(people, "乙 停着")
    assert "有错误" in row(people, "丁 坏了")
    assert "不按时间运行" in row(people, "丙 新订单")


ADDRESSES = [
    ("?state=active", "丙甲"),
    ("?state=paused", "乙"),
    ("?state=broken", "丁"),
    ("?kind=event", "丙"),
    ("?kind=hand", ""),
    ("?folder=care", "丁"),
    ("?folder=", "丙甲乙"),
    ("?q=甲&state=broken", ""),
    ("?sort=name", "丁丙乙甲"),
    ("?sort=name&order=down", "甲乙丙丁"),
    ("?sort=last&order=down", "甲"),
    ("?sort=next", "甲"),
    ("?sort=nothing&state=active", "丙甲"),
]


def test_the_address_filters_and_sorts(people: People) -> None:
    for query, found in ADDRESSES:
        shown = names(people, query)

        assert shown.startswith(found), query
        assert len(shown) == (4 if "sort" in query and "state" not in query else len(found)), query


def test_a_field_that_is_used_and_who_changed_it_narrow_the_list(people: People) -> None:
    using = names(people, "?field=customers.tier")

    assert using == "丙甲乙"  # not the broken one
    assert names(people, "?field=customers.industry") == names(people, "?by=nobody") == ""
    assert '<option value="customers.tier" selected>' in people.get("/?field=customers.tier").text


def test_heads_are_links_that_keep_the_filters(people: People) -> None:
    page = people.get("/?q=甲&sort=name").text

    assert re.search(
        r'<th scope="col" aria-sort="ascending"><a href="/\?q=[^"]*&amp;sort=name&amp;order=down">', page
    )
    assert re.search(r'<a href="/\?q=[^"]*&amp;sort=next">', page)


def test_a_file_that_was_changed_outside_is_marked(people: People) -> None:
    assert "外部改过" not in row(people, "甲 每天")
    path = people.root / "a.yaml"
    path.write_text(path.read_text("utf-8").replace("高潜", "决策慢"), "utf-8")

    assert "文件在外部改过" in row(people, "甲 每天")


def test_what_nobody_has_published_by_hand_says_so(people: People) -> None:
    path = people.root / "workspace.yaml"
    path.write_text(path.read_text("utf-8").replace("publish: automatic", "publish: by_hand"), "utf-8")
    (people.root / "e.yaml").write_text(nightly(REST, key="e", name="戊 新来的"), "utf-8")

    assert "还没发布" in row(people, "戊 新来的")
    assert "还没发布" not in row(people, "甲 每天")


@pytest.mark.parametrize(
    "away, told",
    [
        (timedelta(seconds=30), ("soon", 0)),
        (timedelta(minutes=59, seconds=59), ("in_minutes", 59)),
        (timedelta(hours=23, minutes=59), ("in_hours", 23)),
        (timedelta(days=14), ("in_days", 14)),
        (timedelta(days=15), ("far", 0)),
        (timedelta(hours=-2), ("ago_hours", 2)),
    ],
)
def test_distances(away: timedelta, told: tuple[str, int]) -> None:
    assert distance_in_words(NOW + away, NOW) == told
