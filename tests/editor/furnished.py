"""A house with everything in it: the workspace that ships, a night on its sample data, somebody who waits, a
question, a run that is held. What a page shows on an empty table is seen elsewhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.front import Desk
from engine.shipped import copy_workspace
from tests.company import write_files

NIGHT = datetime(2026, 4, 1, 1, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ASKING = """\
# 问负责人要不要继续跟，等三天
id: ask-owner
name: 大客户问负责人
module: customers
trigger: {every: day, at: "01:00"}
conditions:
  all:
    - {field: 客户层级, is: A}
    - {field: 客户状态, is: 正常}
once_per: customer
guard: {share: 100 %, at_most: 5000}
actions:
  - ask: {to: owner, question: "{{ 客户名称 }} 还要继续跟吗？", within: 3 days}
    answers:
      - {answer: 继续, then: [{wait: 3 days}]}
      - {answer: 放弃, then: [{update_field: {沉默状态: 放弃维护}}]}
"""


def furnish(root: Path) -> Path:
    """Furnish a folder; takes some seconds."""
    copy_workspace(root)
    write_files(root, {"ask-owner.yaml": ASKING})
    desk = Desk(root, at=NIGHT)
    for module in desk.workspace.model.modules.values():
        desk.import_file(module.key, root / "samples" / f"{module.key}.csv")
    for _ in desk.run():
        pass
    return root
