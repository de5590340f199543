"""One browser and one fake server for the tests of the browser side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from playwright.sync_api import BrowserContext, sync_playwright
from werkzeug.routing import Rule

from tests.editor import built, desk
from tests.editor.built import open_browser
from tests.editor.fake_server import FakeServer, serve
from tests.editor.pages import WORKFLOW
from tests.editor.served import serving
from tests.editor.watched import watching


class Compiled(BytecodeCache):
    """Templates in memory: every test has an application of its own, and all have the same templates."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Templates and routes take most of the time of an application that is asked for a page or two."""
    compiled: dict[Any, Any] = {}
    compile_one = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (tuple(rule._trace), str(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_one(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        patch.setitem(Flask.jinja_options, "bytecode_cache", Compiled())
        yield


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

    def open_one(path: str = WORKFLOW, width: int = 1280, at: FakeServer = fake) -> desk.Desk:
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
