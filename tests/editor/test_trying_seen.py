"""A dry run in a real browser: run, look at people and messages, follow a condition into the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.company import nightly, write_files
from tests.editor.test_look import violations
from tests.editor.test_whole_way import lines
from tests.editor.trying import FILE, company_in
from tests.editor.watched import Watched

MAIL = """name: 问候
class: service
email:
  subject: 您好，{{ 客户名称 }}
  html: |
    <h1 style="color: red">您好 {{ 客户名称 }}</h1>
    <script>document.title = "run"</script>
    <img src="https://elsewhere.example/pixel.png" onerror="parent.document.title = 'run'">
    <a href="https://elsewhere.example/" onclick="alert(1)">看看</a>
"""
REST = (
    "conditions: {field: 潜力, at_least: 100}\n"
    "actions: [{send_template: {template: 问候, to: customer, via: email}}]\n"
)
ROWS = (
    "编号,客户名称,潜力,邮箱,邮件同意\n"
    "C1,甲,100,a@example.com,是\nC2,乙,99,b@example.com,是\nC3,丙,,,\nC4,丁,300,d@example.com,是\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = company_in(tmp_path / "company", REST, ROWS)
    write_files(found, {"templates/问候.yaml": MAIL})
    return found


def run(watched: Watched) -> Any:
    page = watched.open(f"/workflows/{FILE}?tab=dry-run")
    page.locator("#dry-at").fill("2026-03-31T00:00")
    page.locator("#dry-run-form .button-primary").click()
    expect(page.locator("#dry-result .badge").first).to_have_text("2")
    return page


def test_a_condition_leads_from_a_person_into_the_text(watch: Any) -> None:
    watched = watch()
    page = run(watched)
    page.locator(".trial .tabs a", has_text="不符合").click()
    page.locator("#dry-list th a", has_text="乙").click()
    expect(page.locator("#dry-result h2")).to_have_text("乙（C2）")
    expect(page.locator("#dry-result h2")).to_be_focused()
    expect(page).to_have_url(f"{watched.address}/workflows/{FILE}?tab=dry-run")
    page.evaluate("scrollTo(0, 0)")  # else axe measures the buttons that the bar at the top half covers
    assert violations(watched) == []

    page.locator(".trial [data-goto=yaml]").first.click()

    expect(page.locator("#panel-yaml")).to_be_visible()
    expect(page.locator(".cm-activeLine")).to_have_text("conditions: {field: 潜力, at_least: 100}")
    assert nightly(REST).splitlines()[5] in lines(page)


def test_mails_are_stepped_through_and_are_harmless(watch: Any) -> None:
    watched = watch()
    page = run(watched)
    page.locator(".trial .tabs a", has_text="消息").click()
    frame = page.frame_locator("iframe.mail")
    expect(frame.locator("h1")).to_have_text("您好 甲")
    expect(frame.locator("h1")).to_have_css("color", "rgb(255, 0, 0)")
    assert frame.locator("script, [onerror], [onclick], [src], [href]").count() == 0
    assert page.locator("iframe.mail").get_attribute("sandbox") == ""

    page.locator("#letter").focus()
    page.keyboard.press("ArrowRight")
    expect(page.frame_locator("iframe.mail").locator("h1")).to_have_text("您好 丁")
    expect(page.locator("#letter")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.frame_locator("iframe.mail").locator("h1")).to_have_text("您好 甲")
    assert page.title() != "run"


def test_who_asks_for_somebody_stands_at_the_answer(watch: Any) -> None:
    page = run(watch(375))

    def ask(written: str) -> Any:
        page.locator("#dry-find").fill(written)
        page.keyboard.press("Enter")
        return page.locator("#found")

    expect(ask("C")).to_be_focused()
    expect(page.locator("#found a")).to_have_count(4)
    expect(ask("C5")).to_be_focused()
    expect(page.locator("#found")).to_contain_text("没有编号或名称里含“C5”的")
    expect(ask("乙")).to_be_focused()
    expect(page.locator("#found")).to_have_text("乙（C2）")
    expect(page.locator("#found")).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 700})
    expect(ask("丁")).to_be_focused()  # from the field below somebody
    expect(page.locator("#found")).to_have_text("丁（C4）")
    expect(page.locator("#found")).to_be_in_viewport()


@pytest.mark.parametrize("width, lang", [(320, "zh"), (375, "en")])
def test_a_dry_run_has_a_page_of_its_own_with_room_and_access(watch: Any, width: int, lang: str) -> None:
    watched = watch(width, color_scheme="dark" if width == 320 else "light")
    page = run(watched)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    address = page.locator("#dry-list th a").first.get_attribute("href").partition("/records/")[0]
    for path in ("", "?tab=no_match", "?tab=messages", "?tab=compare", "/records/C2", "/records/C1"):
        page = watched.open(f"{address}{path}{'&' if '?' in path else '?'}lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert violations(watched) == [], path
