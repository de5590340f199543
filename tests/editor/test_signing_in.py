"""Signing in with a real browser: the pages of accounts, and a session that ends while somebody types."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.company import command, shipped_in
from tests.editor.test_look import violations
from tests.editor.test_whole_way import CHIP_A, FIRST
from tests.engine.gates import WORD


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = shipped_in(tmp_path / "company")
    given("add", "lina", "--role", "admin", root=found, monkeypatch=monkeypatch)
    return found


def given(*arguments: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{WORD}\n"))
    assert command("user", *arguments, "--workspace", str(root)).code == 0


def sign_in(page: Page) -> None:
    page.locator("main").get_by_label("账号").or_(page.locator("main").get_by_label("Account")).fill("lina")
    page.locator("#password").fill(WORD)
    page.keyboard.press("Enter")
    expect(page.locator(".menu > summary")).to_have_text("lina")


@pytest.mark.parametrize("width, locale", [(1280, "zh-CN"), (320, "en")])
def test_the_pages_of_accounts_are_for_everybody(watch: Any, width: int, locale: str) -> None:
    watched = watch(width, locale=locale, color_scheme="dark" if width == 320 else "light")
    page = watched.open("/users")
    assert violations(watched) == []
    sign_in(page)
    page.locator(".menu > summary").click()
    for path in ("", "/users/lina", "/my-account", "/audit"):
        if path:
            page.goto(watched.address + path)
        assert violations(watched) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_session_that_ends_while_somebody_types_loses_nothing(
    watch: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = watch().open(f"/workflows/{FIRST}")
    sign_in(page)
    expect(page.locator('summary:has-text("客户层级是 A、B 或 C")').first).to_be_visible()
    given("password", "lina", root=root, monkeypatch=monkeypatch)  # ends every session

    page.locator('summary:has-text("客户层级是 A、B 或 C")').first.click()
    page.locator(CHIP_A).uncheck()
    dialog = page.locator("#session-ended")
    dialog.get_by_label("账号").fill("lina")
    dialog.get_by_label("密码").fill("wrong horse battery")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("账号或密码不对。")
    dialog.get_by_label("密码").fill(WORD)
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    expect(page.locator('[data-region="summary"]')).to_contain_text("客户层级是 B 或 C")
    expect(page.locator("#save-state")).to_contain_text("已保存")
