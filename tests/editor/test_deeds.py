"""What people decide on the pages: done once, written down, and told; what cannot be done says why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.company import Company
from tests.editor.house import MORNING, ZONE_AT, asking, copied, house, page, sent
from tests.editor.served import HEADERS, client_of

NOTED = ("holds", "asks", "letters", "runs")
"""Where pages write down what was done."""
FRIDAY = "2026-04-03T09:00"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with house(tmp_path_factory.mktemp("house"), woken=4) as found:
        yield found


@pytest.fixture
def found(first: Company, tmp_path: Path) -> Company:
    return copied(first, tmp_path / "copy")


@pytest.fixture
def client(found: Company) -> FlaskClient:
    return asking(found)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    for name in NOTED:
        monkeypatch.setattr(
            f"editor.pages.{name}.note", lambda deed, subject="", **_: kept.append((deed, subject))
        )
    return kept


def run(found: Company, number: int) -> dict[str, Any]:
    (row,) = found.answer("runs", "--run", str(number), at=MORNING)
    return dict(row)


def answers(text: str) -> list[tuple[str, ...]]:
    """The tree of conditions, each with its mark, its words, what it saw, where it stands."""
    (tree,) = re.findall(r'<ul class="tree">(.*?)</ul>', text, re.DOTALL)
    lines = re.sub(r"<span class=.unseen.>.*?</span>", "", tree)
    plain = re.sub(r"<[^>]*>", "\n", lines).replace("\n · ", " · ").replace(" · \n", " · ")
    words = [line.strip() for line in plain.splitlines() if line.strip()]
    return [tuple(words[place : place + 4]) for place in range(0, len(words), 4)]


# --- one run ------------------------------------------------------------------------------------------


def test_a_run_is_told_customer_by_customer(client: FlaskClient) -> None:
    text = page(client, "/runs/2")

    assert all(f"客户{number}（C00{number}）" in text for number in (1, 2, 3, 4))
    assert text.count("沉默状态：正常跟进 → 即将沉默") == 4
    assert text.count("最晚等到 2026-04-03 01:00") == 4
    assert "客户1 还跟吗" in text
    assert re.search(r"<dt>启动</dt><dd>4</dd>", text)
    assert "到时间" in text
    assert 'href="/workflows/wake.yaml/versions/1"' in text
    assert "要更新 2 次，超过上限 1 次" in page(client, "/runs/1")
    assert page(client, "/runs/9", 404)
    assert page(client, "/runs/99999999999999999999", 404)


def test_a_customer_in_a_run_has_steps_letters_and_the_reason_why(client: FlaskClient) -> None:
    text = page(client, "/runs/2/records/C001")

    assert "<h1>客户1（C001）</h1>" in text
    assert "c1@example.cn" in text
    assert "客户1：上次下单 还没有" in text  # the letter as it was written
    assert answers(text) == [("✓", "客户层级是 A", "实际：A", "客户层级 · 取自记录 · 第 6 行")]
    assert 'href="/workflows/wake.yaml?tab=yaml&amp;line=6"' in text
    assert 'action="/enrollments/1/cancel"' in text
    why_not = page(client, "/runs/2/records/C005")
    assert "这次运行没有为它做什么" in why_not
    assert answers(why_not) == [("✗", "客户层级是 A", "实际：B", "客户层级 · 取自记录 · 第 6 行")]
    assert "要符合，须：客户层级是 A" in why_not
    assert "没有编号或名称是“nobody”的记录" in page(client, "/runs/2/records/nobody")
    asked = client.get("/runs/2/records?record=客户3", headers=HEADERS)
    assert "客户3（C003）" in page(client, asked.headers["Location"])
    several = page(client, client.get("/runs/2/records?record=c00", headers=HEADERS).headers["Location"])
    assert "“c00”有" in several
    assert 'href="/runs/2/records/C005"' in several


def test_undo_first_shows_and_then_does_the_same(
    client: FlaskClient, found: Company, noted: list[tuple[str, str]]
) -> None:
    before = found.place.dump()
    shown = page(client, "/runs/2/undo")
    assert "改回字段 4 处" in shown
    assert "结束等待 4 条" in shown
    assert found.place.dump() == before

    assert sent(client, "/runs/2/undo") == "/runs/2"

    assert {one["沉默状态"] for one in found.exported("客户").values()} == {"正常跟进"}
    assert run(found, 2)["undone_by"] == 3
    assert noted == [("undone", "2")]
    assert "由第 3 次运行撤销" in page(client, "/runs/2")
    assert all(f"客户{number}（C00{number}）" in page(client, "/runs/3") for number in (1, 2, 3, 4))
    assert "第 3 次运行本身就是撤销" in page(client, "/runs/3/undo", 409)


def test_a_wait_is_cancelled_and_goes_no_further(
    client: FlaskClient, found: Company, noted: list[tuple[str, str]]
) -> None:
    back = "/runs/2/records/C002"
    (row,) = found.answer("enrollments", "--record", "C002", at=MORNING)

    assert sent(client, f"/enrollments/{row['id']}/cancel", because="客户来电", back=back) == back

    (after,) = found.answer("enrollments", "--record", "C002", at=MORNING)
    assert (after["state"], after["reason"], after["until"]) == ("cancelled", "W699", None)
    assert noted == [("cancelled", str(row["id"]))]
    assert "取消了等待：客户来电" in page(client, back)
    assert {one["state"] for one in found.answer("asks", "--record", "C002", at=MORNING)} == {"withdrawn"}
    assert "现在不在等待" in sent(client, f"/enrollments/{row['id']}/cancel", 409, because="再来")
    assert "没有编号是 99 的等待" in sent(client, "/enrollments/99/cancel", 409)
    found.done("run", at=FRIDAY, codes=(0, 1, 3))
    told = {one["record"] for one in found.answer("outbox", at=FRIDAY) if one["body"] == "没有答复"}
    assert told == {"C001", "C003", "C004"}
    woken = max(one["run"] for one in found.answer("runs", "--workflow", "wake", at=FRIDAY) if one["woken"])
    text = page(client, f"/runs/{woken}")
    assert [f"客户{number}（C00{number}）" in text for number in (1, 2, 3, 4)] == [True, False, True, True]


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", ""])
def test_a_form_leads_back_to_pages_of_ours_alone(client: FlaskClient, back: str) -> None:
    assert sent(client, "/outbox/resume", back=back) == "/outbox"


# --- held runs ----------------------------------------------------------------------------------------


def test_a_held_run_is_shown_and_approved_with_a_reason(
    client: FlaskClient, found: Company, noted: list[tuple[str, str]]
) -> None:
    text = page(client, "/holds")
    assert "要更新 2 次，超过上限 1 次" in text
    assert "会处理的记录，共 2 条" in text
    assert all(f'href="/runs/1/records/{key}"' in text for key in ("C005", "C006"))

    assert "写一句原因，再决定。" in sent(client, "/runs/1/approve", 422, because="  ")
    assert (run(found, 1)["state"], noted) == ("held", [])
    assert sent(client, "/runs/1/approve", because="核对过了") == "/runs/1"

    assert (run(found, 1)["state"], run(found, 1)["decided_because"]) == ("done", "核对过了")
    assert found.exported("客户")["C005"]["沉默状态"] == "即将沉默"
    assert noted == [("approved", "1")]
    assert "核对过了" in page(client, "/runs/1")
    assert "没有等待批准的运行" in page(client, "/holds")
    assert sent(client, "/runs/1/approve", 409, because="再来")
    assert noted == [("approved", "1")]


def test_a_held_run_that_nobody_decided_about_in_time_is_expired_on_every_page(found: Company) -> None:
    """No night has come by to skip it yet."""
    late = client_of(found.root, at=ZONE_AT + timedelta(hours=24))
    told = "过期了，下次运行时跳过"
    for url in ("/holds", "/runs", "/runs/1", "/", "/workflows/big.yaml?tab=runs"):
        assert told in page(late, url), url
    assert "去批准" not in page(late, "/runs/1")
    assert 'action="/runs/1/approve"' not in page(late, "/holds")
    assert [one["is_expired"] for one in late.get("/holds.json", headers=HEADERS).json] == [True]
    settings = page(late, "/settings")
    assert "没有运行在等人决定；过期的下次运行时跳过：1" in settings
    assert "最早的再过" not in settings
    assert told not in page(asking(found), "/holds")


def test_a_held_run_is_refused(client: FlaskClient, found: Company, noted: list[tuple[str, str]]) -> None:
    assert sent(client, "/runs/1/refuse", because="不要") == "/holds"

    assert run(found, 1)["state"] == "refused"
    assert found.exported("客户")["C005"]["沉默状态"] == "正常跟进"
    assert noted == [("refused", "1")]


# --- questions and letters ----------------------------------------------------------------------------


def test_a_question_is_answered_once(
    client: FlaskClient, found: Company, noted: list[tuple[str, str]]
) -> None:
    text = page(client, "/asks?state=open")
    assert text.count('value="继续"') == text.count('value="放弃"') == 4
    (ask,) = (one for one in found.answer("asks", at=MORNING) if one["record"] == "C001")
    url = f"/asks/{ask['id']}/answer"

    assert "可以回答：继续、放弃" in sent(client, url, 409, answer="也许")
    assert sent(client, url, answer="继续", back="/asks?state=open") == "/asks?state=open"
    assert sent(client, url, 409, answer="放弃")

    assert page(client, "/asks?state=open").count('value="继续"') == 3
    (after,) = (one for one in found.answer("asks", at=MORNING) if one["id"] == ask["id"])
    assert (after["state"], after["answer"]) == ("answered", "继续")
    assert noted == [("decided", str(ask["id"]))]
    assert sent(client, "/asks/999/answer", 409, answer="继续")


def test_sending_is_stopped_and_goes_on(
    client: FlaskClient, found: Company, noted: list[tuple[str, str]]
) -> None:
    assert sent(client, "/outbox/stop", because="写错了") == "/outbox"
    text = page(client, "/outbox")
    assert "停止了发信：写错了" in text
    assert 'action="/outbox/resume"' in text

    assert sent(client, "/outbox/resume") == "/outbox"
    assert sent(client, "/outbox/resume") == "/outbox"

    assert 'action="/outbox/stop"' in page(client, "/outbox")
    assert noted == [("sending_stopped", ""), ("sending_resumed", "")]


@pytest.mark.parametrize("decision, state", [("sent", "sent"), ("resend", "waiting"), ("drop", "dropped")])
def test_a_letter_in_doubt_is_settled(
    client: FlaskClient, found: Company, noted: list[tuple[str, str]], decision: str, state: str
) -> None:
    with found.place.look() as connection:
        connection.execute("UPDATE wakeline_outbox SET state = 'in_doubt', sent_at = NULL WHERE id = 1")
        connection.commit()
    assert page(client, "/outbox?state=in_doubt").count('action="/outbox/1/settle"') == 3

    assert sent(client, "/outbox/1/settle", decision=decision) == "/outbox"

    (letter,) = (one for one in found.answer("outbox", at=MORNING) if one["id"] == 1)
    assert (letter["state"], noted) == (state, [("settled", "1")])
    assert sent(client, "/outbox/99/settle", 409, decision=decision)
    assert sent(client, "/outbox/1/settle", 400, decision="burn")


def test_a_forged_form_does_nothing(found: Company) -> None:
    client, before = asking(found, checks_forms=True), found.place.dump()

    for url in ("runs/1/approve", "runs/2/undo", "asks/1/answer", "outbox/stop", "enrollments/1/cancel"):
        assert client.post(f"/{url}", data={"because": "x"}, headers=HEADERS).status_code == 400
        assert client.get(f"/{url}", headers=HEADERS).status_code in {200, 405}
        stale = client.post(f"/{url}", headers={**HEADERS, "Accept": "text/html", "Accept-Language": "zh"})
        assert "这一页开得太久了" in stale.text.partition("<h1>")[2]
    assert found.place.dump() == before
