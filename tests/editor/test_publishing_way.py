"""A person who publishes, goes back and settles a conflict, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from editor.drafts import Drafts
from editor.files import digest_of
from tests.company import Company, nightly, stories_in
from tests.editor.served import OWNER
from tests.editor.test_look import violations

REST = "conditions: {field: 客户层级, is: A}\nactions:\n  - add_tag: 高潜\n  - add_tag: 决策慢\n"
OLD = nightly(REST)
NEW = OLD.replace("is: A", "is: B")
PAGE = "/workflows/wake.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    company = Company(stories_in(tmp_path))
    company.write({"wake.yaml": OLD})
    rows = [{"编号": f"C{at}", "客户名称": f"客户{at}号", "客户层级": "A"} for at in range(101)]
    company.bring("客户", rows)
    company.call("publish", "wake")
    return company.root


def tab_to(page: Page, selector: str) -> None:
    """With the Tab key alone."""
    for _ in range(60):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def write_tier_b(page: Page) -> None:
    """In the text, with the keyboard."""
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+Home")
    for key in ("ArrowDown",) * 5 + ("End", "ArrowLeft", "Backspace", "B"):
        page.keyboard.press(key)
    expect(page.locator('[data-region="summary"]')).to_contain_text("客户层级是 B")


def test_many_are_published_with_the_keyboard_alone_note_and_name_too(watch: Any, root: Path) -> None:
    page = watch().open(f"{PAGE}?tab=yaml")
    write_tier_b(page)
    page.keyboard.press("Control+Shift+P")
    expect(page.locator("#publish-body")).to_contain_text("不再开始（原来会）101 位")

    tab_to(page, "#publish-form .button-primary")
    page.keyboard.press("Enter")
    expect(page.locator("#publish-note")).to_be_focused()  # what is missing is where one goes on
    page.keyboard.type("只留 B 类")
    tab_to(page, "#publish-typed")
    page.keyboard.type("唤醒")
    tab_to(page, "#publish-form .button-primary")
    page.keyboard.press("Enter")
    expect(page.locator("main .banner-info").first).to_contain_text("已发布")

    assert (root / "wake.yaml").read_text("utf-8") == NEW
    expect(page.locator(".page-head")).to_contain_text("线上为第 2 版")


def test_an_earlier_version_is_brought_back(watch: Any, root: Path) -> None:
    (root / "wake.yaml").write_text(NEW, "utf-8")
    page = watch().open(f"{PAGE}/versions")
    page.get_by_role("link", name="第 1 版", exact=True).click()
    page.locator(".actions .button-primary").click()
    expect(page.locator("#publish-note")).to_have_value("恢复第 1 版")
    page.locator("#publish-typed").fill("唤醒")
    page.locator("#publish-form .button-primary").click()
    expect(page).to_have_url(f"{page.url.partition('/workflows')[0]}{PAGE}")

    assert (root / "wake.yaml").read_text("utf-8") == OLD


def test_a_conflict_with_the_disk_is_merged_and_published(watch: Any, root: Path) -> None:
    page = watch(permissions=["clipboard-read", "clipboard-write"]).open(f"{PAGE}?tab=yaml")
    write_tier_b(page)
    (root / "wake.yaml").write_text(OLD.replace("决策慢", "低价值"), "utf-8")
    page.keyboard.press("Control+Shift+P")
    page.locator("#publish-note").fill("改")
    page.locator("#publish-typed").fill("唤醒")
    page.locator("#publish-form .button-primary").click()
    page.get_by_role("link", name="三方对照").click()
    expect(page.locator("#side-theirs")).to_be_visible()
    page.get_by_role("button", name="复制我的文本").click()
    expect(page.locator(".toast")).to_contain_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == NEW
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("button", name="复制我的文本").click()
    assert page.evaluate("getSelection().toString()") == NEW
    page.locator('button[value="merge"]').click()
    expect(page.locator(".cm-content")).to_contain_text("低价值")
    expect(page.locator(".cm-content")).to_contain_text("is: B")
    expect(page.locator("#newer")).to_be_empty()

    page.keyboard.press("Control+Shift+P")
    page.locator("#publish-note").fill("合并")
    page.locator("#publish-typed").fill("唤醒")
    page.locator("#publish-form .button-primary").click()
    expect(page.locator("main .banner-info").first).to_contain_text("已发布")

    assert (root / "wake.yaml").read_text("utf-8") == NEW.replace("决策慢", "低价值")


@pytest.mark.parametrize("width", [1280, 320])
def test_the_dialog_is_accessible(watch: Any, root: Path, width: int) -> None:
    Drafts(root, OWNER).put("wake.yaml", NEW, digest_of("x"), OLD)
    watched = watch(width, color_scheme="dark" if width == 320 else "light")
    page = watched.open(PAGE)
    page.keyboard.press("Control+Shift+P")
    expect(page.locator("#publish-note")).to_be_visible()
    assert violations(watched, "dialog[open]") == []
