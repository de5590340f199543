"""The dialog of publishing: what it would do to the records as they are, and what it asks for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from editor.files import digest_of
from tests.company import Company, nightly, stories_in
from tests.editor.people import People
from tests.editor.served import client_of

REST = "conditions: {field: 客户层级, is: A}\nactions: [{add_tag: 高潜}]\n"
OLD = nightly(REST)
NEW = nightly(REST.replace("is: A", "is: B"))
ASKS = "涉及的客户或消息超过 100，请写明为什么改。"


class Case:
    """A company with `wake.yaml` published, some customers, and a person at the editor."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, tiers: str, text: str = OLD) -> None:
        self.company = Company(stories_in(root))
        self.company.write({"wake.yaml": text})
        rows = [
            {"编号": f"C{at}", "客户名称": f"客户{at}号", "客户层级": tier} for at, tier in enumerate(tiers)
        ]
        self.company.bring("客户", rows)
        self.root = self.company.root
        self.people = People(client_of(self.root, store=self.company.place.url), monkeypatch, self.root)

    def set(self, line: str) -> None:
        path, key = self.root / "workspace.yaml", line.partition(":")[0]
        kept = [one for one in path.read_text("utf-8").splitlines() if not one.startswith(f"{key}:")]
        path.write_text("\n".join([*kept, line, ""]), "utf-8")

    def publish(self, text: str, over: str = OLD, **form: str) -> Any:
        return self.people.post("/publish/wake.yaml", source=text, base=digest_of(over), **form)

    def dialog(self, text: str) -> str:
        """The dialog with all that belongs to it, once that is worked out."""
        found = self.people.post("/changes/wake.yaml", source=text)
        assert found.status_code == 200
        return str(found.text) + self.effect(str(found.text))

    def effect(self, page: str) -> str:
        """For whom it matters, as the page asks for it until it is known."""
        for name in re.findall(r'name="trial" value="([^"]+)"', page)[:1]:
            trial = self.people.client.application.extensions["trials"].get(name, self.people.who.name)
            assert trial.finished.wait(60)
            return str(self.people.get(f"/dry-runs/{name}/progress?dialog=yes").text)
        return ""

    def rows(self, of: str) -> list[Any]:
        with self.company.place.look() as database:
            return list(database.execute(of).fetchall())

    def file(self, name: str = "wake.yaml") -> str:
        return (self.root / name).read_text("utf-8")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    return Case(tmp_path, monkeypatch, "AAB")


def test_who_joins_and_who_drops_out_is_named(case: Case) -> None:
    text = case.dialog(NEW)

    text = text.rpartition("下一次运行会开始 1 位；现在运行的版本会开始 2 位。")[2]
    joined, dropped = text.partition("不再开始（原来会）2 位")[::2]
    assert "会开始（原来不会）1 位" in joined
    assert "客户2号" in joined
    assert "客户0号" in dropped
    assert "客户1号" in dropped
    assert "客户2号" not in dropped


def test_a_dialog_lists_at_most_fifty_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(tmp_path, monkeypatch, "A" * 60)
    text = case.effect(case.people.post("/changes/wake.yaml", source=NEW).text)

    assert "不再开始（原来会）60 位" in text
    assert len(re.findall(r">客户\d+号", text)) == 50
    assert "另有 10 位没有列出" in text


def test_few_ask_for_no_note_and_a_note_is_kept(case: Case) -> None:
    assert ASKS not in case.dialog(NEW)

    assert case.publish(NEW, note="改成 B 类").status_code == 204

    kept = case.rows("SELECT note, approved_by FROM wakeline_versions ORDER BY id")
    assert kept == [(None, None), ("改成 B 类", None)]  # what ran before is one to go back to
    assert case.people.deeds == [("李娜", "published", "wake.yaml")]


def test_many_ask_for_a_note_and_for_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(tmp_path, monkeypatch, "A" * 101)
    assert ASKS in case.dialog(NEW)

    for form in ({}, {"note": "x"}, {"typed": "唤醒"}, {"note": "x", "typed": "唤"}):
        answer = case.publish(NEW, **form)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert case.file() == OLD
    assert case.publish(NEW, note="x", typed="唤醒").status_code == 204
    assert case.file() == NEW


@pytest.mark.parametrize("count, asks", [(100, False), (101, True)])
def test_the_border_of_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, asks: bool) -> None:
    case = Case(tmp_path, monkeypatch, "A" * count)

    assert (ASKS in case.dialog(NEW)) is asks


def test_a_change_that_concerns_nobody_asks_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tmp_path, monkeypatch, "A" * 101)

    text = case.dialog(OLD.replace("唤醒", "再唤醒"))

    assert "谁开始、做什么，都和现在运行的一样（101 位）" in text
    assert ASKS not in text


def test_who_only_reads_sees_why_nothing_can_be_changed(case: Case) -> None:
    page = case.people.as_("小周", "viewer").get("/workflows/wake.yaml").text

    assert '"readonly": true' in page
    assert re.search(r'data-shortcut="publish"[^>]*aria-disabled="true" aria-describedby="may-not"', page)
    assert "您可以看，不能改" in page


def test_a_text_with_errors_keeps_its_button_and_says_why(case: Case) -> None:
    text = case.dialog(NEW + "colour: red\n")

    (button,) = re.findall(r'<button id="publish-go"[^>]*>', text)
    assert 'aria-disabled="true"' in button
    assert 'aria-describedby="publish-why"' in button
    assert "文本里还有错误，改好才能发布" in text


WAITS = nightly("actions:\n  - name: 一周\n    wait: 7 days\n  - add_tag: 高潜\n")
MORE = WAITS.replace("add_tag: 高潜", "add_tag: 低价值")


@pytest.mark.parametrize(
    "choice, state, is_old",
    [("keep", "waiting", True), ("move", "waiting", False), ("cancel", "cancelled", True)],
)
def test_those_who_wait_are_counted_and_dealt_with(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    state: str,
    is_old: bool,
) -> None:
    case = Case(tmp_path, monkeypatch, "AAB", WAITS)
    case.company.answer("run", "wake", at="2026-03-31T01:00")
    dialog = case.dialog(MORE)
    assert "3 位正在旧版本里等待" in dialog
    assert "唤醒：第 1 版 3 位" in dialog
    anew = case.people.post("/changes/wake.yaml", source=MORE, on_change=choice).text
    assert re.findall(r'value="(\w+)" checked', anew) == [choice]

    assert case.publish(MORE, WAITS, on_change=choice).status_code == 204

    rows = case.rows("SELECT state, version FROM wakeline_enrollments")
    (old, new) = (one for (one,) in case.rows("SELECT version FROM wakeline_versions ORDER BY id"))
    assert {kept for kept, _ in rows} == {state}
    assert {version for _, version in rows} == {old if is_old else new}


def test_a_choice_that_is_none_is_refused(case: Case) -> None:
    assert case.publish(NEW, on_change="throw").status_code == 400
    assert case.file() == OLD


def test_a_new_version_by_hand_is_what_runs(case: Case) -> None:
    case.set("publish: by_hand")
    assert case.publish(NEW, note="一").status_code == 204
    (case.root / "wake.yaml").write_text(OLD, "utf-8")

    text = case.dialog(OLD)

    assert "下一次运行会开始 2 位；现在运行的版本会开始 1 位" in text
    assert "没有改动" not in text  # the file says so already, but what runs is another version
    assert re.findall(r"<(del|ins)>[^<]*is: (\w)", text) == [("del", "B"), ("ins", "A")]
    assert "aria-disabled" not in text.rpartition("<button")[2]


def test_a_shared_file_makes_versions_of_the_workflows_that_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tmp_path, monkeypatch, "AAB")
    case.set("publish: by_hand")
    listed = "高层级:\n  module: 客户\n  conditions: {field: 客户层级, is: A}\n"
    uses = nightly("conditions: {segment: 高层级}\nactions: [{add_tag: 高潜}]\n", key="uses", name="用名单的")
    other = nightly(
        "conditions: {segment: 高层级}\nactions: [{add_tag: 决策慢}]\n", key="other", name="也用名单的"
    )
    case.company.write({"segments.yaml": listed, "uses.yaml": uses, "other.yaml": other})
    for name in ("wake", "uses", "other"):
        case.company.call("publish", name)
    (case.root / "other.yaml").write_text(
        other + "stop_when: [{if: {field: 客户层级, is: C}, because: 不要}]\n", "utf-8"
    )

    changed = listed.replace("is: A", "is: B")
    page = case.people.post(
        "/publish/segments.yaml", source=changed, base=digest_of(listed), note="名单改成 B"
    )

    assert page.status_code == 204
    kept = case.rows("SELECT workflow, note FROM wakeline_versions WHERE note IS NOT NULL")
    assert kept == [("uses", "名单改成 B")]  # `other` holds a change of its own that nobody has published


def test_two_editors_write_one_after_the_other(case: Case) -> None:
    from editor.studio import Studio

    mine, other = Studio(case.root), Studio(case.root)
    order: list[str] = []
    from threading import Thread

    def second() -> None:
        with other.writing:
            order.append("second")

    with mine.writing, mine.writing:  # whoever has it may ask again
        thread = Thread(target=second)
        thread.start()
        thread.join(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_who_is_killed_between_file_and_ledger_is_caught_up(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `kill -9`: the file says the new text, its version is recorded when somebody looks at the list."""
    import subprocess
    import sys

    case.set("publish: by_hand")
    case.company.call("publish", "wake")
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom editor import releasing\n"
        "from editor.studio import Studio\nfrom editor.files import digest_of\n"
        "releasing._Note.carry_out = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "root, store, old, new = sys.argv[1:]\n"
        "wanted = releasing.Release('wake.yaml', new, {digest_of(old)}, '李娜', '断电', '王伟')\n"
        "releasing.release(Studio(Path(root), store), wanted)\n"
    )
    arguments = [sys.executable, "-c", program, str(case.root), case.company.place.url, OLD, NEW]
    assert subprocess.run(arguments, check=False).returncode == -9
    assert case.file() == NEW
    assert len(case.rows("SELECT * FROM wakeline_versions")) == 1

    case.people.get("/")

    rows = case.rows("SELECT published_by, note, approved_by FROM wakeline_versions ORDER BY id")
    assert rows[1:] == [("李娜", "断电", "王伟")]
    case.people.get("/")
    assert len(case.rows("SELECT * FROM wakeline_versions")) == 2
