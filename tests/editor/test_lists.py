"""Lists: page, CSV and JSON have the rows of the command; filters, order and page stand in the address."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from editor.pages import rows
from editor.visitors import Visitor
from tests.company import Company
from tests.editor.house import MORNING, asking, house, page
from tests.editor.served import HEADERS

COMMANDS = {
    "runs": ["runs"],
    "enrollments": ["enrollments"],
    "journal": ["journal"],
    "failures": ["journal", "--failures"],
    "outbox": ["outbox"],
    "inbox": ["outbox", "--inbox"],
    "events": ["events"],
    "asks": ["asks"],
    "holds": ["holds"],
}
WOKEN = 60


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with house(tmp_path_factory.mktemp("house"), woken=WOKEN) as found:
        found.done("event", "wake", "C061", "--key", "one", "--data", '{"金额": 5}', at=MORNING)
        yield found


@pytest.fixture(scope="module")
def client(found: Company) -> FlaskClient:
    return asking(found)


def told(client: FlaskClient, url: str) -> Any:
    return json.loads(page(client, url))


def sheet(client: FlaskClient, url: str) -> list[dict[str, str]]:
    text = page(client, url)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def body(text: str) -> list[str]:
    """The rows of the table."""
    return re.findall(r"<tr>.*?</tr>", text.partition("<tbody>")[2].partition("</tbody>")[0], re.DOTALL)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_json_of_a_list_is_that_of_the_command(client: FlaskClient, found: Company, name: str) -> None:
    wanted = found.answer(*COMMANDS[name], at=MORNING)

    assert told(client, f"/{name}.json") == wanted
    assert bool(wanted) == (name != "failures")


@pytest.mark.parametrize("name", [one for one in COMMANDS if one != "holds"])
def test_page_and_csv_have_the_same_rows(client: FlaskClient, name: str) -> None:
    machine, people = told(client, f"/{name}.json"), sheet(client, f"/{name}.csv")

    assert len(people) == len(machine)
    for words, key in (("运行", "run"), ("记录", "record"), ("编号", "id")):
        if people and words in people[0]:
            assert [row[words] for row in people] == [str(row[key]) for row in machine]
    assert len(body(page(client, f"/{name}"))) == min(50, len(machine))


def test_what_a_row_says_is_in_words(client: FlaskClient) -> None:
    (row,) = sheet(client, "/journal.csv?record=C001&run=2")[:1]
    english = client.get("/asks?state=open&lang=en", headers=HEADERS).text

    assert (row["动作"], row["内容"]) == ("更新字段", "沉默状态：正常跟进 → 即将沉默")
    assert "客户1，近来可好？" in page(client, "/outbox?record=C001")
    assert "<h1>To decide</h1>" in english
    assert "To decide, 1 to 50" in english


def test_a_cell_is_no_formula(client: FlaskClient, found: Company) -> None:
    with found.place.look() as connection:
        connection.execute("UPDATE wakeline_outbox SET subject = '=1+1' WHERE record = 'C002'")
        connection.commit()

    assert sheet(client, "/outbox.csv?record=C002")[-1]["内容"] == "'=1+1"


@pytest.mark.parametrize(
    "name, asked, flags",
    [
        ("journal", "record=C003", ["--record", "C003"]),
        ("enrollments", "workflow=wake&record=C009", ["--workflow", "wake", "--record", "C009"]),
        ("outbox", "state=sent&run=2", ["--state", "sent", "--run", "2"]),
        ("runs", "since=2026-03-31&until=2026-03-31", ["--since", "2026-03-31", "--until", "2026-03-31"]),
        ("runs", "since=2026-04-01", ["--since", "2026-04-01"]),
    ],
)
def test_filters_are_those_of_the_command(
    client: FlaskClient, found: Company, name: str, asked: str, flags: list[str]
) -> None:
    wanted = found.answer(name, *flags, at=MORNING)

    assert told(client, f"/{name}.json?{asked}") == wanted
    assert (f'href="/{name}.json?{asked.replace("&", "&amp;")}"' in page(client, f"/{name}?{asked}")) == (
        name != "outbox"  # whose parameters stand in another order there
    )


def test_fifty_rows_are_a_page_and_pages_do_not_overlap(client: FlaskClient) -> None:
    first, second = (
        page(client, "/enrollments?state=waiting"),
        page(client, "/enrollments?state=waiting&page=2"),
    )

    assert (len(body(first)), len(body(second))) == (50, WOKEN - 50)
    assert "第 51–60 条" in second
    assert 'rel="next" href="/enrollments?state=waiting&amp;page=2"' in first
    assert 'rel="prev" href="/enrollments?state=waiting"' in second
    assert 'rel="next"' not in second
    keys = [re.findall(r"（(C\d+)）", row)[0] for row in body(first) + body(second)]
    assert keys == [f"C{number:03}" for number in range(WOKEN, 0, -1)]


def test_heads_sort_and_say_so(client: FlaskClient) -> None:
    text = page(client, "/journal?sort=record")

    assert 'aria-sort="ascending"><a href="/journal?sort=-record">记录 ↑</a>' in text
    keys = [row["record"] for row in told(client, "/enrollments.json?sort=record")]
    assert keys == sorted(keys)
    assert [row["record"] for row in told(client, "/enrollments.json?sort=-record")] == keys[::-1]
    assert told(client, "/runs.json?sort=nothing") == told(client, "/runs.json")


@pytest.mark.parametrize(
    "asked",
    [
        *(
            "runs?state=bad",
            "runs?since=tomorrow",
            "journal?run=x",
            "journal?run=99999999999999",
            "runs?page=0",
        ),
        *("runs?page=x", "outbox?state=open", "journal?record=%00", f"journal?record={'x' * 300}"),
        *("runs.json?page=-1", "events.csv?state=%E7"),
    ],
)
def test_what_no_form_of_ours_asks_is_refused(client: FlaskClient, asked: str) -> None:
    told = page(client, f"/{asked}", 400)
    assert "地址或内容不对" in (json.loads(told)["message"] if ".json" in asked else told)


def test_nobody_has_run_and_nothing_is_listed(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.company import stories_in
    from tests.editor.served import client_of

    fresh = client_of(stories_in(tmp_path_factory.mktemp("fresh")))
    for name in COMMANDS:
        assert 'class="empty"' in page(fresh, f"/{name}")
        assert told(fresh, f"/{name}.json") == []
    assert page(fresh, "/runs/1", 404)


# --- who may see what -------------------------------------------------------------------------------


def seen_by(monkeypatch: pytest.MonkeyPatch, role: str, owners: tuple[str, ...] | None = None) -> None:
    for place in ("rights", "auditing", "pages.asks", "pages.deeds", "pages.given"):
        monkeypatch.setattr(f"editor.{place}.visitor", lambda: Visitor("test", role, "S2"))
    monkeypatch.setattr(rows, "owners_here", lambda: owners)
    monkeypatch.setattr("editor.pages.runs.owners_here", lambda: owners)


def test_a_rep_sees_own_customers_alone(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = {row["record"] for row in told(client, "/enrollments.json")}
    own = {f"C{number:03}" for number in range(3, WOKEN + 1, 3)}
    seen_by(monkeypatch, "rep", ("S2",))

    for name in ("enrollments", "journal", "outbox", "asks"):
        assert {row["record"] for row in told(client, f"/{name}.json")} == own < everybody
    assert {row["person"] for row in told(client, "/inbox.json")} == {"S2"}
    assert told(client, "/events.json") == []
    assert told(client, "/enrollments.json?record=C001") == []
    assert "客户3" in page(client, "/runs/2/records/C003")
    assert page(client, "/runs/2/records/C001", 404)
    assert page(client, "/runs/2/records/nobody", 404)
    assert page(client, "/runs", 403)
    assert 'href="/runs"' not in page(client, "/enrollments")


def waiting(text: str) -> dict[str, str]:
    """What the navigation says beside its rooms, by their addresses."""
    rooms = text.partition("<nav ")[2].partition("</nav>")[0]
    found = re.findall(r'<a href="([^"?]*)[^>]*>[^<]*<span class="badge[^>]*>(.*?)</a>', rooms, re.DOTALL)
    return {address: re.sub("<[^>]+>", "", told) for address, told in found}


def test_the_navigation_says_how_much_waits(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert waiting(page(client, "/runs")) == {"/holds": "（1 个在等）", "/asks": f"（{WOKEN} 个在等）"}

    seen_by(monkeypatch, "viewer")
    assert waiting(page(client, "/runs")) == {"/holds": "（1 个在等）"}
    seen_by(monkeypatch, "rep", ("S2",))
    monkeypatch.setattr("editor.pending.owners_here", lambda: ("S2",))
    assert waiting(page(client, "/enrollments")) == {"/asks": f"（{WOKEN // 3} 个在等）"}


def test_a_viewer_reads_and_every_button_says_why_not(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_by(monkeypatch, "viewer")

    for url in ("/holds", "/outbox", "/runs/2/undo", "/runs/2/records/C001"):
        text = page(client, url)
        assert 'aria-disabled="true"' in text
        assert "没有这个权限" in text
    assert page(client, "/asks", 403)
    for url in ("runs/1/approve", "runs/1/refuse", "runs/2/undo", "outbox/stop", "enrollments/1/cancel"):
        assert client.post(f"/{url}", data={"because": "x"}, headers=HEADERS).status_code == 403
