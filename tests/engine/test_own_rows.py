"""Which rows of the ledger are about whose records: reps see their own, supervisors those below them too."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.front import Desk
from tests.at_desk import AtDesk
from tests.company import nightly, stories_in, write_files

pytestmark = pytest.mark.usefixtures("each_store")

NIGHT = datetime(2026, 3, 30, 17, 0, tzinfo=UTC)
STAFF = {"HEAD": "", "CHIEF": "HEAD", "REP": "CHIEF", "TRAINEE": "REP", "OTHER": "HEAD", "A": "B", "B": "A"}
OWNERS = {"K1": "REP", "K2": "TRAINEE", "K3": "OTHER", "K4": "CHIEF", "K5": "", "K6": "A"}
BODY = """\
actions:
  - add_tag: 高潜
  - notify: {to: owner, text: "看看 {{ 客户名称 }}"}
  - ask: {to: owner, question: 继续吗, within: 3 days}
    answers: [{answer: 是, then: [{add_tag: 决策慢}]}]
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The morning after a night in which every customer was noticed."""
    write_files(stories_in(tmp_path), {"wake.yaml": nightly(BODY)})
    company = AtDesk(tmp_path, NIGHT)
    assert company.problems == []
    company.bring("员工", [{"编号": key, "姓名": f"{key} 名", "上级": boss} for key, boss in STAFF.items()])
    company.bring("客户", [{"编号": key, "客户名称": key, "负责人": owner} for key, owner in OWNERS.items()])
    company.night(NIGHT)
    return company.desk


def seen(desk: Desk, name: str, owners: set[str], column: str = "record", **chosen: str) -> set[str]:
    with desk.rows(name, owners=owners, limit=1000, **chosen) as (_, rows):
        return {one[column] for one in rows}


SEEN: list[tuple[set[str], set[str]]] = [
    ({"REP"}, {"K1"}),
    ({"CHIEF", "REP", "TRAINEE"}, {"K1", "K2", "K4"}),
    ({"OTHER"}, {"K3"}),
    ({"nobody"}, set()),
    (set(), set()),
]
"""Owners, and the customers whose rows are theirs."""


def test_rows_are_about_the_records_of_these_owners_alone(desk: Desk) -> None:
    for owners, expected in SEEN:
        for name in ("enrollments", "journal"):
            assert seen(desk, name, owners) == expected, (name, owners)
        # Colleagues are written to by name: a question, or a notice, is theirs who got it.
        everybody = {"K1": "REP", "K2": "TRAINEE", "K3": "OTHER", "K4": "CHIEF"}
        for name in ("asks", "inbox"):
            assert seen(desk, name, owners, "person") == {everybody[one] for one in expected}, (name, owners)
        assert all(desk.belongs("wake", one, owners) == (one in expected) for one in OWNERS), owners


def test_without_owners_everything_is_seen(desk: Desk) -> None:
    with desk.rows("enrollments", limit=1000) as (_, rows):
        assert {one["record"] for one in rows} == set(OWNERS)


def test_what_is_about_no_record_is_nobodys(desk: Desk) -> None:
    for name, column in (("runs", "run"), ("slots", "slots")):
        assert seen(desk, name, set(STAFF), column) == set()
    assert not desk.belongs("gone", "K1", {"REP"})  # a workflow that nobody knows


def test_other_filters_narrow_what_is_theirs(desk: Desk) -> None:
    team = {"CHIEF", "REP", "TRAINEE"}
    assert seen(desk, "enrollments", team, record="K2") == {"K2"}
    assert seen(desk, "enrollments", team, record="K3") == set()


BELOW = {
    "TRAINEE": {"TRAINEE"},
    "REP": {"REP", "TRAINEE"},
    "HEAD": {"HEAD", "CHIEF", "REP", "TRAINEE", "OTHER"},
    "A": {"A", "B"},  # a ring leads round once
    "gone": {"gone"},
}


def test_who_is_below_whom_however_far(desk: Desk) -> None:
    assert {person: desk.people_below(person) for person in BELOW} == BELOW
