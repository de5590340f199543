"""The company of the stories, its store after a night, and what the doctor sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.doctor import Check, Doctor
from engine.pipeline import store_of
from engine.report.doctor import render_checkup
from engine.texts import LANGUAGES
from engine.workspace import open_workspace
from tests.company import stories_in
from tests.contract import GOOD, OTHER
from tests.doctor.house import AT, Find, run
from tests.engine.small import clock_at
from tests.stores import Place


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The company of the stories with two nightly workflows and three customers, nothing run yet."""
    stories_in(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD.format(name="good"), encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    (tmp_path / "staff.csv").write_text("编号,姓名\nS1,王一\n", encoding="utf-8")
    rows = "编号,客户名称,潜力,行业,负责人\nC1,甲,100,机械,S1\nC2,乙,99.99,机械,S1\nC3,丙,100,机械,S1\n"
    (tmp_path / "customers.csv").write_text(rows, encoding="utf-8")
    return tmp_path


@pytest.fixture
def store(each_store: str, root: Path) -> Place:
    """The store after its first night."""
    place = Place.of_workspace(root)
    for module in ("staff", "customers"):
        assert run(root, "import", module, str(root / f"{module}.csv")) == 0
    assert run(root, "run") == 0
    return place


@pytest.fixture
def find(root: Path) -> Find:
    """What the doctor sees: `group/name` -> check. The machine's clock stands at the same moment."""

    def look(at: str = AT, *, deep: bool = False, **changes: Any) -> dict[str, Check]:
        workspace = open_workspace(root)
        changes = {"machine": lambda: clock_at(at).now, **changes}
        doctor = Doctor(workspace, lambda: store_of(workspace), "1.0", **changes)
        found = doctor.look(clock_at(at, workspace.settings.zone), deep=deep)
        for language in LANGUAGES:  # whatever is seen can be told
            assert render_checkup(found, language)
        return {f"{one.group}/{one.name}": one for one in found.checks}

    return look
