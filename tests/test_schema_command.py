"""`wakeline schema` prints or writes the schemas that editors read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli import run_command

Call = Callable[..., tuple[int, str, str]]
MODEL = """
modules:
  guests:
    label: 房客
    fields:
      name: {label: 姓名, type: text}
"""


@pytest.fixture
def call(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Call:
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run_command(["schema", *arguments, "--workspace", str(tmp_path)])
        return code, *capfd.readouterr()

    return run


def test_all_kinds_are_printed_together(call: Call) -> None:
    kinds = {
        "workflow",
        "model",
        "tables",
        "segments",
        "scores",
        "template",
        "partial",
        "workspace",
        "calendar",
    }

    assert kinds <= set(json.loads(call()[1]))


def test_one_kind_is_printed_in_the_language_asked_for(call: Call) -> None:
    assert json.loads(call("tables")[1])["$id"] == "tables.schema.json"
    assert json.loads(call("tables", "--lang", "en")[1])["$id"] == "en/tables.schema.json"


def test_names_of_the_workspace_are_told_only_on_request(call: Call) -> None:
    assert "房客" not in call("workflow")[1]
    assert "房客" in call("workflow", "--names")[1]


def test_unknown_kind_is_told_with_those_there_are(call: Call) -> None:
    code, out, err = call("table")

    assert (code, out) == (2, "")
    assert "W929" in err
    assert "workflow、model、tables" in err


def test_schemas_are_written_into_the_workspace(tmp_path: Path, call: Call) -> None:
    code, out, _ = call("--write")

    assert (code, out) == (0, "# yaml-language-server: $schema=.wakeline/schemas/workflow.schema.json\n")
    written = (tmp_path / ".wakeline/schemas/workflow.schema.json").read_text(encoding="utf-8")
    assert "房客" in written


def test_line_of_a_template_leads_out_of_its_folder(call: Call) -> None:
    assert call("template", "--write")[1].endswith("$schema=../.wakeline/schemas/template.schema.json\n")


def test_schemas_are_written_into_a_folder(tmp_path: Path, call: Call) -> None:
    assert call("model", "--out", str(tmp_path / "new"))[0] == 0

    assert [one.name for one in (tmp_path / "new").iterdir()] == ["model.schema.json"]
