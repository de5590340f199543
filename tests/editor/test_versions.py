"""Versions of a workflow: listed, read, compared, and brought back as new ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from editor.files import digest_of
from tests.editor.test_publish_dialog import NEW, OLD, Case

PAGE = "/workflows/wake.yaml/versions"
THIRD = NEW.replace("高潜", "决策慢")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    found = Case(tmp_path, monkeypatch, "AAB")
    found.company.call("publish", "wake")
    assert found.publish(NEW, OLD, note="改成 B").status_code == 204
    assert found.publish(THIRD, NEW, note="换标签").status_code == 204
    return found


def told(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())


def test_every_version_is_listed_with_its_author_and_note(case: Case) -> None:
    page = told(case.people.get(PAGE).text)

    first, second, third = (page.index(f"第 {number} 版") for number in (1, 2, 3))
    assert third < second < first
    assert "换标签" in page[third:second]
    assert "正在运行" in page[third:second]
    assert "正在运行" not in page[second:]
    assert "李娜" in page[second:first]
    assert "线上为第 3 版" in case.people.get("/workflows/wake.yaml").text


def test_a_version_shows_the_text_that_was_published(case: Case) -> None:
    page = case.people.get(f"{PAGE}/1").text

    lines = re.findall(r"<li><code>(.*?)</code></li>", page)
    assert lines == [line.replace('"', "&#34;") for line in OLD.splitlines()]


def test_any_two_are_compared_in_words_and_in_text(case: Case) -> None:
    page = case.people.get(f"{PAGE}/3?with=1").text

    assert re.search(r"<del>[^<]*客户层级是 A", page)
    assert re.search(r"<ins>[^<]*客户层级是 B", page)
    assert "<del>actions: [{add_tag: 高潜}]</del>" in page
    assert "<ins>actions: [{add_tag: 决策慢}]</ins>" in page


def test_going_back_is_a_new_version_and_removes_none(case: Case) -> None:
    dialog = case.people.post("/changes/wake.yaml", source=OLD, restores="1", note="恢复第 1 版").text
    (base,) = re.findall(r'name="base" value="(\w+)"', dialog)
    assert base == digest_of(THIRD)
    assert "恢复第 1 版" in dialog

    answer = case.people.post("/publish/wake.yaml", source=OLD, base=base, restores="1", note="恢复第 1 版")

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/workflows/wake.yaml")
    assert case.file() == OLD
    kept = case.rows("SELECT version, note FROM wakeline_versions ORDER BY id")
    assert [note for _, note in kept] == [None, "改成 B", "换标签", "恢复第 1 版"]
    assert kept[0][0] == kept[3][0]
    assert case.people.deeds[-1] == ("李娜", "restored", "wake.yaml")
    assert "第 4 版" in case.people.get(PAGE).text


def test_shared_files_that_were_different_are_named(case: Case) -> None:
    tables = case.root / "tables.yaml"
    tables.write_text(tables.read_text("utf-8") + "# 改过\n", "utf-8")

    assert "那时不一样的公用文件 tables.yaml" in told(case.people.get(f"{PAGE}/2").text)


def test_a_version_that_is_none_is_not_there(case: Case) -> None:
    for number in ("0", "4", "999999999999999999999", "x", "-1"):
        assert case.people.get(f"{PAGE}/{number}").status_code == 404


def test_what_was_never_published_has_no_versions(case: Case) -> None:
    (case.root / "new.yaml").write_text(OLD.replace("id: wake", "id: other"), "utf-8")

    assert "还没有发布过的版本" in case.people.get("/workflows/new.yaml/versions").text


# --- pause ------------------------------------------------------------------------------------------------


def test_a_workflow_is_paused_and_resumed(case: Case) -> None:
    assert "现在没有正在等待的" in case.people.get("/workflows/wake.yaml/pause").text
    assert case.people.post("/workflows/wake.yaml/pause", because="双十一").status_code == 302

    page = told(case.people.as_("王伟").get("/workflows/wake.yaml").text)
    assert "李娜 在" in page
    assert "原因：双十一" in page
    assert "已暂停" in told(case.people.get("/?q=wake").text).partition("操作")[2]
    case.company.call("run", at="2026-04-02T01:00")
    states = [state for (state,) in case.rows("SELECT state FROM wakeline_runs")]
    assert states == ["skipped"]

    assert case.people.post("/workflows/wake.yaml/resume").status_code == 302
    assert "双十一" not in case.people.get("/workflows/wake.yaml").text
    assert [deed[:2] for deed in case.people.deeds[-2:]] == [("李娜", "paused"), ("王伟", "resumed")]


def test_who_may_not_publish_may_not_pause(case: Case) -> None:
    case.people.as_("小周", "editor")
    assert case.people.get("/workflows/wake.yaml/pause").status_code == 403
    assert case.people.post("/workflows/wake.yaml/pause").status_code == 403
    assert case.people.post("/workflows/wake.yaml/resume").status_code == 403


LISTED = "高层级:\n  module: 客户\n  conditions: {field: 客户层级, is: A}\n"


def test_a_file_that_workflows_share_has_versions_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tmp_path, monkeypatch, "AAB", OLD.replace("{field: 客户层级, is: A}", "{segment: 高层级}"))
    case.company.write({"segments.yaml": LISTED})
    case.company.call("publish", "wake")
    changed = LISTED.replace("is: A", "is: B")
    form = {"source": changed, "base": digest_of(LISTED), "note": "名单改成 B"}
    assert case.people.post("/publish/segments.yaml", **form).status_code == 204

    page = told(case.people.get("/workflows/segments.yaml/versions").text)
    assert page.index("第 2 版") < page.index("名单改成 B") < page.index("第 1 版")
    assert "正在运行" in page[: page.index("第 1 版")]
    both = case.people.get("/workflows/segments.yaml/versions/2?with=1").text
    assert "<del>  conditions: {field: 客户层级, is: A}</del>" in both
    assert "<ins>  conditions: {field: 客户层级, is: B}</ins>" in both

    form = {"source": LISTED, "base": digest_of(changed), "over": digest_of(changed), "restores": "1"}
    assert case.people.post("/publish/segments.yaml", **form).status_code == 204
    assert case.file("segments.yaml") == LISTED
    assert "第 3 版" in case.people.get("/workflows/segments.yaml/versions").text


SHARED = "/workflows/segments.yaml/versions"


def listed(case: Case, by: str, text: str, over: str, note: str) -> None:
    """Somebody publishes another text of the file with the segments."""
    form = {"source": text, "base": digest_of(over), "note": note}
    assert case.people.as_(by).post("/publish/segments.yaml", **form).status_code == 204


def signed(case: Case) -> list[tuple[str, str]]:
    """Author and note of every version of that file, the last first."""
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", case.people.get(SHARED).text, re.DOTALL)
    cells = [[said(one) for one in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in rows]
    return [(cell[1], cell[3]) for cell in cells]


def said(cell: str) -> str:
    return re.sub(r"<[^>]+>", "", cell).strip()


def test_who_publishes_a_shared_file_is_named_also_where_no_workflow_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a comment nor a segment that nobody uses makes another version of any workflow."""
    case = Case(tmp_path, monkeypatch, "AAB", OLD.replace("{field: 客户层级, is: A}", "{segment: 高层级}"))
    case.company.write({"segments.yaml": LISTED})
    remarked = LISTED + "# 说明\n"
    more = remarked + "没人用的:\n  module: 客户\n  conditions: {field: 客户层级, is: C}\n"

    listed(case, "李娜", remarked, LISTED, "写清楚")
    listed(case, "王伟", more, remarked, "先备着")
    text = case.file()
    form = {"source": text.replace("高潜", "决策慢"), "base": digest_of(text), "note": "换标签"}
    assert case.people.as_("小周").post("/publish/wake.yaml", **form).status_code == 204

    assert signed(case) == [("王伟", "先备着"), ("李娜", "写清楚"), ("自动", "—")]
    assert "<ins># 说明</ins>" in case.people.get(f"{SHARED}/2?with=1").text
    changed = more.replace("is: A", "is: B")
    listed(case, "王伟", changed, more, "改成 B")
    assert signed(case)[0] == ("王伟", "改成 B")
    assert len(signed(case)) == 4
    assert "线上为第 3 版" in case.people.get("/workflows/wake.yaml").text


def test_what_was_found_on_the_disk_is_nobodys(case: Case) -> None:
    """Whoever publishes next has not written it."""
    (case.root / "segments.yaml").write_text(LISTED, "utf-8")
    listed(case, "王伟", LISTED + "# 一\n", LISTED, "一")
    (case.root / "segments.yaml").write_text(LISTED + "# 二\n", "utf-8")
    text = case.file()
    form = {"source": text.replace("决策慢", "高潜"), "base": digest_of(text), "note": "换标签"}
    assert case.people.as_("小周").post("/publish/wake.yaml", **form).status_code == 204

    assert signed(case)[0] == ("自动", "—")
    assert signed(case)[1] == ("王伟", "一")
