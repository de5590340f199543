"""The tutorials say what happens when they are followed."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("tutorial", Path(__file__).parent / "tutorial.py")
assert _SPEC is not None
assert _SPEC.loader is not None
tutorial = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(tutorial)

ROOT = tutorial.ROOT


@pytest.mark.parametrize("name, language", tutorial.TUTORIALS.items())
def test_tutorial_shows_what_is_printed(name: str, language: str, tmp_path: Path) -> None:
    shown = (ROOT / name).read_text(encoding="utf-8")

    assert tutorial.followed(shown, language, tmp_path) == shown, "run: make docs"


@pytest.mark.parametrize("name", tutorial.TUTORIALS)
def test_links_of_a_tutorial_lead_somewhere(name: str) -> None:
    path = ROOT / name

    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))

    assert [one for one in links if not (path.parent / one).exists()] == []


def test_both_tutorials_take_the_same_steps() -> None:
    zh, en = ((ROOT / name).read_text(encoding="utf-8") for name in tutorial.TUTORIALS)

    assert commands(zh) == commands(en)
    assert len(re.findall("^#", zh, re.MULTILINE)) == len(re.findall("^#", en, re.MULTILINE))


def commands(text: str) -> list[str]:
    """The word of every command."""
    return [" ".join(line.split()[:2]) for line in re.findall(r"^\$ (wakeline .*)", text, re.MULTILINE)]


def test_field_of_the_model_is_replaced_or_added_in_its_module() -> None:
    before = "modules:\n  a:\n    fields:\n      x: {old}\n  b:\n    fields:\n      x: {other}\n"
    after = (
        "modules:\n  a:\n    fields:\n      x: {new}\n      y: {more}\n  b:\n    fields:\n      x: {other}\n"
    )

    assert tutorial.edited(before, "a", "      x: {new}\n      y: {more}\n") == after
