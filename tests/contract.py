"""The company on which the contract of the command line is tried."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, Said, stories_in

AT = "2026-03-31T01:00"
GOOD = """
id: good
name: {name}
module: 客户
priority: 10
trigger: {{every: day, at: "01:00"}}
once_per: customer
conditions: {{field: 潜力, at_least: 100}}
actions:
  - update_field: {{沉默唤醒次数: {{add: 1}}}}
  - create_task: {{subject: "{{{{ 客户名称 }}}}{{{{ 行业 }}}}", to: owner}}
  - notify: {{to: owner, text: hello}}
"""
OTHER = """
id: other
name: other
module: 客户
priority: 20
trigger: {every: day, at: "01:00"}
actions: [{add_tag: 高潜}]
"""

Call = Callable[..., Said]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """The company of the stories with two workflows and three customers; one of them fails in its text."""
    found = Company(stories_in(tmp_path), at=AT)
    rows = "编号,客户名称,潜力,行业,负责人\nC1,甲,100,机械,S1\nC2,乙,99.99,机械,S1\nC3,丙,100,,S1\n"
    found.write({"good.yaml": GOOD.format(name="good"), "other.yaml": OTHER})
    found.write({"staff.csv": "编号,姓名\nS1,王一\n", "customers.csv": rows})
    return found


@pytest.fixture
def root(company: Company) -> Path:
    return company.root


@pytest.fixture
def call(company: Company) -> Call:
    return company.call


@pytest.fixture
def imported(company: Company) -> Path:
    """Its records are there."""
    for module in ("staff", "customers"):
        company.done("import", module, str(company.root / f"{module}.csv"))
    return company.root


def answer(call: Call, *arguments: str) -> Any:
    code, out, err = call(*arguments, "--format", "json")
    assert code in {0, 1, 3}, err
    return json.loads(out)
