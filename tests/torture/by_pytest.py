"""Checks that are whole in `make test` already, as rows of the table: they hold a table of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.editor.every_page import WHOLE
from tests.torture.findings import Finding

ROOT = Path(__file__).parents[2]


def changed_meanwhile(_: int) -> Iterator[Finding]:
    """Edited, deleted, renamed, a field away: in the middle of a run and in a wait (check 11)."""
    yield _told("11 changed in a run or a wait", "tests/test_changed_meanwhile.py", "tests/test_handover.py")


def organisation(_: int) -> Iterator[Finding]:
    """Owners and superiors that are missing, their own, or in a ring (check 17)."""
    yield _told("17 faults of the organisation", "tests/test_organisation_faults.py")


def pages(_: int) -> Iterator[Finding]:
    """Every page, and the way of a newcomer, in both languages, every width and theme (check 19)."""
    whole = {WHOLE: "1"}
    yield _told("19 every page, whole matrix", "tests/editor/test_every_page.py", **whole)
    yield _told("19 a newcomer's way, whole matrix", "tests/editor/test_walk.py", **whole)


def _told(check: str, *files: str, **surroundings: str) -> Finding:
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *files]
    env = {**os.environ, **surroundings}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=env)
    counts = {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    wrong = re.findall(r"^(?:FAILED|ERROR) (.+)$", done.stdout, re.MULTILINE)
    if done.returncode and not wrong:
        wrong = [done.stdout[-500:] or done.stderr[-500:]]
    return Finding(check, sum(counts.values()), wrong=wrong)
