"""One browser and one fake server for the tests of the browser side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from tests.editor import built, desk
from tests.editor.fake_server import FakeServer, serve
from tests.editor.pages import open_browser
from tests.editor.served import serving
from tests.editor.watched import watching


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserContext]:
    built.browser()  # says what is missing, before anything starts
    built.built()
    with sync_playwright() as playwright:
        opened = open_browser(playwright)
        yield opened.new_context()
        opened.close()


@pytest.fixture(scope="session")
def running_fake() -> Iterator[FakeServer]:
    with serve() as found:
        yield found


@pytest.fixture
def fake(running_fake: FakeServer) -> FakeServer:
    """One for all tests, so that the browser loads the code once; it forgets what was before."""
    running_fake.forget()
    return running_fake


@pytest.fixture
def open_page(browser: BrowserContext, fake: FakeServer) -> Iterator[Any]:
    """Opens the page of a workflow; at the end nothing may have gone wrong in any page."""
    opened: list[desk.Desk] = []

    def open_one(path: str = "/workflow", width: int = 1280, at: FakeServer = fake) -> desk.Desk:
        opened.append(desk.Desk(browser, at, path, width))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()
    browser.clear_cookies()
    assert [trouble for each in opened for trouble in each.trouble] == []


@pytest.fixture
def address(root: Path) -> Iterator[str]:
    """A real server of the workspace that a module calls `root`."""
    with serving(root) as found:
        yield found


@pytest.fixture
def watch(browser: BrowserContext, address: str) -> Iterator[Any]:
    """Opens pages of the real editor; at the end nothing may have gone wrong in any of them."""
    assert browser.browser is not None
    with watching(browser.browser, address) as found:
        yield found
