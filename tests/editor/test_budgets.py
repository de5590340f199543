"""Nothing a person waits for hangs: ten times what `make bench ARGS=--editor` holds each to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from benchmarks.editor.budgets import BUDGETS
from benchmarks.editor.report import render_editor
from benchmarks.editor.rounds import desks, measured
from tests.editor.served import KEY, serving

CUSTOMERS = 1_000
"""Enough for a dry run to have more than one page; the benchmark has ten times as many."""


@contextmanager
def served(folder: Path, store: str) -> Iterator[tuple[str, str]]:
    """In this process, which has everything in memory."""
    with serving(folder, store) as address:
        yield address, KEY


@pytest.fixture(scope="module")
def found(browser: BrowserContext) -> Iterator[dict[str, float]]:
    with desks(CUSTOMERS, served) as where:
        yield measured(browser.browser, where)


@pytest.mark.parametrize("name", BUDGETS)
def test_nothing_hangs(found: dict[str, float], name: str) -> None:
    assert 0 < found[name] <= 10 * BUDGETS[name].limit


@pytest.mark.parametrize("over, verdict", [(0, "met"), (1, "**missed**")])
def test_a_time_stands_beside_its_budget(over: int, verdict: str) -> None:
    times = {name: float(budget.limit) for name, budget in BUDGETS.items()}
    times["form"] += over

    (row,) = [line for line in render_editor([times], {}).splitlines() if "ticked" in line]

    assert f"≤ 400 | 1.00 | {verdict} |" in row
