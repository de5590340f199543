"""Files edited at random: what is remembered is what is found cold."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path

import pytest

import engine.check_cache
import engine.checking
import engine.file_by_file
from engine.check_cache import Told
from engine.file_by_file import tell_each
from engine.model.diagnostics import Problems
from engine.model.workflow import Workflow
from engine.plain import from_plain, to_plain
from engine.workspace import file_names, is_workflow_file, open_base, open_workspace
from tests.many_files import FILES, cold, remembered, root, trusting, workflows, written

__all__ = ["root", "trusting", "written"]  # fixtures, asked for by name


def edit_number(path: Path, dice: random.Random) -> None:
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(r"^priority: \d+", f"priority: {dice.randrange(99)}", text, flags=re.MULTILINE), "utf-8"
    )


def spoil_line(path: Path, dice: random.Random) -> None:
    lines = path.read_text("utf-8").splitlines() or [""]
    number = dice.randrange(len(lines))
    lines[number] = dice.choice(
        (lines[number].replace(":", "："), "\t" + lines[number], lines[number][:-1], "{")
    )
    path.write_text("\n".join(lines) + "\n", "utf-8")


def delete(path: Path, dice: random.Random) -> None:
    path.unlink()


def copy(path: Path, dice: random.Random) -> None:
    """Two files of one id."""
    shutil.copy(path, path.with_name(f"copy-{dice.randrange(99)}.yaml"))


def rename(path: Path, dice: random.Random) -> None:
    path.rename(path.with_name(f"a-{dice.randrange(99)}-{path.name}"))


def start_another(path: Path, dice: random.Random) -> None:
    """Perhaps itself, perhaps one that is not there."""
    text = path.read_text("utf-8")
    target = dice.choice(
        [*re.findall(r"^id: (\S+)", text, re.MULTILINE), "nobody", "silent-first-touch-00000"]
    )
    path.write_text(text.replace("actions:\n", f"actions:\n  - start_workflow: {target}\n", 1), "utf-8")


def unreadable(path: Path, dice: random.Random) -> None:
    path.write_bytes(dice.choice((b"\xff\xfe\x00", b"\x80\x81", b"", b"a" * 300_000)))


def edit_base(path: Path, dice: random.Random) -> None:
    """A field that many ask for is called something else, or comes back."""
    root = next(one for one in path.parents if (one / "model.yaml").exists())
    model = root / "model.yaml"
    text = model.read_text("utf-8")
    other = text.replace("zh: 客户层级", "zh: 客户级别")
    model.write_text(other if other != text else text.replace("zh: 客户级别", "zh: 客户层级"), "utf-8")


EDITS = (edit_number, spoil_line, delete, copy, rename, start_another, unreadable, edit_base)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("young", [0, 2_000_000_000])
def test_after_any_edits_what_is_remembered_is_what_is_found_cold(
    root: Path, seed: int, young: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.check_cache, "_YOUNG", young)
    dice = random.Random(seed)
    for _ in range(5):
        for _ in range(dice.randrange(3)):
            path = dice.choice(workflows(root))
            dice.choice(EDITS)(path, dice)
        assert remembered(root) == cold(root)


def versioned(workflow: Workflow) -> tuple[str, str, str]:
    return workflow.file, workflow.id, workflow.version


@pytest.mark.parametrize("seed", range(4))
def test_after_any_edits_a_folder_read_again_is_as_one_read_for_the_first_time(root: Path, seed: int) -> None:
    dice, again, kept = random.Random(seed), open_workspace(root), 0
    for _ in range(6):
        for _ in range(dice.randrange(3)):
            path = dice.choice(workflows(root))
            dice.choice(EDITS)(path, dice)
        before, again, anew = again, open_workspace(root, before=again), open_workspace(root)

        assert again.diagnostics == anew.diagnostics
        assert [versioned(one) for one in again.workflows] == [versioned(one) for one in anew.workflows]
        assert again.documents == anew.documents
        kept += sum(one is before.workflow(one.id) for one in again.workflows)
    assert kept > FILES


def test_all_that_is_told_can_be_written_down(root: Path) -> None:
    names = file_names(root)
    base = open_base(root, names, Problems())

    for one in tell_each(base, [name for name in names if is_workflow_file(name)]):
        assert from_plain(Told, json.loads(json.dumps(to_plain(one)))) == one
