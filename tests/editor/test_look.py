"""Every component in every width, theme and language: room, targets, accessibility."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.editor import built

Open = Any
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", ["/workflow", "/gallery"])
def test_no_page_scrolls_sideways_and_targets_are_large(open_page: Open, path: str, width: int) -> None:
    desk = open_page(path, width)

    assert desk.page.evaluate("document.documentElement.scrollWidth") <= width
    small = desk.page.evaluate(
        """() => [...document.querySelectorAll("button, select, summary, [role=tab], .chip, .check")]
        .filter((each) => each.offsetParent && Math.min(each.offsetWidth, each.offsetHeight) < 24)
        .map((each) => each.outerHTML)"""
    )
    assert small == []


def test_components_are_accessible(open_page: Open) -> None:
    desk = open_page("/gallery?lang=zh-Hans&theme=light")
    assert violations(desk) == []

    desk.page.locator('[data-open="publish"]').click()

    assert violations(desk, "dialog[open]") == []


def test_components_have_contrast_in_the_dark(open_page: Open) -> None:
    desk = open_page("/gallery?lang=en&theme=dark")

    assert violations(desk, rules=("color-contrast",)) == []


def test_the_page_of_a_workflow_is_accessible(open_page: Open) -> None:
    desk = open_page(width=375)
    assert violations(desk) == []

    desk.tab("yaml")
    desk.type_at_line(9, " bad\n- ")
    expect(desk.page.locator(".cm-lintRange-error")).to_have_count(1)
    desk.press("Control+Space")
    expect(desk.page.locator(".cm-tooltip-autocomplete")).to_be_visible()

    assert violations(desk) == []


def violations(desk: Any, within: str = "", rules: tuple[str, ...] = TAGS) -> list[Any]:
    """What axe-core finds; it comes through the browser's own door, as the policy lets no script in."""
    axe = built.FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
    desk.page.evaluate(axe.read_text(encoding="utf-8"))
    found = desk.page.evaluate(
        "([within, rules]) => axe.run(within || document, {runOnly: rules})", [within, list(rules)]
    )
    return [
        (each["id"], [(node["html"], node["failureSummary"]) for node in each["nodes"]])
        for each in found["violations"]
    ]
