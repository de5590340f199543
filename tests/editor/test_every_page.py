"""Every page, in both languages, wide and narrow: accessible, whole on a phone, quiet, asking nobody else.

In `make test` axe reads every page once, Chinese wide and light or English narrow and dark; `make torture`
has it read all of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.editor.every_page import (
    LANGUAGES,
    NARROW,
    NARROWEST,
    NO_PAGES,
    PAGES,
    THEMES,
    WHOLE,
    WIDE,
    addresses,
    app_of,
    endpoints,
    settle,
    take_pictures,
)
from tests.editor.furnished import furnish
from tests.editor.served import demand_built, serving
from tests.editor.test_look import violations
from tests.editor.watched import Watched

PICTURES = os.environ.get("WAKELINE_PICTURES")
"""Where pictures of what was looked at are kept; CI keeps them."""
IS_WHOLE = bool(os.environ.get(WHOLE))
WIDTHS = {"zh": (WIDE, NARROW) if IS_WHOLE else (WIDE,), "en": (WIDE, NARROW) if IS_WHOLE else (NARROW,)}
SHOWN = (
    dict.fromkeys(LANGUAGES, THEMES)
    if IS_WHOLE
    else dict(zip(LANGUAGES, [[one] for one in THEMES], strict=True))
)
NAMES = [
    f"{endpoint.rpartition('.')[2]}-{number}" if number else endpoint.rpartition(".")[2]
    for endpoint, samples in PAGES.items()
    for number in range(len(samples))
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    demand_built()
    return furnish(tmp_path_factory.mktemp("house") / "company")


@pytest.fixture(scope="module")
def where(root: Path) -> dict[str, str]:
    return dict(addresses(app_of(root)))


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[str]:
    with serving(root) as found:
        yield found


@pytest.fixture(scope="module", params=LANGUAGES)
def watched(request: pytest.FixtureRequest, browser: Any, server: str) -> Iterator[Watched]:
    found = Watched(browser.browser, server, WIDE, locale=LANGUAGES[request.param])
    found.language = request.param
    yield found
    found.context.close()


def test_every_address_that_can_be_opened_is_looked_at(root: Path) -> None:
    assert endpoints(app_of(root)) == {*PAGES, *NO_PAGES}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_quiet_and_accessible(watched: Watched, where: dict[str, str], name: str) -> None:
    watched.trouble.clear()  # of the page before, which has told it
    page = watched.open(where[name])
    settle(page)
    assert page.locator("h1").count() == 1

    for width in WIDTHS[watched.language] if is_read(name, watched.language) else ():
        page.set_viewport_size({"width": width, "height": 900})
        for theme in SHOWN[watched.language]:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # nothing is half faded when read
            assert (width, theme, violations(watched)) == (width, theme, [])
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    assert beyond(page, NARROWEST) == []
    assert small(page) == []

    if PICTURES:
        take_pictures(page, Path(PICTURES), f"{name}-{watched.language}")
    page.set_viewport_size({"width": WIDE, "height": 900})
    assert watched.trouble == []


def is_read(name: str, language: str) -> bool:
    """Whether axe reads a page in this language: in `make test` one page in Chinese, the next in English."""
    return IS_WHOLE or NAMES.index(name) % 2 == list(LANGUAGES).index(language)


def beyond(page: Page, width: int) -> list[str]:
    """What makes a page wider than the window."""
    if page.evaluate("document.documentElement.scrollWidth") <= width:
        return []
    found: list[str] = page.evaluate(
        """(width) => [...document.querySelectorAll("main *")]
        .filter((each) => each.getBoundingClientRect().right > width + 1)
        .map((each) => each.outerHTML.slice(0, 200)).slice(0, 5)""",
        width,
    )
    return found or ["the page scrolls sideways"]


def small(page: Page) -> list[str]:
    """What is too small for a finger: WCAG 2.2, 2.5.8, wants 24 pixels each way, but for links in a text."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, select, summary, [role=tab], .chip, .check")]
        .filter((each) => each.checkVisibility() && Math.min(each.offsetWidth, each.offsetHeight) < 24)
        .map((each) => each.outerHTML.slice(0, 200))"""
    )
    return found
