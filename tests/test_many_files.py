"""A check of very many files: on several processes and from what is remembered, always the same as cold."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import engine.check_cache
import engine.checking
import engine.file_by_file
from engine.check_cache import PLACE, CheckCache, Told
from engine.checking import check
from engine.cli import run_command
from engine.file_by_file import tell_each
from engine.workspace import open_workspace
from tests.many_files import (
    AT,
    BROKEN,
    FILES,
    LATER,
    cold,
    remembered,
    rendered,
    root,
    told,
    trusting,
    workflows,
    written,
)

__all__ = ["root", "told", "trusting", "written"]  # fixtures, asked for by name


# --- the same as ever ---------------------------------------------------------------------------------------


def test_file_by_file_tells_what_the_whole_workspace_tells(root: Path) -> None:
    workspace = open_workspace(root)

    checked = check(root, at=AT)

    own = [one for one in checked.diagnostics if one.code != "W529"]
    assert own == list(workspace.diagnostics)
    assert {one.at.file.rpartition("/")[2] for one in own} >= {BROKEN}
    assert list(checked.documents) == list(workspace.documents)
    assert all(checked.documents[one.at.file].text == workspace.documents[one.at.file].text for one in own)


def test_two_processes_tell_what_one_tells(root: Path) -> None:
    assert rendered(check(root, at=AT, processes=2)) == cold(root)


def test_where_no_process_can_be_started_one_is_enough(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(ProcessPoolExecutor, "map", refuse)

    assert rendered(check(root, at=AT, processes=2)) == cold(root)


def test_the_workspace_as_a_path_is_all_of_it(root: Path) -> None:
    assert rendered(check(root, [root], at=AT)) == cold(root)


# --- what is remembered -------------------------------------------------------------------------------------


def test_unchanged_files_are_not_read_again(root: Path, told: list[str], trusting: None) -> None:
    before = remembered(root)
    assert len(told) == FILES
    changed = workflows(root)[3]
    changed.write_text(changed.read_text("utf-8") + "# once more\n", encoding="utf-8")
    told.clear()

    assert remembered(root) == before
    assert told == [changed.relative_to(root).as_posix()]


def test_a_touched_file_is_known_by_what_is_in_it(root: Path, told: list[str], trusting: None) -> None:
    remembered(root)
    told.clear()
    workflows(root)[0].touch()

    remembered(root)
    assert told == []


@pytest.mark.parametrize("in_place", [True, False])
def test_an_editor_that_keeps_size_and_time_is_noticed(root: Path, in_place: bool, trusting: None) -> None:
    file = workflows(root)[0]
    remembered(root)
    look, text = file.stat(), file.read_text("utf-8")
    changed = text.replace("actions:", "acitons:")
    if not in_place:
        file.unlink()
    file.write_text(changed, encoding="utf-8")
    os.utime(file, ns=(look.st_atime_ns, look.st_mtime_ns))

    assert "acitons" in remembered(root) == cold(root)


def test_a_file_written_just_now_is_known_by_what_is_in_it_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.check_cache, "_YOUNG", 3_600 * 10**9)  # however slow the machine is
    remembered(root)
    rows = [json.loads(line) for line in (root / PLACE).read_bytes().splitlines()[1:]]

    assert len(rows) == FILES
    assert {row[2] for row in rows} == {None}


@pytest.mark.parametrize("file", ["model.yaml", "tables.yaml", "workspace.yaml"])
def test_what_all_files_stand_on_is_read_every_time(root: Path, file: str, told: list[str]) -> None:
    remembered(root)
    told.clear()
    path = root / file
    path.write_text(path.read_text("utf-8") + "# once more\n", encoding="utf-8")

    assert remembered(root) == cold(root)
    assert len(set(told)) == FILES


def test_another_version_of_the_program_reads_every_file_again(
    root: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered(root)
    told.clear()
    monkeypatch.setattr(engine.check_cache, "_program", lambda: "another")

    assert remembered(root) == cold(root)
    assert len(set(told)) == FILES


def test_warnings_that_depend_on_the_day_are_not_remembered(root: Path) -> None:
    assert remembered(root, LATER) == cold(root, LATER)
    assert remembered(root, AT) == cold(root, AT)
    assert cold(root, LATER) != cold(root, AT)


# --- a cache nobody can rely on -----------------------------------------------------------------------------


def flipped(raw: bytes) -> bytes:
    """Still JSON, but with a misspelt key no more."""
    return raw.replace(b'"W212"', b'"W213"')


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no JSON": lambda _: b"\xff\x00 nothing of the kind\n",
    "cut off": lambda raw: raw[: len(raw) // 2],
    "one line less": lambda raw: raw[: raw.rstrip().rfind(b"\n") + 1],
    "another code": flipped,
    "another format": lambda raw: raw.replace(b"[1,", b"[99,", 1),
    "no head": lambda raw: raw.partition(b"\n")[2],
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_cache_is_as_good_as_none(
    root: Path, spoil: Callable[[bytes], bytes], trusting: None
) -> None:
    before = remembered(root)
    raw = (root / PLACE).read_bytes()
    assert spoil(raw) != raw
    (root / PLACE).write_bytes(spoil(raw))

    assert remembered(root) == before
    assert (root / PLACE).read_bytes() == raw


@pytest.mark.parametrize("place", [".wakeline", PLACE.parent, PLACE])
def test_a_cache_that_cannot_be_written_changes_nothing(root: Path, place: str | Path) -> None:
    if place == PLACE:
        (root / place).mkdir(parents=True)
    else:
        (root / place).parent.mkdir(exist_ok=True)
        (root / place).write_text("in the way", encoding="utf-8")

    assert remembered(root) == cold(root)


def test_two_checks_at_once_leave_a_whole_cache(root: Path) -> None:
    before = remembered(root)
    names = [path.relative_to(root).as_posix() for path in workflows(root)]
    key = json.loads((root / PLACE).read_bytes().splitlines()[0])[1]
    first, second = CheckCache(root, key), CheckCache(root, key)
    files = {name: first.find(name) for name in names}
    known = {name: one for name, one in files.items() if one is not None}

    first.keep(dict(list(known.items())[:5]))
    second.keep(dict(list(known.items())[5:]))

    assert remembered(root) == before
    assert [path.name for path in (root / PLACE).parent.iterdir()] == [PLACE.name]


def test_a_change_while_the_check_runs_is_not_remembered(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read under one model must not be kept under the name of another."""

    def disturbed(*asked: Any) -> list[Told]:
        found = tell_each(*asked)
        model = root / "model.yaml"
        model.write_text(model.read_text("utf-8") + "# meanwhile\n", encoding="utf-8")
        return found

    monkeypatch.setattr(engine.checking, "tell_each", disturbed)
    remembered(root)

    assert not (root / PLACE).exists()


# --- the command --------------------------------------------------------------------------------------------

Call = Callable[..., str]


@pytest.fixture
def call(root: Path, capfd: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str) -> str:
        capfd.readouterr()
        run_command(["check", *arguments, "--workspace", str(root), "--at", "2026-03-31T01:00"])
        return capfd.readouterr().out

    return run


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_the_command_prints_the_same_from_the_cache(root: Path, call: Call, form: str) -> None:
    said = [call("--format", form), call("--format", form), call("--format", form, "--no-cache")]

    assert (root / PLACE).exists()
    assert len(set(said)) == 1
    assert BROKEN in said[0]


def test_the_command_touches_no_cache_unless_it_is_worth_it(
    root: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("--no-cache")
    call(str(workflows(root)[0]))
    monkeypatch.setattr(engine.checking, "MANY", FILES + 1)
    call()

    assert not (root / ".wakeline").exists()
