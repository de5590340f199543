"""What becomes of those that wait when their workflow is published anew, paused, renamed or deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.front import Desk
from tests.company import Company, nightly, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

HEAD = nightly()
OLD = "actions:\n  - add_tag: 高潜\n  - name: 一周\n    wait: 7 days\n  - add_tag: 决策慢\n"
NEW = (
    "actions:\n  - name: 一周\n    wait: 7 days\n  - update_field: {沉默唤醒次数: {add: 1}}\n"
    "  - add_tag: 低价值\n"
)
OTHER = "actions:\n  - wait: 9 days\n  - add_tag: 低价值\n"
FIRST, WEEK = "2026-03-31T01:00", "2026-04-07T01:00"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.bring("客户", [{"编号": "C1", "客户名称": "样例一"}])
    found.write({"wake.yaml": HEAD + OLD})
    found.answer("run", "wake", at=FIRST)
    return found


def done(company: Company, at: str = WEEK) -> list[str]:
    company.call("run", "wake", at=at)
    rows = company.answer("journal", "--record", "C1")
    return sorted(one["path"] for one in rows if one["kind"] == "update")


def state(company: Company) -> tuple[str, str | None]:
    (found,) = company.answer("enrollments", "--record", "C1")
    return found["state"], found["reason"]


def test_they_stay_on_the_version_they_began_with(company: Company) -> None:
    company.write({"wake.yaml": HEAD + NEW})

    assert done(company) == ["actions/0", "actions/2"]
    assert state(company) == ("done", None)


def test_they_move_to_the_step_of_the_same_name_and_what_was_done_is_not_mistaken(company: Company) -> None:
    company.write({"wake.yaml": HEAD + NEW})

    _, said, _ = company.call("publish", "wake", "--waiting", "move", at="2026-04-01T10:00")

    assert "1 条已移到新版本；正在等的，期限不变。" in said
    before, *after = done(company)
    assert before.endswith(":actions/0")
    assert after == ["actions/1", "actions/2"]
    assert state(company) == ("done", None)


def test_those_whose_step_has_no_successor_stay(company: Company) -> None:
    company.write({"wake.yaml": HEAD + OTHER})

    _, said, _ = company.call("publish", "wake", "--waiting", "move", at="2026-04-01T10:00")

    assert "1 条没能移过去：新版本里没有同名、同类的步骤，或它的答案少了。" in said
    assert done(company) == ["actions/0", "actions/2"]


def test_they_are_cancelled_when_whoever_publishes_says_so(company: Company) -> None:
    company.write({"wake.yaml": HEAD + NEW})

    company.call("publish", "wake", "--waiting", "cancel", at="2026-04-01T10:00")

    assert state(company) == ("cancelled", "W680")
    assert done(company) == ["actions/0"]


def test_a_renamed_file_is_the_same_workflow(company: Company) -> None:
    (company.root / "wake.yaml").rename(company.root / "other.yaml")

    assert done(company) == ["actions/0", "actions/2"]


def test_a_deleted_record_ends_its_enrollment(company: Company) -> None:
    with Desk(company.root).store.write(Desk(company.root).clock) as session, session.transaction():
        session.connection.exec_driver_sql("DELETE FROM customers")

    assert done(company) == ["actions/0"]
    assert state(company) == ("gone", "gone")


ASKING = """actions:
  - name: 问主管
    ask: {to: {person: S9}, question: 还要维护吗？, within: 5 days}
    answers:
      - {answer: 继续, then: [{add_tag: 高潜}]}
      - {answer: 放弃, then: [{add_tag: 决策慢}]}
"""


@pytest.mark.parametrize(
    "change, moved",
    [
        (lambda text: text.replace("answer: 继续", "answer: 维护"), False),
        (lambda text: text + "      - {answer: 再想想, then: [{add_tag: 决策慢}]}\n", True),
        (lambda text: text.replace("还要维护吗", "还维护吗"), True),
    ],
)
def test_an_open_question_moves_where_each_of_its_answers_is_still_known(
    tmp_path: Path, change: Callable[[str], str], moved: bool
) -> None:
    """Else the answer would be taken, and never heard."""
    company = Company(stories_in(tmp_path))
    company.bring("员工", [{"编号": "S9", "姓名": "总管九"}])
    company.bring("客户", [{"编号": "C1", "客户名称": "样例"}])
    company.write({"wake.yaml": HEAD + ASKING})
    company.answer("run")
    company.write({"wake.yaml": HEAD + change(ASKING)})

    _, said, _ = company.call("publish", "wake", "--waiting", "move", at="2026-04-01T10:00")
    company.done("decide", "1", "继续", "--by", "S9", at="2026-04-01T11:00")
    company.answer("run", at="2026-04-01T12:00")

    assert ("没能移过去" not in said) is moved
    (journal,) = [one for one in company.answer("journal", "--record", "C1") if one["kind"] == "update"]
    assert "高潜" in str(journal)
    assert state(company)[0] == "done"
