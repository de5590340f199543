"""A person at the real editor in a real browser: open, understand, change, try, publish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.company import shipped_in
from tests.editor.test_look import violations

FIRST = "silent-first-touch.yaml"
CHIP_A = "#f-conditions-all-2-is-1"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = shipped_in(tmp_path / "company")
    (found / "samples").mkdir()
    rows = "编号,客户名称,客户层级,客户状态,沉默状态\n"
    rows += "C1,甲,A,正常,正常跟进\nC2,乙,B,正常,正常跟进\n"
    (found / "samples" / "customers.csv").write_text(rows, "utf-8")
    orders = "编号,客户,下单日期,金额\nO1,C1,2025-01-01,100\nO2,C2,2025-01-01,100\n"
    (found / "samples" / "orders.csv").write_text(orders, "utf-8")
    return found


def lines(page: Page) -> str:
    return "\n".join(page.locator(".cm-line").all_text_contents())


def test_a_tier_is_changed_in_the_form_and_published_with_the_keyboard_alone(watch: Any, root: Path) -> None:
    before = (root / FIRST).read_text("utf-8")
    page = watch().open(f"/workflows/{FIRST}")
    page.locator('summary:has-text("客户层级是 A、B 或 C")').first.focus()
    page.keyboard.press("Enter")
    page.locator(CHIP_A).focus()
    page.keyboard.press("Space")
    expect(page.locator('[data-region="summary"]')).to_contain_text("客户层级是 B 或 C")

    page.keyboard.press("Control+Shift+P")
    expect(page.locator("#publish-body ins").first).to_contain_text("客户层级是 B 或 C")
    page.locator("#publish-body form .button-primary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#publish-body")).to_be_empty()

    assert (root / FIRST).read_text("utf-8") == before.replace("is: [A, B, C]", "is: [B, C]")


def test_form_and_text_are_one_and_undo_takes_both_back(watch: Any) -> None:
    page = watch().open(f"/workflows/{FIRST}")
    page.locator('summary:has-text("客户层级是 A、B 或 C")').first.click()
    page.locator(CHIP_A).uncheck()
    expect(page.locator('[data-region="summary"]')).to_contain_text("客户层级是 B 或 C")

    page.keyboard.press("Control+z")
    expect(page.locator(CHIP_A)).to_be_checked()

    page.locator("#tab-yaml").click()
    assert "is: [A, B, C]" in lines(page)
    page.locator('.cm-line:has-text("is: [A, B, C]")').first.click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(page.locator('[data-region="summary"]')).to_contain_text("客户层级是 A 或 B")


def test_what_is_on_the_screen_is_tried(watch: Any) -> None:
    page = watch().open(f"/workflows/{FIRST}")
    page.locator("#tab-dry-run").click()
    page.locator("#dry-at").fill("2026-04-01T00:00")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dry-run-result")).to_contain_text("（C2）")
    expect(page.locator("#dry-run-result .badge").first).to_have_text("2")


def test_a_mistake_is_told_where_it_stands_and_the_form_waits(watch: Any) -> None:
    page = watch().open(f"/workflows/{FIRST}?tab=yaml")
    page.locator(".cm-line").first.click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("id: [\n")
    expect(page.locator("#broken")).to_be_visible()
    expect(page.locator('[data-region="form"]')).to_have_attribute("inert", "")

    page.keyboard.press("Control+z")
    expect(page.locator("#broken")).to_be_hidden()


@pytest.mark.parametrize("width, lang", [(1280, "zh"), (320, "en")])
def test_pages_are_accessible_and_have_room(watch: Any, width: int, lang: str) -> None:
    watched = watch(width, color_scheme="dark" if width == 320 else "light")
    for path in ("/", f"/workflows/{FIRST}", "/nothing"):
        page = watched.open(f"{path}?lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert violations(watched) == [], path


def test_a_file_that_changed_meanwhile_is_shown_before_it_is_overwritten(watch: Any, root: Path) -> None:
    page = watch().open(f"/workflows/{FIRST}")
    page.locator('summary:has-text("客户层级是 A、B 或 C")').first.click()
    page.locator(CHIP_A).uncheck()
    expect(page.locator('[data-region="summary"]')).to_contain_text("客户层级是 B 或 C")
    page.keyboard.press("Control+Shift+P")
    expect(page.locator("#publish-body ins").first).to_be_visible()
    theirs = (root / FIRST).read_text("utf-8").replace("priority: 50", "priority: 51")
    (root / FIRST).write_text(theirs, "utf-8")

    page.locator("#publish-body form .button-primary").click()

    expect(page.locator("#publish-body")).to_contain_text("这个文件在别处改过了")
    expect(page.locator("#publish-body")).to_contain_text("priority: 51")
    assert (root / FIRST).read_text("utf-8") == theirs


def test_a_field_is_put_into_a_text_from_a_list(watch: Any) -> None:
    watched = watch(375)
    page = watched.open(f"/workflows/{FIRST}")
    page.locator("#f-actions-1 > summary").click()
    subject = page.locator("#f-actions-1-create_5ftask-subject")
    subject.click()
    subject.press("End")
    page.locator('[data-into*="subject"]').click()
    page.locator("#palette-fields").get_by_role("button", name="区域", exact=True).click()

    expect(subject).to_have_value("唤醒回访：{{ 客户名称 }}{{ 区域 }}")
    expect(page.locator('[data-region="outline"]')).to_contain_text("“唤醒回访：〔客户名称〕〔区域〕”")
