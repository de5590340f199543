"""The module's answers, counted at once, are those that its records give one by one."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.model.effects import Draft
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
