"""A small company whose plans, examples and runs are read aloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.company import Company, stories_in

HEAD = """\
id: workflow
name: {zh: 条件, en: Conditions}
module: 客户
trigger: {every: day, at: "01:00"}
once_per: customer
conditions: {field: 客户层级, is: [A, B]}
"""
ACTIONS = """\
actions:
  - update_field: {处理时间: now, 毛利率: 30 %, 常规间隔: 30 days, 行业: 机械}
  - add_tag: 高潜
  - create_task: {subject: 看, type: 关怀, to: owner, due: in 3 days}
"""
EXCLUSIONS = """\
exclusions:
  - {if: {field: 沉默状态, is: 放弃维护}, from: tasks}
  - {if: {field: 毛利率, less_than: 5 %, if_missing: no_match}, from: tasks}
"""
STAFF = [{"编号": "S1", "姓名": "王一"}]
ONE = {"编号": "C1", "客户名称": "甲", "客户层级": "A", "沉默状态": "正常跟进", "负责人": "S1"}


def company(tmp_path: Path, files: dict[str, str]) -> Company:
    found = Company(stories_in(tmp_path / "company"))
    found.write(files)
    found.bring("员工", STAFF)
    return found


def told(found: Company, *arguments: str, **where: Any) -> list[str]:
    return [line.strip() for line in found.call(*arguments, **where).out.splitlines()]


def line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)
