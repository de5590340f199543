"""`python -m benchmarks --editor`: all budgets of the web editor, in a browser."""

from __future__ import annotations

import sys

from benchmarks.chromium import MISSING, chromium, launched
from benchmarks.editor.budgets import CUSTOMERS, WEIGHTS, weight_of
from benchmarks.editor.report import render_editor
from benchmarks.editor.rounds import desks, measured
from editor.assets import DIST

ROUNDS = 5


def measure_editor(rounds: int) -> None:
    """Measure, and print the table; one clear word where there is no browser, or nothing to show in it."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the nights need none

    path = chromium()
    if path is None or not (DIST / "manifest.json").is_file():
        raise SystemExit(
            MISSING if path is None else "the browser side of the editor is missing: make editor"
        )
    found = []
    with desks(CUSTOMERS) as where, sync_playwright() as playwright:
        browser = launched(playwright, path)
        for number in range(rounds):
            found.append(measured(browser, where))
            told = ", ".join(f"{name} {took:.0f} ms" for name, took in found[-1].items())
            print(f"  round {number + 1}: {told}", file=sys.stderr)
        browser.close()
    print(render_editor(found, {entry: weight_of(entry, DIST) for entry in WEIGHTS}))
