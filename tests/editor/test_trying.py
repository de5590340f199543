"""Dry runs on the page: what the command says, of the text on the screen, and nothing more asked."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from editor.keeping import Keeping
from editor.trials import Trial
from editor.visitors import Visitor
from engine import Step
from engine.explain import Conditions
from engine.turnout import plan_row
from tests.company import command, nightly
from tests.editor.served import HEADERS, client_of
from tests.editor.trying import FILE, RISING, begun, company_in, counts, ended, people, shown, tried


def test_a_dry_run_says_what_the_command_says(tmp_path: Path) -> None:
    root = company_in(tmp_path / "company")
    where = ("--workspace", str(root), "--sample", "samples", "--at", "2026-03-31")
    told = json.loads(command("plan", "wake", *where, "--format", "json").out)
    client = client_of(root)

    address, page = tried(client, nightly(RISING))

    assert [told["matched"], told["not_matched"], told["undecided"], told["already"]] == [1, 1, 1, 1]
    assert list(counts(page).values()) == [1, 1, 1, 1]
    assert people(page) == ["C1"]
    assert "行业：纺织 → 机械" in page
    rows = json.loads(shown(client, f"{address}/list.json"))["records"]
    assert rows == [one for one in told["records"] if one["verdict"] == "match"]
    assert not list((root / ".wakeline").glob("plans/*"))


def test_each_list_has_its_people_and_the_first_reason(tmp_path: Path) -> None:
    root = company_in(tmp_path / "company")
    client = client_of(root)
    address, _ = tried(client, nightly(RISING))

    no, undecided, already = (
        shown(client, f"{address}?tab={one}") for one in ("no_match", "undecided", "already")
    )

    assert (people(no), people(undecided), people(already)) == (["C2"], ["C3"], ["C4"])
    assert "潜力至少为 100（实际：¥99.00；还差 ¥1.00）" in no
    assert "缺资料：潜力" in undecided
    assert people(shown(client, f"{address}?tab=no_match&only=conditions")) == ["C2", "C3"]
    assert people(shown(client, f"{address}?tab=undecided&lacks=conditions")) == ["C3"]
    assert people(shown(client, f"{address}?tab=no_match&only=nothing")) == []
    assert people(shown(client, f"{address}?tab=excluded")) == []


def test_who_misses_only_one_condition_is_listed_as_the_funnel_counts(tmp_path: Path) -> None:
    rest = (
        "conditions: {all: [{field: 潜力, at_least: 100}, {none: [{field: 行业, is: 机械}]}]}\n"
        "actions: [{update_field: {客户名称: 新}}]\n"
    )
    client = client_of(company_in(tmp_path / "company", rest))
    address, page = tried(client, nightly(rest))

    links = re.findall(r'only=([\w%]+)#dry-list">只因这一条被排除 (\d+)', page)

    # C2 has 99; C4 has 300 but is 机械 already; C3 would match if its 潜力 were known and enough.
    listed = {path: people(shown(client, f"{address}?tab=no_match&only={path}")) for path, _ in links}
    assert list(listed.values()) == [["C2", "C3"], ["C4"]]
    assert [int(count) for _, count in links] == [2, 1]


def test_the_text_on_the_screen_is_tried_and_compared_with_the_live_one(tmp_path: Path) -> None:
    root = company_in(tmp_path / "company")
    client = client_of(root)

    address, page = tried(client, nightly(RISING.replace("100", "99")))

    assert people(page) == ["C1", "C2"]
    compared = shown(client, f"{address}?tab=compare")
    assert "下一次运行会开始 2 位；现在运行的版本会开始 1 位。" in compared
    assert "会开始（原来不会）1 位" in compared
    assert "不再开始" not in compared
    assert "乙（C2）" in compared
    assert (root / FILE).read_text("utf-8") == nightly(RISING)
    broken, page = tried(client, "id: [")
    assert "文本里还有错误" in page
    assert client.get(f"{broken}/list.csv", headers=HEADERS).status_code == 404


def test_changes_are_added_up(tmp_path: Path) -> None:
    client = client_of(company_in(tmp_path / "company"))
    address, _ = tried(client, nightly(RISING.replace("100", "99")))

    row = re.search(r"<tr><th scope=\"row\">行业</th>(.*?)</tr>", shown(client, f"{address}?tab=changes"))

    assert row is not None
    assert re.findall(r">([^<]+)</td>", row[1]) == ["纺织", "机械", "2"]


@pytest.mark.parametrize(
    "key, verdict, mark, said",
    [
        ("C1", "符合", "mark-yes", "行业：纺织 → 机械"),
        ("C2", "不符合", "mark-no", "还差 ¥1.00"),
        ("C3", "无法判断", "mark-unknown", "缺资料：潜力"),
        ("C4", "已经做过或无需再做", "mark-yes", "字段已经是要改成的值"),
    ],
)
def test_one_customer_is_explained(tmp_path: Path, key: str, verdict: str, mark: str, said: str) -> None:
    client = client_of(company_in(tmp_path / "company"))
    address, _ = tried(client, nightly(RISING))

    page = shown(client, f"{address}/records/{key}")

    assert verdict in page
    assert mark in page
    assert said in page
    line = nightly(RISING).splitlines().index("conditions: {field: 潜力, at_least: 100}") + 1
    assert f'data-goto="yaml" data-line="{line}"' in page
    assert f"/workflows/{FILE}?tab=yaml&amp;line={line}" in page


def test_somebody_is_found_by_name_and_the_nearest_are_offered(tmp_path: Path) -> None:
    client = client_of(company_in(tmp_path / "company"))
    address, _ = tried(client, nightly(RISING))

    assert "乙（C2）" in shown(client, f"{address}/find?q=乙")
    near = client.get(f"{address}/find?q=C22", headers=HEADERS)
    assert near.status_code == 200  # htmx swaps it
    assert "没有编号或名称里含“C22”的" in near.text
    assert people(near.text)[0] == "C2"
    several = shown(client, f"{address}/find?q=c")
    assert "“c”有 4 位" in several
    assert people(several)[:4] == ["C1", "C2", "C3", "C4"]
    gone = client.get(f"{address}/records/C22", headers={**HEADERS, "HX-Request": "true"})
    assert (gone.status_code, people(gone.text)[0]) == (422, "C2")


def test_who_is_asked_about_is_shown_first(tmp_path: Path) -> None:
    client = client_of(company_in(tmp_path / "company"))
    _, page = tried(client, nightly(RISING), record="乙")

    assert "mark-no" in page
    assert "乙（C2）" in page


def test_what_was_uploaded_is_gone_after_a_day(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path)
    folder = keeping.of("甲/乙", "x")
    (one,) = keeping.put(folder, [("../a.csv", "", b"1")])
    assert one.path.is_relative_to(keeping.folder)

    keeping.sweep(datetime.now(UTC) + timedelta(hours=23))
    assert one.path.is_file()
    keeping.sweep(datetime.now(UTC) + timedelta(hours=25))
    assert not folder.exists()


def test_a_restart_says_so_and_runs_again(tmp_path: Path) -> None:
    root = company_in(tmp_path / "company")
    first = client_of(root)
    address, _ = tried(first, nightly(RISING.replace("100", "99")))
    second = client_of(root)

    gone = second.get(address, headers=HEADERS)
    assert gone.status_code == 404
    assert "服务器重新启动过" in gone.text
    again = second.post(f"{address}/again", headers=HEADERS)

    assert people(ended(second, again.headers["Location"])) == ["C1", "C2"]
    assert second.get("/dry-runs/nothing", headers=HEADERS).status_code == 404
    assert second.post("/dry-runs/nothing/again", headers=HEADERS).status_code == 404


def test_no_more_people_are_explained_than_a_page_shows(tmp_path: Path, monkeypatch: Any) -> None:
    rows = ["编号,客户名称,潜力,行业", *(f"C{n:05},客户{n},{n % 200},纺织" for n in range(10_000))]
    client = client_of(company_in(tmp_path / "company", rows="\n".join(rows)))
    address, page = tried(client, nightly(RISING))
    assert counts(page) == {"符合": 5_000, "不符合": 5_000}

    explained: list[object] = []
    planned: list[object] = []
    of = Conditions.of
    monkeypatch.setattr(Conditions, "of", lambda *a, **k: explained.append(a) or of(*a, **k))
    monkeypatch.setattr("engine.turnout.plan_row", lambda *a: planned.append(a) or plan_row(*a))
    assert len(people(shown(client, f"{address}?tab=match&page=100"))) == 50
    assert (len(explained), len(planned)) == (0, 50)
    assert people(shown(client, f"{address}?tab=no_match&page=2"))[0] == "C00050"
    assert (len(explained), len(planned)) == (50, 50)


def test_a_dry_run_can_be_stopped(tmp_path: Path, monkeypatch: Any) -> None:
    rows = ["编号,客户名称,潜力,行业", *(f"C{n:05},客户{n},{n % 200},纺织" for n in range(10_000))]
    client = client_of(company_in(tmp_path / "company", rows="\n".join(rows)))
    at_work = Event()

    def linger(trial: Trial, step: Step) -> None:
        at_work.set()
        until = time.monotonic() + 20
        while not trial.stopper.is_stopped and time.monotonic() < until:
            time.sleep(0.01)

    with monkeypatch.context() as slow:
        slow.setattr("editor.trying._heard", linger)
        address = begun(client, nightly(RISING))
        assert at_work.wait(20)
        client.post(f"{address}/stop", headers=HEADERS)
        page = ended(client, address)

    assert "停止" in page
    again = client.post(f"{address}/again", headers=HEADERS)
    assert counts(ended(client, again.headers["Location"])) == {"符合": 5_000, "不符合": 5_000}


def test_who_waits_sees_how_far_it_is_and_hears_it_now_and_then(tmp_path: Path) -> None:
    client = client_of(company_in(tmp_path / "company"))
    room = client.application.extensions["trials"]._room
    for _ in range(2):  # two others are at work
        room.acquire()
    address = begun(client, nightly(RISING))

    first, second = (shown(client, f"{address}/progress") for _ in range(2))

    assert "排队中" in first
    assert f'hx-get="{address}/progress" hx-trigger="every 1s"' in first
    assert 'hx-swap-oob="innerHTML"' in first
    assert 'hx-swap-oob="innerHTML"' not in second
    assert "已停止" in str(client.post(f"{address}/stop", headers={**HEADERS, "HX-Request": "true"}).text)
    for _ in range(2):
        room.release()
    again = client.post(f"{address}/again", headers=HEADERS)
    assert people(ended(client, again.headers["Location"])) == ["C1"]


def test_what_a_guard_would_stop_is_said_without_code_and_back_leads_to_the_list(tmp_path: Path) -> None:
    root = company_in(tmp_path / "company")
    settings = root / "workspace.yaml"
    limits = "guards: {updates: {at_most: 1, share: 100 %}}\n"
    settings.write_text(settings.read_text("utf-8") + limits, "utf-8")
    client = client_of(root)

    address, page = tried(client, nightly(RISING.replace("100", "99")))

    assert "正式运行时会停下等人确认" in page
    assert "guard" not in page[page.index('id="dry-result"') :]
    assert f'href="/workflows/{FILE}?tab=form"' in page
    assert f'href="{address}?tab=match#dry-list"' in shown(client, f"{address}/records/C1")


def test_only_a_few_dry_runs_of_a_person_are_kept(tmp_path: Path) -> None:
    client = client_of(company_in(tmp_path / "company"))
    addresses = [tried(client, nightly(RISING))[0] for _ in range(6)]

    codes = [client.get(one, headers=HEADERS).status_code for one in addresses]

    assert codes == [404, 200, 200, 200, 200, 200]


def test_a_dry_run_is_kept_for_an_hour(tmp_path: Path, monkeypatch: Any) -> None:
    client = client_of(company_in(tmp_path / "company"))
    address, _ = tried(client, nightly(RISING))
    moment = time.monotonic()
    monkeypatch.setattr("editor.trials.time.monotonic", lambda: moment + 3_500)
    assert client.get(address, headers=HEADERS).status_code == 200
    monkeypatch.setattr("editor.trials.time.monotonic", lambda: moment + 3_700)
    assert client.get(address, headers=HEADERS).status_code == 404


def test_nobody_sees_the_dry_runs_of_others(tmp_path: Path, monkeypatch: Any) -> None:
    client = client_of(company_in(tmp_path / "company"))
    address, _ = tried(client, nightly(RISING))
    monkeypatch.setattr("editor.pages.trying.me", lambda: "somebody else")

    for path in ("", "/list.csv", "/records/C1", "/find?q=C1", "/refused/0", "/mails/1/C1"):
        assert client.get(address + path, headers=HEADERS).status_code == 404, path
    assert client.post(f"{address}/stop", headers=HEADERS).status_code == 404


def test_a_viewer_may_not_run_and_is_told_why(tmp_path: Path, monkeypatch: Any) -> None:
    client = client_of(company_in(tmp_path / "company"))
    monkeypatch.setattr("editor.rights.visitor", lambda: Visitor("v", "viewer"))

    assert client.post(f"/dry-run/{FILE}", data={"source": ""}, headers=HEADERS).status_code == 403
    page = shown(client, f"/workflows/{FILE}?tab=dry-run")
    assert "dry-run-form" not in page
    assert "试运行要有起草流程的权限" in page


def test_pages_of_strange_numbers_answer(tmp_path: Path) -> None:
    client = client_of(company_in(tmp_path / "company"))
    address, _ = tried(client, nightly(RISING))

    for query in ("?page=0", "?page=99999999999", "?page=x", "?tab=x", "?tab=messages&page=7", "?only=%00"):
        assert client.get(address + query, headers=HEADERS).status_code == 200, query
    assert client.get(f"{address}/messages/1/html", headers=HEADERS).status_code == 404
    form = {"source": "", "data": "else"}
    assert client.post(f"/dry-run/{FILE}", data=form, headers=HEADERS).status_code == 400


LETTER = "name: 问候\nclass: service\nemail:\n  subject: 致{{ 行业 }}\n  text: <b>您好</b> {{ 客户名称 }}\n"
LETTERS = (
    "conditions: {field: 潜力, at_least: 100}\n"
    "actions: [{send_template: {template: 问候, to: customer, via: email}}]\n"
)
TWO = (
    "编号,客户名称,潜力,行业,邮箱,邮件同意\n"
    "C1,<script>甲</script>,100,纺织,a@example.com,是\nC2,乙,200,,b@example.com,是\nC3,丙,300,机械,c@example.com,是\n"
)


def test_messages_are_told_as_text_and_what_cannot_be_written_is_warned_of(tmp_path: Path) -> None:
    root = company_in(tmp_path / "company", LETTERS, TWO)
    (root / "templates" / "问候.yaml").write_text(LETTER, "utf-8")
    client = client_of(root)

    address, page = tried(client, nightly(LETTERS))

    assert "1 条处理不了：" in page  # C2 has no 行业
    first, second = (shown(client, f"{address}?tab=messages&page={number}") for number in (1, 2))
    assert "第 1 封，共 2 封" in first
    assert "&lt;b&gt;您好&lt;/b&gt; &lt;script&gt;甲&lt;/script&gt;" in first
    assert "致机械" in second
    assert "发给 c@example.com，邮件，模板“问候”" in second
    assert "不会发出消息" in shown(client, f"{address}?tab=messages&page=3")
    assert client.get(f"{address}/messages/1/html", headers=HEADERS).status_code == 404  # it is no HTML
