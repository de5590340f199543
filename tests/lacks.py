"""What this machine lacks: a test that needs it is skipped with one clear word; in CI that is a failure.

Where there are no records of the real world, the tests that read them are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

IN_CI = bool(os.environ.get("CI"))


def lacks(what: str) -> NoReturn:
    """End the test that asks for it; `what` is missing, and perhaps how it comes here."""
    if IN_CI:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def real_data(*names: str) -> Path:
    """A file or folder below the one that WAKELINE_REAL_DATA names, for the test that asks for it."""
    folder = os.environ.get("WAKELINE_REAL_DATA")
    if not folder:
        pytest.skip("no real data here")
    path = Path(folder, *names)
    if not path.exists():
        lacks(f"WAKELINE_REAL_DATA is set, but {path} is missing")
    return path
