"""A company with a past."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.company import Company
from tests.engine.report.shop import HEAD, ONE, company


@pytest.fixture
def past(tmp_path: Path) -> Company:
    """Run 1 on 31 March: A starts, B cannot be processed, C does not match, D comes on the next day."""
    steps = (
        'actions: [{update_field: {行业: 机械}}, {create_task: {subject: "看 {{ 备用邮箱 }}", to: owner}}]\n'
    )
    found = company(tmp_path, {"workflow.yaml": HEAD + steps})
    known = {**ONE, "备用邮箱": "x@example.com"}
    others = [{**ONE, "编号": "C2"}, {**known, "编号": "C3", "客户层级": "C"}]
    found.bring("客户", [known, *others])
    found.call("run")
    found.bring("客户", [{**known, "编号": "C4"}])
    found.call("run", at="2026-04-01T01:00")
    return found
