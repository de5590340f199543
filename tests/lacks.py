"""What this machine lacks: a test that needs it is skipped with one clear word; in CI that is a failure."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

IN_CI = bool(os.environ.get("CI"))


def lacks(what: str) -> NoReturn:
    """End the test that asks for it; `what` is missing, and perhaps how it comes here."""
    if IN_CI:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
