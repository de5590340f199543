"""For whom publishing matters: as the engine says it, and as long as nobody knows it yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from editor import trying
from editor.files import digest_of
from editor.trials import Trials
from tests.company import nightly
from tests.editor.test_publish_dialog import NEW, OLD, Case

LIMITED = nightly(
    "conditions: {field: 客户层级, is: A}\nlimit: {per_owner_per_day: 3}\n"
    "guard: {at_most: 500, share: 100 %}\nactions:\n  - wait: 7 days\n  - add_tag: 高潜\n"
)
WIDER = LIMITED.replace("is: A", "is: [A, B]")
OTHER = nightly("conditions: {segment: 高层级}\nactions: [{add_tag: 决策慢}]\n", key="other", name="看名单的")
FAR = nightly(
    "conditions: {segment: 高层级}\nactions: [{add_tag: 高潜}]\nstatus: paused\n", key="far", name="远的"
)
NONE = nightly(
    "conditions: {all: [{segment: 高层级}, {field: 客户名称, is: 没有}]}\nactions: [{add_tag: 高潜}]\n",
    key="none",
    name="谁也不符合的",
)


def said(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_who_really_starts_is_told_as_the_engine_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three of tier A are in it and wait; of five of tier B one owner gets three a day."""
    case = Case(tmp_path, monkeypatch, "AAABBBBB", LIMITED)
    company = case.company
    company.bring("员工", [{"编号": "S1", "姓名": "王一", "在职": "是"}])
    company.bring("客户", [{"编号": f"C{at}", "负责人": "S1"} for at in range(8)])
    company.done("run", "wake", at="2026-03-31T01:00")

    text = said(case.dialog(WIDER))

    assert "下一次运行会开始 3 位；现在运行的版本会开始 0 位。" in text
    assert "会开始（原来不会）3 位" in text
    assert "超过每天的上限，改天再开始 2 位" in text
    assert "已经在流程里，或者已经走过 3 位" in text
    assert "唤醒：第 1 版 3 位" in text
    assert "等待以后的步骤，到时候才知道" in text
    (case.root / "wake.yaml").write_text(WIDER, "utf-8")
    plan = company.answer("plan", "wake", at="2026-04-01T01:00")
    assert (plan["matched"], plan["deferred"], plan["already"]) == (3, 2, 3)
    diff = company.answer("diff", "wake", at="2026-04-01T01:00")
    assert [diff[name] for name in ("added", "dropped", "changed", "waiting")] == [3, 0, 0, 3]


def test_of_a_shared_file_those_it_matters_to_are_listed_and_the_others_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tmp_path, monkeypatch, "AAB")
    listed = "高层级:\n  module: 客户\n  conditions: {field: 客户层级, is: A}\n"
    case.company.write({"segments.yaml": listed, "other.yaml": OTHER, "far.yaml": FAR, "none.yaml": NONE})

    page = case.people.post("/changes/segments.yaml", source=listed.replace("is: A", "is: B")).text
    text = case.effect(page)

    assert re.findall(r"<h4>(.*?)</h4>", text) == ["远的", "看名单的"]
    assert "但它暂停着：恢复以前，谁也不会开始。" in text.partition("远的")[2].partition("看名单的")[0]
    assert "另外 1 个流程：谁开始、做什么都不变" in text
    (link,) = set(re.findall(r'href="([^"]*/records/C2\?of=other)"', text))
    why = case.people.get(link)
    assert why.status_code == 200
    assert "客户2号" in why.text
    assert case.people.get(link.replace("of=other", "of=wake")).status_code == 404


class Slow:
    """A comparison that lasts until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.goes_on, real = Event(), trying.compared
        monkeypatch.setattr(trying, "compared", lambda *given: self.goes_on.wait(30) and real(*given))
        monkeypatch.setattr("editor.pages.publish._WAITED", 0.1)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    found = Slow(monkeypatch)
    yield found
    found.goes_on.set()


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    return Case(tmp_path, monkeypatch, "AAB")


def opened(case: Case) -> tuple[str, str]:
    page = case.people.post("/changes/wake.yaml", source=NEW).text
    return page, re.findall(r'name="trial" value="([^"]+)"', page)[0]


def button(page: str) -> str:
    return str(re.findall(r'<button id="publish-go"[^>]*>', page)[0])


def test_nothing_is_published_by_accident_before_it_is_known_for_whom_it_matters(
    case: Case, slow: Slow
) -> None:
    page, name = opened(case)
    assert "正在算会影响谁，算完就能发布" in page
    assert 'aria-disabled="true"' in button(page)
    assert case.publish(NEW, trial=name).status_code == 422
    assert case.file() == OLD

    slow.goes_on.set()
    known = case.effect(page)
    assert "aria-disabled" not in button(known)
    assert "下一次运行会开始 1 位" in case.people.get(f"/dry-runs/{name}").text
    assert case.publish(NEW, trial=name).status_code == 204


def test_whoever_does_not_wait_says_why_and_types_the_name(case: Case, slow: Slow) -> None:
    _, name = opened(case)
    for form in ({}, {"note": "急"}, {"typed": "唤醒"}):
        answer: Any = case.publish(NEW, trial=name, unwaited="yes", **form)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
    assert case.file() == OLD
    assert case.publish(NEW, trial=name, unwaited="yes", note="急", typed="唤醒").status_code == 204


def test_what_was_stopped_is_not_known(case: Case, slow: Slow) -> None:
    _, name = opened(case)
    slow.goes_on.set()
    stopped = case.people.post(f"/dry-runs/{name}/stop?dialog=yes").text

    if "没有算完" in stopped:  # else it was quicker
        assert 'aria-disabled="true"' in button(stopped)
        assert "不等结果，现在就发布" in stopped
    assert case.file() == OLD


# --- the server is started anew ---------------------------------------------------------------------------


def restarted(case: Case) -> None:
    """The process that knew of dry runs is another; the folder is the same."""
    extensions = case.people.client.application.extensions
    extensions["trials"] = Trials(case.root, trying.Work(extensions["studio"]))


def test_a_restart_leaves_the_dialog_with_a_way_on_and_all_that_was_filled_in(case: Case, slow: Slow) -> None:
    filled = {"note": "双十一", "typed": "唤", "on_change": "move"}
    page = case.people.post("/changes/wake.yaml", source=NEW).text
    (news,) = re.findall(r'hx-get="([^"]+)"', page)
    restarted(case)

    gone = case.people.get(news.replace("&amp;", "&")).text
    assert "服务器重启过" in gone
    assert 'aria-disabled="true"' in button(gone)
    assert 'name="unwaited" value="yes"' in gone
    assert 'id="publish-typed"' in gone
    (again,) = re.findall(r'id="effect-again"[^>]* hx-post="([^"]+)"', gone)

    slow.goes_on.set()
    anew = case.people.post(again, source=NEW, **filled).text
    assert "双十一" in anew
    assert "下一次运行会开始 1 位" in case.effect(anew)
    name = re.findall(r'name="trial" value="([^"]+)"', anew)[0]
    assert case.publish(NEW, trial=name).status_code == 204


def test_who_can_only_propose_is_told_of_a_restart_too(case: Case, slow: Slow) -> None:
    case.people.as_("小周", "editor")
    _, name = opened(case)
    restarted(case)

    gone = case.people.get(f"/dry-runs/{name}/progress?dialog=yes").text
    assert "服务器重启过" in gone
    assert len(re.findall('id="effect-again"', gone)) == 1
    assert "aria-disabled" not in button(gone)


def test_whoever_does_not_wait_after_a_restart_publishes_all_the_same(case: Case, slow: Slow) -> None:
    _, name = opened(case)
    restarted(case)

    assert case.publish(NEW, trial=name).status_code == 422
    assert case.publish(NEW, trial=name, unwaited="yes", note="急", typed="唤醒").status_code == 204


def test_a_restart_leaves_a_proposal_with_a_way_on(case: Case, slow: Slow) -> None:
    case.people.as_("小周", "editor").post("/propose/wake.yaml", source=NEW, base=digest_of(OLD))
    begun = case.people.as_("王伟").post("/proposals/1/effect").text
    (news,) = re.findall(r'hx-get="([^"]+)"', begun)
    restarted(case)

    gone = case.people.get(news.replace("&amp;", "&")).text
    (again,) = re.findall(r'id="effect-again"[^>]* hx-post="([^"]+)"', gone)
    assert (again, 'name="unwaited"' in gone) == ("/proposals/1/effect", True)
    slow.goes_on.set()
    assert "下一次运行会开始 1 位" in case.effect(case.people.post(again).text)


def test_the_page_of_an_effect_that_is_gone_leads_back_to_the_dialog(case: Case, slow: Slow) -> None:
    _, name = opened(case)
    restarted(case)

    for part in ("", "/progress"):
        page = case.people.get(f"/dry-runs/{name}{part}").text
        assert "请回到流程，重新点“发布”" in page
        assert "/again" not in page
    assert case.people.post(f"/dry-runs/{name}/again").status_code == 404


def test_of_a_third_dialog_the_first_can_go_on(case: Case, slow: Slow) -> None:
    names = [opened(case)[1] for _ in range(3)]

    first = case.people.get(f"/dry-runs/{names[0]}/progress?dialog=yes").text
    assert 'id="effect-again"' in first


# --- as it comes ------------------------------------------------------------------------------------------


def test_what_is_shown_already_is_not_sent_again(case: Case, slow: Slow) -> None:
    """Lists that a reader has opened stay as they are: only what is new follows them."""
    slow.goes_on.set()
    page, name = opened(case)
    whole = case.effect(page)

    news = case.people.get(f"/dry-runs/{name}/progress?dialog=yes&since=1").text
    assert "<section" in whole
    assert "<section" not in news
    assert "下一次运行会开始" not in news
    assert "aria-disabled" not in button(news)


def test_it_is_worked_out_once_for_whoever_confirms_what_was_stale(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed = list[str]()
    real = trying.compared
    monkeypatch.setattr(trying, "compared", lambda *given: weighed.append(given[2]) or real(*given))
    theirs = OLD.replace("高潜", "决策慢")
    (case.root / "wake.yaml").write_text(theirs, "utf-8")

    answer = case.publish(NEW, trial="long-gone")

    assert answer.status_code == 409
    case.effect(answer.text)
    assert weighed == ["wake"]
