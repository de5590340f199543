"""One browser and one fake server for the tests of the browser side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.editor import built, desk
from tests.editor.fake_server import FakeServer, serve
from tests.editor.pages import open_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    built.browser()  # says what is missing, before anything starts
    built.built()
    with sync_playwright() as playwright:
        opened = open_browser(playwright)
        yield opened
        opened.close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serve() as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, server: FakeServer) -> Iterator[Any]:
    """Opens the page of a workflow; at the end nothing may have gone wrong in any page."""
    opened: list[desk.Desk] = []

    def open_one(path: str = "/workflow", **options: Any) -> desk.Desk:
        opened.append(desk.Desk(browser, server, path, options))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()
    assert [trouble for each in opened for trouble in each.trouble] == []
