"""Templates, data model, reports and settings in a real browser: what only a browser shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.company import Company, stories_in, write_files
from tests.editor.test_templates import HTML, ROWS, TIERS, USES


@pytest.fixture
def root(tmp_path: Path) -> Path:
    company = Company(stories_in(tmp_path / "company"), at="2026-03-31T01:30")
    found = company.root
    html = (
        HTML
        % "<p style='color:#123456'>{{ 客户名称 }}</p><img src='http://a.example/b.png'><script>1</script>"
    )
    write_files(found, {"wake.yaml": USES, "templates/说法.yaml": TIERS, "templates/周报.yaml": html})
    (found / "samples").mkdir()
    (found / "samples" / "customers.csv").write_text(ROWS, "utf-8")
    company.bring("员工", [{"编号": "S1", "姓名": "王一"}, {"编号": "S9", "姓名": "总管"}])
    company.bring("客户", [{"编号": "C1", "客户名称": "甲公司", "客户层级": "A", "负责人": "S1"}])
    company.call("run")
    return found


def test_a_template_is_changed_seen_and_published(watch: Any, root: Path) -> None:
    page = watch().open("/templates/说法.yaml")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("甲公司是大客户。")

    page.locator("textarea").first.fill("你好，")
    page.get_by_role("button", name="写入 客户名称").click()
    expect(preview).to_contain_text("你好，甲公司")

    page.keyboard.press("Control+Shift+P")
    page.locator("#publish-body form .button-primary").click()
    expect(page.locator("#publish-body")).to_be_empty()
    assert '"你好，{{ 客户名称 }}"' in (root / "templates" / "说法.yaml").read_text("utf-8")


def test_html_is_shown_in_its_own_looks_within_the_policy(watch: Any) -> None:
    page = watch().open("/templates/周报.yaml")
    mail = page.frame_locator("iframe.mail").locator("p")

    expect(mail).to_have_text("甲公司")
    expect(mail).to_have_css("color", "rgb(18, 52, 86)")
