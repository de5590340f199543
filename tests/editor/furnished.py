"""A house with everything in it: the workspace that ships, a night on its sample data, somebody who waits, a
question, a run that is held. What a page shows on an empty table is seen elsewhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from editor.drafts import Drafts
from editor.files import digest_of
from engine import Proposal, ProposalState
from engine.front import Desk
from engine.shipped import copy_workspace
from tests.company import write_files
from tests.editor.served import OWNER

NIGHT = datetime(2026, 4, 1, 1, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FIRST, CONTESTED = "silent-first-touch.yaml", "silent-last-touch.yaml"
OTHER = "李娜"
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
    _write_drafts(root)
    text = (root / "ask-owner.yaml").read_text("utf-8").replace("is: A", "is: [A, B]")
    wanted = Proposal(
        0, "ask-owner.yaml", text, digest_of(ASKING), "keep", "B 类也问", "周工", NIGHT, ProposalState.OPEN
    )
    desk.releases.propose(wanted)
    return root


def _write_drafts(root: Path) -> None:
    """Somebody else has begun with the first workflow; whoever looks has changed one that is newer by now."""
    first = (root / FIRST).read_text("utf-8")
    Drafts(root, OTHER).put(FIRST, first.replace("is: [A, B, C]", "is: [B, C]"), digest_of(first), first)
    now = (root / CONTESTED).read_text("utf-8")
    began = now.replace("priority: 40", "priority: 41")
    mine = began.replace("status: active", "status: paused")
    Drafts(root, OWNER).put(CONTESTED, mine, digest_of(began), began)
