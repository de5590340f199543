"""`python -m benchmarks --check 10000`: a check of very many files, one in a hundred of them broken."""

from __future__ import annotations

import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.shipped import shipped_workspace
from engine.workspace import file_names, is_workflow_file

SEED = 2026
BROKEN_EVERY = 100
FILES_A_FOLDER = 500
PROCESSES = 2
OLD_ENOUGH = 3
"""Seconds after which a file is known by its look (engine/check_cache.py)."""

_NAME = re.compile(r"^name: \{zh: ([^,}]+)", re.MULTILINE)
_PRIORITY = re.compile(r"^priority: \d+", re.MULTILINE)
_DUE = re.compile(r"\bdue: in \d+ days")

Break = Callable[[str], str]


def measure_check(count: int) -> None:
    """Cold, again, after one file has changed: each `wakeline check` as from a shell, on two processes."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSES])
    with tempfile.TemporaryDirectory(prefix="wakeline-check-") as scratch:
        folder = Path(scratch)
        write_many(folder, count)
        time.sleep(OLD_ENOUGH)
        print(f"{count:,} workflow files, {count // BROKEN_EVERY:,} of them broken")
        print("| | wall s | CPU s |\n|---|--:|--:|")
        said = [_timed("cold", folder), _timed("nothing changed", folder)]
        changed = next(folder.rglob(f"workflow-{count // 2:05d}.yaml"))
        changed.write_text(changed.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
        said.append(_timed("one file changed", folder))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert len(set(said)) == 1, "what is remembered differs from what was found cold"
    print(f"\nAll three say the same: {said[0].splitlines()[-1]}\nPeak of a process: {peak:.0f} MB.")


def _timed(name: str, folder: Path) -> str:
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "engine", "check", "--lang", "en", "--workspace", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    print(f"| {name} | {wall:.2f} | {cpu:.2f} |", flush=True)
    return done.stdout


def write_many(folder: Path, count: int) -> None:
    """What every workflow stands on, as it ships, and so many workflows."""
    shipped = shipped_workspace()
    skipped = shutil.ignore_patterns(".wakeline", "__pycache__", "samples")
    shutil.copytree(shipped, folder, ignore=skipped, dirs_exist_ok=True)
    patterns = []
    for name in file_names(folder):
        if is_workflow_file(name):
            patterns.append((folder / name).read_text(encoding="utf-8"))
            (folder / name).unlink()
    for number, text in enumerate(_texts(patterns, count)):
        place = folder / f"team-{number // FILES_A_FOLDER:03d}" / f"workflow-{number:05d}.yaml"
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")


def _texts(patterns: list[str], count: int) -> Iterator[str]:
    dice = random.Random(SEED)
    for number in range(count):
        text = _varied(patterns[number % len(patterns)], number, dice)
        if number % BROKEN_EVERY == BROKEN_EVERY // 2:
            text = _BREAKS[number // BROKEN_EVERY % len(_BREAKS)](text)
        yield text


def _varied(text: str, number: int, dice: random.Random) -> str:
    """The same kind of workflow with another id, name, priority, hour and time for its tasks."""
    text = re.sub(r"^id: (\S+)", rf"id: \g<1>-{number:05d}", text, count=1, flags=re.MULTILINE)
    text = _NAME.sub(rf"name: {{zh: \g<1> {number:05d}", text, count=1)
    text = _PRIORITY.sub(f"priority: {dice.randrange(1, 1000)}", text, count=1)
    text = text.replace('at: "01:00"', f'at: "{dice.randrange(24):02d}:{dice.randrange(60):02d}"', 1)
    return _DUE.sub(f"due: in {dice.randrange(1, 30)} days", text)


def _full_width_colon(text: str) -> str:
    return text.replace("once_per: ", "once_per：", 1)


def _tab(text: str) -> str:
    return text.replace("\n  - ", "\n\t- ", 1)


def _misspelt_key(text: str) -> str:
    return text.replace("actions:", "acitons:", 1)


def _unknown_field(text: str) -> str:
    return re.sub(r"field: \S+?(?=[,}])", "field: 客户曾级", text, count=1)


def _unknown_module(text: str) -> str:
    return re.sub(r"^module: .*$", "module: 顾客", text, count=1, flags=re.MULTILINE)


def _wrong_number(text: str) -> str:
    return re.sub(r"^priority: .*$", "priority: 很高", text, count=1, flags=re.MULTILINE)


def _wrong_date(text: str) -> str:
    return re.sub(r"today: \S+", "today: 2026-02-30", text, count=1)


def _unclosed(text: str) -> str:
    return text.replace("]", "", 1).replace("}", "", 1)


def _cut_off(text: str) -> str:
    return text[: len(text) // 3]


def _empty(_: str) -> str:
    return ""


_BREAKS: tuple[Break, ...] = (
    _full_width_colon,
    _tab,
    _misspelt_key,
    _unknown_field,
    _unknown_module,
    _wrong_number,
    _wrong_date,
    _unclosed,
    _cut_off,
    _empty,
)
