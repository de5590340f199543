"""A person at the lists in a real browser, with the keyboard alone, on a small screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.company import Company
from tests.editor.house import MORNING, ZONE_AT, house
from tests.editor.served import serving


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with house(tmp_path_factory.mktemp("house"), woken=3) as found:
        yield found


@pytest.fixture(scope="module")
def address(found: Company) -> Iterator[str]:
    with serving(found.root, at=ZONE_AT) as address:
        yield address


def tabbed_to(page: Page, name: str) -> None:
    """Tab after Tab until something of that name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent || ''").strip() == name:
            return
    raise AssertionError(name)


def test_a_question_is_answered_and_a_run_approved_by_keys_alone(watch: Any, found: Company) -> None:
    page = watch(375).open("/asks?state=open")
    expect(page.locator("tbody tr")).to_have_count(3)
    tabbed_to(page, "继续")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("已回答问题 3：继续")
    expect(page.locator("tbody tr")).to_have_count(2)

    page.goto(page.url.partition("/asks")[0] + "/holds")
    tabbed_to(page, "会处理的记录，共 2 条")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="C004")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("核对过了")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("已批准第 1 次运行")
    expect(page.locator("h1")).to_contain_text("第 1 次运行")

    (run,) = found.answer("runs", "--run", "1", at=MORNING)
    assert (run["state"], run["decided_because"]) == ("done", "核对过了")
    (ask,) = (one for one in found.answer("asks", at=MORNING) if one["id"] == 3)
    assert ask["answer"] == "继续"
