"""The model has gained a field since anybody wrote to the database: reading takes it as empty everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.company import Company, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

INDUSTRY = "      industry: {label: 行业, type: text}\n"
AGENT = "      agent: {label: 代理人, type: link, to: 员工, as: 代理客户}\n"
HEAD = "name: 唤醒\ntrigger: {when: by_hand}\n"
OF_CUSTOMERS = f"""id: customers
module: 客户
{HEAD}conditions: {{field: 代理人.姓名, is: 王一, if_missing: match}}
actions: [{{add_tag: 高潜}}]
"""
OF_STAFF = f"""id: staff
module: 员工
{HEAD}conditions: {{count_of: 代理客户, at_most: 0}}
actions: [{{update_field: {{姓名: 无}}}}]
"""


@pytest.mark.parametrize("workflow, matched", [(OF_CUSTOMERS, 2), (OF_STAFF, 1)], ids=["customers", "staff"])
def test_a_link_that_is_new_leads_nowhere(tmp_path: Path, workflow: str, matched: int) -> None:
    # given
    company = Company(stories_in(tmp_path))
    company.bring("员工", [{"编号": "S1", "姓名": "王一"}])
    company.bring("客户", [{"编号": f"C{n}", "客户名称": f"样例{n}"} for n in range(2)])
    model = (company.root / "model.yaml").read_text("utf-8")
    assert INDUSTRY in model
    company.write({"model.yaml": model.replace(INDUSTRY, INDUSTRY + AGENT), "workflow.yaml": workflow})

    # when
    plan = company.answer("plan", "workflow.yaml")

    # then
    assert (plan["matched"], plan["undecided"]) == (matched, 0)
