"""A page of the real editor in a browser, and whatever goes wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.editor.served import KEY

PATIENCE = 30_000


class Watched:
    """A page with whatever went wrong in it, as tests/editor/desk.py has it for the fake server."""

    def __init__(self, browser: Browser, address: str, width: int, **context: Any) -> None:
        expect.set_options(timeout=PATIENCE)
        self.address, self.trouble, self.language = address, list[str](), "zh"
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **context)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("request", self._request)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}{'&' if '?' in path else '?'}key={KEY}")
        return self.page

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.trouble.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.trouble.append(request.url)


@contextmanager
def watching(browser: Browser, address: str) -> Iterator[Any]:
    """Opens pages of a server; at the end nothing may have gone wrong in any of them."""
    opened: list[Watched] = []

    def open_one(width: int = 1280, **context: Any) -> Watched:
        opened.append(Watched(browser, address, width, **{"locale": "zh-CN", **context}))
        return opened[-1]

    yield open_one
    for each in opened:
        each.context.close()
    trouble = [one for each in opened for one in each.trouble]
    assert trouble == [], trouble
