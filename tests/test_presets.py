"""What `wakeline init --preset NAME` makes: a workspace without mistakes, whose own examples hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from engine.cli import run_command
from engine.shipped import STARTER_WORKFLOW, presets, shipped_workspace

WORKFLOW = Path(STARTER_WORKFLOW)


@pytest.mark.parametrize("preset", ["", *presets()])
def test_a_new_workspace_passes_its_own_examples(
    preset: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "mine"
    run_command(["init", str(root), *(["--preset", preset] if preset else [])])
    capsys.readouterr()

    checked = run_command(["check", "--workspace", str(root)])
    told = capsys.readouterr().out
    tested = run_command(["test", "--workspace", str(root)])

    assert (checked, tested) == (0, 0)
    assert "没有问题" in told


@pytest.mark.parametrize("preset", presets())
def test_the_examples_of_a_preset_begin_on_the_day_of_its_table(preset: str, tmp_path: Path) -> None:
    run_command(["init", str(tmp_path / "mine"), "--preset", preset])
    reader = YAML(typ="safe", pure=True)
    rows = reader.load((tmp_path / "mine" / "tables.yaml").read_text(encoding="utf-8"))["沉默门槛"]["rows"]
    workflow = reader.load((tmp_path / "mine" / WORKFLOW).read_text(encoding="utf-8"))

    (first,) = [int(row["首触"].split()[0]) for row in rows if row["客户层级"] == "B"]
    ordered = {one["given"].get("最近下单日期"): one["expect"] for one in workflow["tests"]}

    assert ordered[f"{first} days ago"] != "nothing"
    assert ordered[f"{first - 1} days ago"] == "nothing"


@pytest.mark.parametrize("preset", presets())
def test_a_preset_changes_examples_only(preset: str, tmp_path: Path) -> None:
    run_command(["init", str(tmp_path / "mine"), "--preset", preset])

    made = (tmp_path / "mine" / WORKFLOW).read_text(encoding="utf-8")
    shipped = (shipped_workspace() / WORKFLOW).read_text(encoding="utf-8")

    assert made.partition("\ntests:\n")[:2] == shipped.partition("\ntests:\n")[:2]
