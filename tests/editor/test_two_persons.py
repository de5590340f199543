"""Four eyes: what writes to customers is published by another person, where the workspace says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from editor.files import digest_of
from engine import Desk
from tests.company import nightly, stories_in, write_files
from tests.editor.test_publish_dialog import NEW, OLD, Case

LETTER = nightly("actions:\n  - send_template: {template: 问候, to: customer, via: email}\n")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    return Case(tmp_path, monkeypatch, "AAB")


def proposed(case: Case, text: str, by: str = "李娜", **form: str) -> int:
    answer = case.people.as_(by, "editor").post(
        "/propose/wake.yaml", source=text, base=digest_of(case.file()), **form
    )
    assert answer.status_code == 204, answer.text
    page = case.people.get("/proposals").text
    return max(int(number) for number in re.findall(r"/proposals/(\d+)", page))


def test_where_nobody_asks_for_it_one_person_publishes(case: Case) -> None:
    assert "不要求第二个人" in case.dialog(LETTER)
    assert case.publish(LETTER).status_code == 204


@pytest.mark.parametrize("rule, own", [("messages", 204), ("everything", 422)])
def test_what_sends_nothing_asks_for_a_second_person_only_where_everything_does(
    case: Case, rule: str, own: int
) -> None:
    case.set(f"second_person: {rule}")
    assert case.publish(NEW).status_code == own
    assert case.file() == (NEW if own == 204 else OLD)


def test_a_letter_waits_for_somebody_else(case: Case) -> None:
    case.set("second_person: messages")
    assert "second_person: messages" in case.dialog(LETTER)
    assert case.publish(LETTER).status_code == 422
    assert case.file() == OLD
    number = proposed(case, LETTER, note="写信")

    mine = case.people.as_("李娜").get(f"/proposals/{number}").text
    assert "自己提交的要由另一个人发布" in mine
    assert case.people.post(f"/proposals/{number}/publish").status_code == 403
    assert case.people.post(f"/proposals/{number}/refuse", because="x").status_code == 403
    assert case.people.as_("小周", "editor").post(f"/proposals/{number}/publish").status_code == 403
    assert case.people.as_("小周", "viewer").get("/proposals").status_code == 403
    assert case.file() == OLD

    theirs = case.people.as_("王伟").get(f"/proposals/{number}").text
    assert "写信" in theirs
    begun = case.people.post(f"/proposals/{number}/effect").text
    assert "客户0号" in begun + case.effect(begun)  # whom it would begin to write to
    assert case.people.post(f"/proposals/{number}/publish").status_code == 302

    assert case.file() == LETTER
    rows = case.rows("SELECT published_by, approved_by, note FROM wakeline_versions")
    assert rows == [("automatic", None, None), ("李娜", "王伟", "写信")]
    assert case.people.post(f"/proposals/{number}/publish").status_code == 409
    assert [deed for _, deed, _ in case.people.deeds] == ["proposed", "published"]
    assert "没有等着发布的" in case.people.get("/proposals").text


def test_an_editor_proposes_also_where_no_second_person_is_asked_for(case: Case) -> None:
    case.people.as_("小周", "editor")
    assert case.publish(NEW).status_code == 403
    assert "提交，等另一个人发布" in case.dialog(NEW)
    number = proposed(case, NEW, "小周")

    assert case.people.as_("王伟").post(f"/proposals/{number}/publish").status_code == 302
    assert case.file() == NEW


def test_a_proposal_is_refused_with_a_reason_that_its_author_reads(case: Case) -> None:
    number = proposed(case, NEW)
    refuse = f"/proposals/{number}/refuse"
    assert case.people.as_("王伟").post(refuse, because=" ").status_code == 422
    assert case.people.post(refuse, because="先问法务").status_code == 302

    assert "先问法务" in case.people.as_("李娜", "editor").get("/proposals").text
    assert case.people.as_("王伟").post(f"/proposals/{number}/publish").status_code == 409
    assert case.file() == OLD
    assert case.people.deeds[-1] == ("王伟", "refused_proposal", "wake.yaml")


def test_only_its_author_withdraws_a_proposal(case: Case) -> None:
    number = proposed(case, NEW)
    withdraw = f"/proposals/{number}/withdraw"

    assert case.people.as_("王伟").post(withdraw).status_code == 403
    assert case.people.as_("李娜", "editor").post(withdraw).status_code == 302
    assert case.people.as_("王伟").post(f"/proposals/{number}/publish").status_code == 409
    assert case.people.deeds[-1] == ("李娜", "withdrawn", "wake.yaml")


def test_a_later_proposal_of_the_same_person_takes_the_place_of_the_earlier(case: Case) -> None:
    first = proposed(case, NEW)
    proposed(case, NEW + "# 再改\n")

    assert case.people.as_("王伟").post(f"/proposals/{first}/publish").status_code == 409
    assert "共 1 个" in case.people.get("/proposals").text


def test_a_file_that_changed_since_is_not_overwritten(case: Case) -> None:
    number = proposed(case, NEW)
    theirs = OLD + "# 别人改的\n"
    (case.root / "wake.yaml").write_text(theirs, "utf-8")

    answer = case.people.as_("王伟").post(f"/proposals/{number}/publish")

    assert answer.status_code == 409
    assert "提交以后，这个文件在别处改过了" in answer.text
    assert case.file() == theirs


def test_a_shared_file_that_changes_letters_asks_for_a_second_person(case: Case) -> None:
    case.set("second_person: messages")
    listed = "高层级:\n  module: 客户\n  conditions: {field: 客户层级, is: A}\n"
    sends = LETTER + "conditions: {segment: 高层级}\n"
    case.company.write({"segments.yaml": listed, "wake.yaml": sends})
    case.company.done("publish", "wake", "--by", "李娜", "--approved-by", "王伟")
    form = {"source": listed.replace("is: A", "is: B"), "base": digest_of(listed)}

    assert case.people.post("/publish/segments.yaml", **form).status_code == 422
    assert (
        case.people.post("/publish/segments.yaml", source=listed + "# 说明\n", base=form["base"]).status_code
        == 204
    )


def test_a_shared_file_takes_along_nothing_that_nobody_has_agreed_to(case: Case) -> None:
    case.set("second_person: messages")
    listed = "高层级:\n  module: 客户\n  conditions: {field: 客户层级, is: A}\n"
    agreed = LETTER + "conditions: {segment: 高层级}\n"
    unborn = agreed.replace("id: wake", "id: unborn")
    case.company.write({"segments.yaml": listed, "wake.yaml": agreed, "unborn.yaml": unborn})
    case.company.done("publish", "wake", "--by", "李娜", "--approved-by", "王伟")
    case.company.write({"wake.yaml": agreed.replace("name: 唤醒", "name: 没人同意")})

    other = {"source": listed.replace("is: A", "is: B"), "base": digest_of(listed)}
    assert case.people.post("/publish/segments.yaml", **other, note="改").status_code == 204

    versions = case.rows("SELECT workflow, count(*) FROM wakeline_versions GROUP BY workflow ORDER BY 1")
    assert versions == [("segments.yaml", 1), ("wake", 1)]


def test_a_proposal_that_is_none_is_not_there(case: Case) -> None:
    for name in ("7", "99999999999999999999", "x"):
        assert case.people.get(f"/proposals/{name}").status_code == 404


STARTER = nightly("actions: [start_workflow: sends]\n", key="starter", name="开头的").replace(
    'trigger: {every: day, at: "01:00"}', "trigger: {when: by_hand}"
)
SENDS = nightly(
    "actions: [{send_template: {template: 问候, to: customer, via: email}}]\n", key="sends", name="发信的"
)


def test_who_starts_a_workflow_that_sends_messages_needs_another_person_too(tmp_path: Path) -> None:
    root = stories_in(tmp_path / "company")
    write_files(root, {"sends.yaml": SENDS, "starter.yaml": STARTER, "quiet.yaml": nightly(key="quiet")})
    desk = Desk(root)
    found = {one.id: desk.releases.reaches_customers(desk.workspace, one) for one in desk.workspace.workflows}
    assert {name: found[name] for name in ("sends", "starter")} == {"sends": True, "starter": True}
