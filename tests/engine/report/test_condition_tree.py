"""Conditions inside one another are told as they stand: what is any, all and none, each with its own mark."""

from __future__ import annotations

import re
from pathlib import Path

from tests.engine.report.shop import ACTIONS, HEAD, ONE, company, told

TREE = """\
conditions:
  all:
    - any:
        - {field: 客户层级, is: A, if_missing: no_match}
        - all:
            - {field: 客户层级, is: B, if_missing: no_match}
            - none: [{field: 沉默状态, is: 已沉默, if_missing: no_match}]
    - none:
        - {field: 行业, is: 机械, if_missing: no_match}
        - any:
            - {field: 客户名称, is: 乙}
            - {field: 客户名称, is: 丙}
"""
FILE = HEAD.replace("conditions: {field: 客户层级, is: [A, B]}\n", TREE) + ACTIONS
EXPLAIN = ("explain", "workflow", "--record", "C1", "--at", "2026-03-30T09:00")


def marks(tmp_path: Path, **values: str) -> list[str]:
    """The lines of the tree without what was seen, their level kept."""
    found = company(tmp_path, {"workflow.yaml": FILE})
    found.bring("客户", [{**ONE, **values}])
    lines = found.call(*EXPLAIN).out.splitlines()
    tree = (one[2:] for one in lines if one.strip().startswith(("✓", "✗", "?")))
    return [re.split(r"  +(?:实际|workflow\.yaml)", one)[0] for one in tree]


def test_each_group_has_its_own_mark_and_what_must_not_be_is_said_so(tmp_path: Path) -> None:
    assert marks(tmp_path, 客户层级="B", 行业="机械", 客户名称="甲", 沉默状态="正常跟进") == [
        "✓ 以下至少一条成立",
        "  ✗ 客户层级是 A",
        "  ✓ 以下都成立",
        "    ✓ 客户层级是 B",
        "    ✓ 并非沉默状态是“已沉默”",
        "✗ 并非行业是“机械”",
        "✓ 并非以下至少一条成立",
        "  ✗ 客户名称是“乙”",
        "  ✗ 客户名称是“丙”",
    ]


def test_to_match_a_condition_below_none_must_not_be_met(tmp_path: Path) -> None:
    found = company(tmp_path, {"workflow.yaml": FILE})
    found.bring("客户", [{**ONE, "行业": "机械"}])

    (wish,) = (one for one in told(found, *EXPLAIN) if one.startswith("要符合"))
    assert wish == "要符合，须：并非行业是“机械”"
    assert found.answer(*EXPLAIN)["needs"] == [["conditions/all/1/none/0"]]


def test_the_funnel_counts_those_who_are_not_what_they_must_not_be(tmp_path: Path) -> None:
    found = company(tmp_path, {"workflow.yaml": FILE})
    found.bring("客户", [{**ONE, "编号": f"C{n}", "行业": "机械" if n < 4 else "纺织"} for n in range(1, 6)])

    steps = {one["path"]: one for one in found.answer("plan", "workflow", at="2026-03-30T09:00")["funnel"]}

    kept_out = steps["conditions/all/1/none/0"]
    assert (kept_out["condition"], kept_out["passed"], kept_out["only_this"]) == ("并非行业是“机械”", 2, 3)
