"""The page of a workflow with what opens while somebody types: accessible."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.editor import built

Open = Any
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


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
