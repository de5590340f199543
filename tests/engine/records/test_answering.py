"""The module's answers, counted at once, are those that its records give one by one."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.model.effects import Draft
from engine.records.answering import Answering
from tests.engine.small import BASE, HEAD, Place, workspace_with

pytestmark = pytest.mark.usefixtures("each_store")

NOTHING = Draft((), (), (), ())
TIERS = ("A", "B", "C", "")
RECORDS = {
    f"C{n}": {"客户名称": "某" if n % 2 else "", "客户层级": TIERS[n % 4], "负责人": "S1"}
    for n in range(1, 12)
}
BARS = "stop_when:\n  - {because: 已成交, if: {field: 客户名称, is: 某}}\n"
ASKED = ("{field: 客户层级, is: A}", "{field: 客户名称, is: 某}", "{field: 客户层级, is: [B, C]}")


def place(leaves: int, more: str = "") -> Place:
    """A workflow of so many conditions, of which one must hold."""
    asked = "\n".join(f"    - {ASKED[number % len(ASKED)]}" for number in range(leaves))
    file = f"{HEAD}conditions:\n  any:\n{asked}\n{more}actions:\n  - update_field: {{唤醒次数: {{add: 1}}}}\n"
    people = {"S1": {"姓名": "甲"}}
    return Place.make(workspace_with("", {**BASE, "wake.yaml": file}), {"员工": people, "客户": RECORDS})


@pytest.mark.parametrize("leaves", [1, 2, 39, 40, 79])
@pytest.mark.parametrize("more", ["", BARS])
def test_counted_at_once_as_one_by_one(leaves: int, more: str) -> None:
    """Forty leaves are more than the digits of one number."""
    found = place(leaves, more)
    with found.session() as session:
        counted = session.answers(found.workflow, NOTHING)
        single = [session.answers_of(found.workflow, NOTHING, key) for key in RECORDS]

        assert all(one is not None for one in single)
        by_hand = Counter((one.whole, one.leaves, one.bar) for one in single if one is not None)
        assert {(one.whole, one.leaves, one.bar): one.count for one in counted} == by_hand
        assert len(by_hand) > 2
        assert all(len(one.leaves) == leaves for one in counted)


SCORE = """\
热度:
  module: 客户
  points:
    - {if: {count_of: 订单, per: month, falls_by: 50 %, if_missing: no_match}, give: 5}
  bands: [{name: 热, at_least: 5}, {name: 冷}]
"""


def test_one_record_is_asked_without_a_look_at_all_others() -> None:
    step = "{update_field: {唤醒次数: {add: 1}}}"
    file = f"{HEAD}conditions: {{band_of: 热度, is: 热}}\nactions: [{step}]\n"
    files = {**BASE, "wake.yaml": file, "scores.yaml": SCORE}
    found = Place.make(workspace_with("", files), {"客户": {"C1": {"客户名称": "某"}}})
    with found.session() as session:
        asked = Answering(session.selection(found.workflow, NOTHING))

        assert "GROUP BY" not in str(asked.each().compile(dialect=session.connection.dialect))
        assert session.answers_of(found.workflow, NOTHING, "C1") is not None
