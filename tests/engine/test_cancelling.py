"""One enrollment is cancelled by a person; lists are sorted, paged and narrowed; on every store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.front import Desk
from engine.model.diagnostics import WrongUsage
from tests.company import Company, nightly, stories_in
from tests.undoing import CUSTOMERS, MORNING, NIGHT, STAFF

pytestmark = pytest.mark.usefixtures("each_store")

SLOW = nightly("actions: [{add_tag: 高潜}, {wait: 2 days}, {notify: {to: owner, text: 到了}}]\n", key="slow")
ASKS = nightly(
    """\
actions:
  - ask: {to: owner, question: 好吗, within: 2 days}
    answers: [{answer: 好, then: [{stop: 好}]}]
"""
)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Five customers that wait in two workflows; the first two are 主管's own."""
    found = Company(stories_in(tmp_path), at=NIGHT)
    found.write({"slow.yaml": SLOW, "wake.yaml": ASKS})
    found.bring("员工", STAFF)
    found.bring("客户", [{**one, "负责人": "S9"} if n < 2 else one for n, one in enumerate(CUSTOMERS)])
    found.done("run", codes=(0, 3))
    return found


def desk_of(company: Company, at: str = MORNING) -> Desk:
    from datetime import datetime

    return Desk(company.root, at=datetime.fromisoformat(at))


def listed(desk: Desk, name: str, *, limit: int = 100, **chosen: Any) -> list[dict[str, Any]]:
    with desk.rows(name, limit=limit, **chosen) as (_, rows):
        return list(rows)


def test_one_that_waits_is_cancelled_and_nothing_else_changes(company: Company) -> None:
    (walk,) = company.answer("enrollments", "--workflow", "slow", "--record", "C3", at=MORNING)
    before = {one["id"]: one for one in company.answer("enrollments", at=MORNING)}

    desk_of(company).cancel(walk["id"], "王一", "客户来电")

    after = {one["id"]: one for one in company.answer("enrollments", at=MORNING)}
    assert {key for key, one in after.items() if one != before[key]} == {walk["id"]}
    (row,) = (
        one for one in company.answer("journal", "--record", "C3", at=MORNING) if one["path"] == "cancelled"
    )
    assert (row["kind"], row["run"], row["enrollment"]) == ("stop", walk["run"], walk["id"])
    assert row["details"] == {"reason": "W699", "facts": {"by": "王一", "because": "客户来电"}}
    assert "王一 取消了等待：客户来电" in company.done("journal", "--record", "C3", at=MORNING)
    told = company.done("enrollments", "--record", "C3", "--lang", "en", at=MORNING)
    assert "Somebody cancelled the wait." in told
    company.done("run", at="2026-04-02T01:00", codes=(0, 3))
    letters = [one["record"] for one in company.rows("outbox", at=MORNING) if one["body"] == "到了"]
    assert sorted(letters) == ["C1", "C2", "C4", "C5"]


def test_its_questions_are_withdrawn(company: Company) -> None:
    (walk,) = company.answer("enrollments", "--workflow", "wake", "--record", "C3", at=MORNING)

    desk_of(company).cancel(walk["id"], "", "")

    states = {one["record"]: one["state"] for one in company.answer("asks", at=MORNING)}
    assert states == {"C1": "open", "C2": "open", "C3": "withdrawn", "C4": "open", "C5": "open"}
    assert "有人取消了等待。" in company.done("journal", "--record", "C3", at=MORNING)


def test_who_does_not_wait_cannot_be_cancelled(company: Company) -> None:
    desk_of(company).cancel(1, "王一", "")
    before = company.place.dump()

    for number, code in ((99, "W653"), (2**63, "W653"), (1, "W654")):
        with pytest.raises(WrongUsage) as refused:
            desk_of(company).cancel(number, "王一", "")
        assert refused.value.code == code
    assert company.place.dump() == before


def test_pages_of_a_list_add_up_to_it_in_any_order(company: Company) -> None:
    desk = desk_of(company)
    for name in ("runs", "enrollments", "journal", "outbox", "inbox", "asks"):
        _add_up(desk, name)


def _add_up(desk: Desk, name: str) -> None:
    whole = listed(desk, name)
    column = {"inbox": "person", "journal": "kind"}.get(name, "workflow")
    assert len(whole) > 1

    for sort in ("", column, f"-{column}"):
        pages = [listed(desk, name, sort=sort, offset=place, limit=2) for place in range(0, len(whole), 2)]
        rows = [row for page in pages for row in page]
        assert sorted(map(str, rows)) == sorted(map(str, whole)), (name, sort)
        values = [row[column] for row in rows]
        assert not sort or values == sorted(values, reverse=sort[0] == "-")


def test_some_see_what_is_about_their_own_customers(company: Company) -> None:
    desk = desk_of(company)
    for name in ("enrollments", "journal", "outbox", "asks"):
        assert {one["record"] for one in listed(desk, name, owners=["S9"])} == {"C1", "C2"}
        assert {one["record"] for one in listed(desk, name, owners=["S1"])} == {"C3", "C4", "C5"}
        assert listed(desk, name, owners=[]) == []
        assert len(listed(desk, name, owners=["S1", "S9"])) == len(listed(desk, name))
    assert {one["person"] for one in listed(desk, "inbox", owners=["S9"])} == {"S9"}
    assert listed(desk, "runs", owners=["S1", "S9"]) == []
    assert listed(desk, "failures", owners=["S1"]) == []
