"""Somebody at a page of the editor, with a stopwatch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

WATCH = Path(__file__).with_name("stopwatch.js").read_text(encoding="utf-8")
PATIENCE = 60_000
"""Milliseconds until a page is given up."""


class Person:
    """A browser that has seen nothing before: what it loads, it loads for the first time."""

    def __init__(self, browser: Any, address: str, key: str) -> None:
        self.address = address
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(WATCH)
        self.context.request.get(f"{address}/ping?key={key}")
        self.page = self.context.new_page()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def opened(self, file: str, tab: str = "form") -> float:
        """Milliseconds from asking for the page to its first analysis."""
        self.page.goto(f"{self.address}/workflows/{file}?tab={tab}", wait_until="commit")
        script = "stopwatch.times.analysed || (stopwatch.start('analysed'), stopwatch.finished)"
        return float(self.page.evaluate(script))

    def timed(self, act: Callable[[], object], until: str, since: str = "acted") -> float:
        """Milliseconds from what is done, or from what the page then asks, until something is shown."""
        self.page.evaluate("what => { stopwatch.start(what); }", until)
        act()
        script = "since => stopwatch.finished.then(at => at - stopwatch.times[since])"
        return float(self.page.evaluate(script, since))
