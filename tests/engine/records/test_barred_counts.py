"""How many records each bar keeps from starting, against a hand count and the list of those records."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.plan import plan_effects
from tests.engine.small import BASE, HEAD, Place, changed, workspace_with

pytestmark = pytest.mark.usefixtures("each_store")

EXCLUSION = "exclusions: [{if: {field: 备注, is: 同行, if_missing: no_match}, from: everything}]\n"
STOPS = """\
stop_when:
  - {if: {field: 邮件同意, is: 否, if_missing: no_match}, because: 不要邮件}
  - {if: {field: 唤醒次数, at_least: 3, if_missing: no_match}, because: 够了}
  - if: {count_of: 订单, where: {field: 金额, more_than: 100, if_missing: no_match}, more_than: 0}
    because: 有大单
"""
CONDITIONS = "conditions: {field: 额度, more_than: 10}\n"
FREE = {"客户名称": "甲", "客户层级": "A", "额度": "20"}
CUSTOMERS = {
    "C1": FREE,
    "C2": {**FREE, "备注": "同行"},
    "C3": {**FREE, "备注": "同行", "邮件同意": "否", "唤醒次数": "3"},
    "C4": {**FREE, "唤醒次数": "3"},
    "C5": {**FREE, "唤醒次数": "4"},
    "C6": {**FREE, "额度": "5", "备注": "同行"},
    "C7": {"客户名称": "乙", "客户层级": "B", "备注": "同行"},
    "C8": {**FREE, "备注": "朋友", "邮件同意": "是", "唤醒次数": "2"},
    "C9": FREE,
}
ORDERS = {
    "O1": {"客户": "C9", "下单日期": "2026-03-01", "金额": "500"},
    "O2": {"客户": "C8", "下单日期": "2026-03-01", "金额": "50"},
}


@pytest.mark.parametrize(
    "conditions, counts",
    [
        # C6 does not meet the condition, and of C7 it cannot be said; C3 counts for its first bar only.
        (CONDITIONS, (2, 0, 2, 1)),
        ("", (4, 0, 2, 1)),
    ],
)
def test_each_bar_counts_the_records_that_it_is_the_first_to_keep(
    conditions: str, counts: tuple[int, ...]
) -> None:
    files = changed(BASE, "workspace.yaml", "time_zone", f"{EXCLUSION}time_zone")
    files["wake.yaml"] = f"{HEAD}once_per: customer\n{conditions}{STOPS}actions: [{{add_tag: 高潜}}]\n"
    place = Place.make(workspace_with("", files), {"客户": CUSTOMERS, "订单": ORDERS})

    with place.session() as session:
        draft = plan_effects(place.workflow, place.workspace.model, session.clock)
        found = session.count_barred(place.workflow, draft)
        listed = Counter(bar for _, bar in session.records_barred(place.workflow, draft, 99))

    assert found == counts
    assert found == tuple(listed[number] for number in range(1, 5))


def test_without_bars_nothing_is_counted() -> None:
    workspace = workspace_with(f"once_per: customer\n{CONDITIONS}actions: [{{add_tag: 高潜}}]\n")
    place = Place.make(workspace, {"客户": CUSTOMERS})

    with place.session() as session:
        draft = plan_effects(place.workflow, place.workspace.model, session.clock)
        assert session.count_barred(place.workflow, draft) == ()
