"""New workflows: where they come from, what they are called, and that none runs before it is published."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from editor.creating import TRIGGERS, suggested_id
from editor.files import digest_of
from engine import taken_along
from tests.company import Company, nightly, stories_in
from tests.editor.people import People
from tests.editor.served import HEADERS, client_of

REST = "conditions: {field: 客户层级, is: A}\nactions: [{add_tag: 高潜}]\n"
OLD = nightly(REST)
BLANK = {"name": "新客户", "id": "fresh", "folder": "", "module": "customers", "trigger": "day"}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.write({"wake.yaml": OLD})
    found.bring("客户", [{"编号": "C1", "客户名称": "甲", "客户层级": "A"}])
    return found


@pytest.fixture
def people(company: Company, monkeypatch: pytest.MonkeyPatch) -> People:
    return People(client_of(company.root, store=company.place.url), monkeypatch, company.root)


def source_of(people: People, file: str) -> str:
    page = people.get(f"/workflows/{file}").text
    found: str = re.findall(r'"source": ("(?:[^"\\]|\\.)*")', page)[0]
    return str(json.loads(found))


def publish(people: People, file: str) -> Any:
    return people.post(f"/publish/{file}", source=source_of(people, file), base=digest_of(""))


def test_a_blank_workflow_is_a_draft_until_it_is_published(people: People, company: Company) -> None:
    answer = people.post("/new/blank", **BLANK)

    assert unquote(answer.headers["Location"]) == "/workflows/fresh.yaml"
    assert not (people.root / "fresh.yaml").exists()
    row = people.get("/").text.partition("新客户")[2].partition("</tr>")[0]
    assert "草稿未发布" in row
    assert [one["workflow"] for one in company.answer("run", at="2026-04-01T01:00")] == ["wake"]
    assert "没有问题" in people.get("/workflows/fresh.yaml").text.partition('data-region="problems"')[2][
        :300
    ] or ("pill-bad" not in people.get("/workflows/fresh.yaml").text)
    assert people.as_("王伟").get("/workflows/fresh.yaml").status_code == 404

    assert publish(people.as_("李娜"), "fresh.yaml").status_code == 204
    assert (
        (people.root / "fresh.yaml").read_text("utf-8").startswith("id: fresh\nname: 新客户\nmodule: 客户\n")
    )
    assert people.deeds[0] == ("李娜", "created", "fresh.yaml")


def test_every_beginning_has_no_errors(people: People, company: Company) -> None:
    for number, trigger in enumerate(TRIGGERS):
        people.post("/new/blank", **{**BLANK, "trigger": trigger, "id": f"t-{number}"})
        assert publish(people, f"t-{number}.yaml").status_code == 204, trigger

    problems = company.answer("check", "--format", "json", codes=(0, 1))
    assert [one for one in problems if one["severity"] == "error"] == []
    assert len(TRIGGERS) == len(list(people.root.glob("t-*.yaml")))


WRONG = [
    ({"name": " "}, "请填名称"),
    ({"id": "Fresh"}, "编号只能用"),
    ({"id": "../evil"}, "编号只能用"),
    ({"id": "a" * 65}, "编号只能用"),
    ({"id": "wake"}, "已经有流程用了"),
]
FORGED = [{"folder": ".."}, {"folder": "/etc"}, {"module": "x"}, {"trigger": "x"}]


def test_what_a_workflow_cannot_be_called_is_told_and_what_is_forged_is_refused(people: People) -> None:
    for change, told in WRONG:
        answer = people.post("/new/blank", **{**BLANK, **change})
        assert answer.status_code == 422
        assert told in answer.text
        assert 'value="新客户"' in answer.text or "name" in change
    for change in FORGED:
        assert people.post("/new/blank", **{**BLANK, **change}).status_code == 400


def test_a_draft_takes_its_id_for_everybody(people: People) -> None:
    people.post("/new/blank", **BLANK)

    assert people.as_("王伟").post("/new/blank", **BLANK).status_code == 422


@pytest.mark.parametrize(
    "name, taken, before, found",
    [
        ("Wake up! 2", set(), "", "wake-up-2"),
        ("老客户", {"workflow-1"}, "", "workflow-2"),
        ("老客户", {"rule", "rule-2"}, "rule", "rule-3"),
        ("--", set(), "", "workflow-1"),
    ],
)
def test_an_id_is_suggested(name: str, taken: set[str], before: str, found: str) -> None:
    assert suggested_id(name, taken, before) == found


# --- from a text --------------------------------------------------------------------------------------------

GIVEN = nightly(REST, key="given", name="拿来的")


def test_a_pasted_or_uploaded_text_becomes_a_draft_as_it_is(people: People) -> None:
    assert people.post("/new/file", text=GIVEN, folder="").status_code == 302
    assert source_of(people, "given.yaml") == GIVEN

    other = GIVEN.replace("given", "sent").encode("utf-8-sig")
    sent = {"file": (io.BytesIO(other), "x.yaml"), "folder": ""}
    assert people.client.post("/new/file", data=sent, headers=HEADERS).status_code == 302
    assert source_of(people, "sent.yaml") == GIVEN.replace("given", "sent")


def test_what_is_wrong_in_a_text_is_listed_before_it_is_kept(people: People) -> None:
    broken = GIVEN + "colour: red\n"

    answer = people.post("/new/file", text=broken, folder="")
    assert answer.status_code == 422
    assert "colour" in answer.text
    assert people.get("/workflows/given.yaml").status_code == 404

    assert people.post("/new/file", text=broken, folder="", sure="yes").status_code == 302
    assert source_of(people, "given.yaml") == broken


NO_TEXTS = [
    ({"text": ""}, "请选一个文件"),
    ({"text": "x" * 300_000}, "最多 256 KB"),
    ({"text": "name: x\n"}, "没有 id"),
    ({"text": OLD}, "已经有流程用了"),
    ({"text": GIVEN, "id": "../x"}, "编号只能用"),
]


def test_a_text_that_cannot_be_taken_is_told(people: People) -> None:
    for form, told in NO_TEXTS:
        answer = people.post("/new/file", **{"folder": "", **form})
        assert answer.status_code == 422
        assert told in answer.text


def test_another_id_is_written_into_the_text(people: People) -> None:
    assert people.post("/new/file", text=OLD, id="again", folder="").status_code == 302

    assert source_of(people, "again.yaml") == OLD.replace("id: wake", "id: again")


# --- from a playbook, from another workflow -----------------------------------------------------------------

BOOK = "/new/playbook/silent-last-touch.yaml"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    """What `wakeline init` gives: some of the templates of the playbooks are not there."""
    company = Company(tmp_path)
    company.call("init", str(tmp_path))
    return People(client_of(tmp_path), monkeypatch, tmp_path)


def test_a_playbook_says_what_it_needs_and_takes_it_along_only_when_asked(small: People) -> None:
    page = small.get(BOOK).text
    rows = dict(re.findall(r'<th scope="row">(.*?)</th>.*?<span class="pill[^>]*>(.*?)</span>', page))
    assert rows["180 天最后挽回"] == "没有，可以一起带来"
    assert rows["沉默门槛"] == "有"
    form = {"name": "最后一次", "id": "last", "folder": ""}

    assert small.post(BOOK, **form).status_code == 302
    assert not (small.root / "templates" / "180 天最后挽回.yaml").exists()

    assert small.post(BOOK, **{**form, "id": "last-too"}, take="yes").status_code == 302
    assert (small.root / "templates" / "180 天最后挽回.yaml").is_file()
    text = source_of(small, "last-too.yaml")
    assert text.count("id: last-too") == 1
    assert "name: 最后一次" in text
    assert not (small.root / "last-too.yaml").exists()
    assert publish(small, "last-too.yaml").status_code == 204


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_missing_table_is_put_behind_those_that_are_there(small: People, ends: str) -> None:
    tables = small.root / "tables.yaml"
    before = tables.read_text("utf-8")
    (name,) = re.findall(r"^(联系节奏):", before, re.MULTILINE)
    kept = re.sub(rf"(?ms)^{name}:.*?(?=^\S|\Z)", "", before)
    tables.write_bytes(kept.replace("\n", ends).encode())

    url, form = "/new/playbook/contact/contact-rhythm.yaml", {"name": "节奏", "id": "rhythm", "folder": ""}
    assert small.post(url, **form, take="yes").status_code == 302

    raw = tables.read_bytes().decode()
    assert (raw.count("\r"), "\r\r" in raw) == (raw.count("\n") if ends == "\r\n" else 0, False)
    after = raw.replace("\r\n", "\n")
    assert after.startswith(kept)
    assert re.search(rf"^{name}:", after, re.MULTILINE)


def test_a_table_that_somebody_else_publishes_meanwhile_is_kept(
    small: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = small.root / "tables.yaml"
    before = tables.read_text("utf-8")
    kept = re.sub(r"(?ms)^联系节奏:.*?(?=^\S|\Z)", "", before)
    tables.write_text(kept, "utf-8")

    def meanwhile(*given: Any) -> dict[str, str]:
        found = taken_along(*given)
        tables.write_text(kept + "# 刚改的\n", "utf-8")
        return found

    monkeypatch.setattr("editor.pages.creating.taken_along", meanwhile)
    form = {"name": "节奏", "id": "rhythm", "folder": "", "take": "yes"}

    answer = small.post("/new/playbook/contact/contact-rhythm.yaml", **form)

    assert answer.status_code == 422
    assert "刚才有人改了同一个公用文件" in answer.text
    assert tables.read_text("utf-8") == kept + "# 刚改的\n"


def test_who_may_not_publish_takes_nothing_along(small: People) -> None:
    form = {"name": "最后一次", "id": "last", "folder": ""}

    answer = small.as_("小周", "editor").post(BOOK, **form, take="yes")

    assert answer.status_code == 422
    assert not (small.root / "templates" / "180 天最后挽回.yaml").exists()
    assert small.post(BOOK, **form).status_code == 302
    assert small.as_("小周", "viewer").get("/new").status_code == 403


def test_only_what_ships_is_a_playbook(people: People) -> None:
    for name in ("../workspace.yaml", "workspace.yaml", "nothing.yaml", "/etc/passwd"):
        assert people.get(f"/new/playbook/{name}").status_code in {308, 404}


def test_a_duplicate_is_another_workflow(people: People) -> None:
    assert 'value="wake-2"' in people.get("/duplicate/wake.yaml").text
    assert people.post("/duplicate/wake.yaml", name="唤醒", id="wake", folder="").status_code == 422

    assert people.post("/duplicate/wake.yaml", name="再来", id="wake-2", folder="").status_code == 302

    assert source_of(people, "wake-2.yaml") == OLD.replace("id: wake", "id: wake-2").replace("唤醒", "再来")


def test_a_new_workflow_that_is_thrown_away_is_gone(people: People) -> None:
    people.post("/new/blank", **BLANK)
    assert people.post("/workflows/fresh.yaml/discard").status_code == 302

    assert people.get("/workflows/fresh.yaml").status_code == 404
    assert people.post("/new/blank", **BLANK).status_code == 302
