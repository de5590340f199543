"""The guide for whoever keeps Wakeline running names commands, options and settings that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from engine.cli import run_command
from engine.workspace import workspace_of_sources

ROOT = Path(__file__).parent.parent
GUIDES = [ROOT / "docs" / "operations.en.md", ROOT / "docs" / "operations.zh.md"]
MODEL = "modules: {customers: {label: 客户, fields: {name: {label: 名称, type: text}}}}\n"


def blocks(guide: Path, kind: str = "") -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", guide.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [text for language, text in fenced if language == kind]


def commands(guide: Path) -> list[list[str]]:
    lines = [line for block in blocks(guide) for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("wakeline ")]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda one: one.name)
def test_every_command_and_option_is_there(guide: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert len(commands(guide)) > 8
    for _, name, *rest in commands(guide):
        capfd.readouterr()
        family = rest[:1] if name == "user" else []
        assert run_command([name, *family, "--help"]) == 0
        known = set(re.findall(r"--[a-z-]+", capfd.readouterr().out))
        assert {one for one in rest if one.startswith("--")} <= known, name


@pytest.mark.parametrize("guide", GUIDES, ids=lambda one: one.name)
def test_every_setting_is_understood(guide: Path) -> None:
    settings = "".join(blocks(guide, "yaml"))

    found = workspace_of_sources(ROOT, {"model.yaml": MODEL, "workspace.yaml": settings})

    assert [one for one in found.diagnostics if one.at.file == "workspace.yaml"] == []
    assert (found.settings.store, set(found.settings.channels)) == (
        "postgresql://wakeline@db.example.com/crm",
        {"email"},
    )


def test_both_guides_say_the_same() -> None:
    english, chinese = (
        [[name, *(one for one in rest if one.startswith("--"))] for _, name, *rest in commands(guide)]
        for guide in GUIDES
    )
    sections = [len(re.findall(r"^## ", guide.read_text("utf-8"), re.MULTILINE)) for guide in GUIDES]

    assert english == chinese
    assert sections[0] == sections[1] > 5
