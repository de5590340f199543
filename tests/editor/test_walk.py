"""Somebody who has never seen YAML changes the days and the tiers of the shipped 90-day workflow, sees who
would be touched, publishes, and takes it back: with the keyboard alone, and with one finger on a phone.

In `make test` in Chinese by the keys and in English by touch; `make torture` walks both ways in both,
and on the narrowest phone.
WAKELINE_PICTURES=FOLDER keeps a picture of every step.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from engine.front import Desk
from engine.shipped import copy_workspace
from tests.editor.every_page import LANGUAGES, NARROW, NARROWEST, WHOLE
from tests.editor.walking import Finger, Keys, Walk

FIRST = "silent-first-touch.yaml"
IS_WHOLE = bool(os.environ.get(WHOLE))
COMPANY = (
    ("C01", "一号示例公司", "B", 130, "正常", ""),
    ("C02", "二号示例公司", "B", 100, "正常", ""),
    ("C03", "三号示例公司", "C", 125, "正常", ""),
    ("C04", "四号示例公司", "A", 40, "正常", ""),
    ("C05", "五号示例公司", "A", 200, "正常", ""),
    ("C06", "六号示例公司", "B", 60, "正常", ""),
    ("C07", "七号示例公司", "C", 150, "已关闭", ""),
    ("C08", "八号示例公司", "B", 300, "正常", "否"),
    ("C09", "九号示例公司", "B", None, "正常", ""),
    ("C10", "十号示例公司", "", 140, "正常", ""),
)
"""Key, name, tier, days since the last order, state, whether they are looked after still."""
TOUCHED_BEFORE = {"C01", "C02", "C03", "C04", "C05"}
"""Counted by hand: A from 30 days on, B and C from 90; nobody is followed up."""
TOUCHED = {"C01", "C03"}
"""Tiers B and C, 120 days."""
MOST_KEYS, MOST_TOUCHES = 230, 28
"""The whole way may not become longer than this."""
TIERS, DAYS = 2, 5
"""The places of the two conditions."""
WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "name": "沉默唤醒·首触",
        "tiers": "客户层级是 B 或 C",
        "days": "已满 120 天",
        "kept": "原来的没有动",
        "done": "已发布",
        "note": "按新口径：120 天，只管 B、C 类",
    },
    "en": {
        "name": "Silent customers: first touch",
        "tiers": "B or C",
        "days": "120 days",
        "kept": "the one before is kept",
        "done": "Published",
        "note": "New rule: 120 days, tiers B and C only",
    },
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = tmp_path / "company"
    copy_workspace(found)
    for one in (found / "samples").glob("*.csv"):
        one.unlink()
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    rows = [f"{key},{name},{tier},{state},正常跟进,{kept}\n" for key, name, tier, _, state, kept in COMPANY]
    orders = [
        f"O{number},{one[0]},{today - timedelta(days=one[3])},100\n"
        for number, one in enumerate(COMPANY)
        if one[3] is not None
    ]
    _write(found, "staff", "编号,姓名,岗位,上级,在职\n", ["S001,样例·李一,主管,,是\n"])
    _write(found, "customers", "编号,客户名称,客户层级,客户状态,沉默状态,是否继续维护\n", rows)
    _write(found, "orders", "编号,客户,下单日期,金额\n", orders)
    return found


def _write(root: Path, module: str, head: str, rows: list[str]) -> None:
    path = root / "samples" / f"{module}.csv"
    path.write_text(head + "".join(rows), "utf-8")
    Desk(root).import_file(module, path)


def changed(before: str) -> str:
    """What the file has to say in the end, sign by sign: two lines are others, no comment has moved."""
    after = before.replace("is: [A, B, C]}", "is: [B, C]}", 1)
    return after.replace("at_least: {table: 沉默门槛.首触}}", "at_least: 120 days}", 1)


def touched(page: Page) -> set[str]:
    """The keys of the people in the list of a dry run."""
    names = page.locator("#dry-list tbody th").all_text_contents()
    return {name.strip().rpartition("（")[2].rpartition("(")[2].strip("）) ") for name in names}


def published(root: Path) -> list[tuple[int, str]]:
    return [(one.number, one.note) for one in Desk(root).releases.versions("silent-first-touch")]


def _opened(walk: Walk) -> Page:
    walk.page.wait_for_load_state("networkidle")
    walk.picture("list")
    return walk.page


@pytest.mark.parametrize("language", ["zh", "en"] if IS_WHOLE else ["zh"])
def test_the_keyboard_is_enough(watch: Any, root: Path, language: str) -> None:
    watched, words = watch(locale=LANGUAGES[language]), WORDS[language]
    before = (root / FIRST).read_text("utf-8")
    walk = Keys(watched.open("/"), f"keyboard-{language}")
    page = _opened(walk)
    walk.reach(page.locator("#q"))
    walk.write("90")
    walk.press("Enter")
    page.wait_for_url("**q=90**")
    walk.skip()
    walk.picture("found")
    walk.go(page.get_by_role("link", name=words["name"], exact=True))
    expect(page.locator("h1")).to_have_text(words["name"])
    walk.picture("workflow")

    _change_by_keys(walk, words)
    _try_by_keys(walk)
    assert (root / FIRST).read_text("utf-8") == before

    walk.press("Control+Shift+p")
    expect(page.locator("#publish-form ins").first).to_be_visible()
    expect(page.locator("#publish-go:not([aria-disabled])")).to_be_visible()  # for whom is known by now
    walk.picture("publish")
    walk.reach(page.locator("#publish-note"))
    walk.write(words["note"])
    walk.go(page.locator("#publish-go"))
    expect(page.locator("main .banner").first).to_contain_text(words["done"])
    walk.picture("published")
    assert (root / FIRST).read_text("utf-8") == changed(before)
    assert published(root)[0] == (2, words["note"])

    walk.skip()
    walk.go(page.locator('main a[href$="/versions"]'))
    page.wait_for_url("**/versions")
    walk.skip()
    walk.picture("versions")
    walk.go(page.locator("tbody th a").nth(1))
    page.wait_for_url("**/versions/1*")
    walk.skip()
    walk.go(page.locator(".page-head .button-primary"))
    expect(page.locator("#publish-form ins").first).to_be_visible()
    expect(page.locator("#publish-go:not([aria-disabled])")).to_be_visible()
    walk.picture("restore")
    walk.go(page.locator("#publish-go"))
    expect(page.locator("main .banner").first).to_contain_text(words["done"])
    walk.picture("restored")
    assert (root / FIRST).read_text("utf-8") == before
    assert walk.count <= MOST_KEYS


def _change_by_keys(walk: Keys, words: dict[str, str]) -> None:
    """Untick a tier; write days, after a slip."""
    page, summary = walk.page, walk.region("summary")
    walk.press("Alt+1")
    walk.go(page.locator(f"#f-conditions-all-{TIERS} > summary"))
    walk.picture("tiers")
    walk.go(page.locator(f"#f-conditions-all-{TIERS}-is-1"), "Space")
    expect(summary).to_contain_text(words["tiers"])
    walk.go(page.locator(f"#f-conditions-all-{DAYS} > summary"))
    walk.picture("days")
    days = page.locator(f"#f-conditions-all-{DAYS}-at_5fleast-n")
    walk.go(page.locator(f"#f-conditions-all-{DAYS} .ways button").first)
    expect(days).to_be_focused()
    walk.press("Control+a")
    walk.press("Delete")
    walk.press("Tab")
    expect(page.locator(".toast")).to_contain_text(words["kept"])
    expect(days).to_have_value("90")
    walk.picture("slip")
    walk.reach(days, "Shift+Tab")
    walk.press("Control+a")
    walk.write("120")
    walk.press("Tab")
    expect(summary).to_contain_text(words["days"])
    walk.picture("changed")


def _try_by_keys(walk: Keys) -> None:
    """Who would be touched, why somebody is not, and what is other than now."""
    page = walk.page
    walk.press("Alt+4")
    walk.press("Control+Enter")
    expect(page.locator("#dry-list tbody")).to_be_visible()
    walk.picture("tried")
    assert touched(page) == TOUCHED
    walk.go(page.locator('.trial .tabs a[href*="no_match"]'))
    expect(page.locator("#dry-list")).to_be_focused()
    walk.go(page.locator('#dry-list a:has-text("C02")'))
    expect(page.locator("#dry-result h2")).to_contain_text("C02")
    expect(page.locator("#dry-result .tree")).to_contain_text("100")
    expect(page.locator("#dry-result h2")).to_be_focused()
    walk.picture("why")
    walk.press("Shift+Tab")
    walk.press("Enter")
    expect(page.locator("#dry-list")).to_be_focused()
    walk.reach(page.locator('.trial .tabs a[href*="compare"]'), "Shift+Tab")
    walk.press("Enter")
    expect(page.locator("#dry-list")).to_contain_text("C05")
    walk.picture("compared")


@pytest.mark.parametrize(
    "language, width", [*product(LANGUAGES, (NARROW, NARROWEST))] if IS_WHOLE else [("en", NARROW)]
)
def test_a_finger_is_enough(watch: Any, root: Path, language: str, width: int) -> None:
    watched = watch(width, locale=LANGUAGES[language], has_touch=True, is_mobile=True)
    words, before = WORDS[language], (root / FIRST).read_text("utf-8")
    walk = Finger(watched.open("/"), f"phone-{language}-{width}")
    page = _opened(walk)
    walk.write(page.locator("#q"), "90")
    walk.tap(page.locator(".filters button"))
    walk.picture("found")
    walk.tap(page.get_by_role("link", name=words["name"], exact=True))
    expect(page.locator("h1")).to_have_text(words["name"])
    walk.picture("workflow")

    _change_by_touch(walk, words)
    _try_by_touch(walk)

    walk.tap(page.locator('[data-open="publish"]'))
    expect(page.locator("#publish-form ins").first).to_be_visible()
    expect(page.locator("#publish-go:not([aria-disabled])")).to_be_visible()  # for whom is known by now
    walk.picture("publish")
    walk.write(page.locator("#publish-note"), words["note"])
    walk.tap(page.locator("#publish-go"))
    expect(page.locator("main .banner").first).to_contain_text(words["done"])
    expect(page.locator("main .banner").first).to_be_in_viewport()
    walk.picture("published")
    assert (root / FIRST).read_text("utf-8") == changed(before)
    assert published(root)[0] == (2, words["note"])

    walk.tap(page.locator('main a[href$="/versions"]'))
    page.wait_for_url("**/versions")
    walk.picture("versions")
    walk.tap(page.locator("tbody th a").nth(1))
    walk.tap(page.locator(".page-head .button-primary"))
    expect(page.locator("#publish-form ins").first).to_be_visible()
    expect(page.locator("#publish-go:not([aria-disabled])")).to_be_visible()
    walk.picture("restore")
    walk.tap(page.locator("#publish-go"))
    expect(page.locator("main .banner").first).to_contain_text(words["done"])
    walk.picture("restored")
    assert (root / FIRST).read_text("utf-8") == before
    assert walk.count <= MOST_TOUCHES


def _change_by_touch(walk: Finger, words: dict[str, str]) -> None:
    page, summary = walk.page, walk.region("summary")
    walk.tap(page.locator(f"#f-conditions-all-{TIERS} > summary"), 40)
    walk.picture("tiers")
    walk.tap(page.locator(f"label:has(#f-conditions-all-{TIERS}-is-1)"), 40)
    expect(summary).to_contain_text(words["tiers"])
    walk.tap(page.locator(f"#f-conditions-all-{DAYS} > summary"), 40)
    walk.picture("days")
    days = page.locator(f"#f-conditions-all-{DAYS}-at_5fleast-n")
    walk.tap(page.locator(f"#f-conditions-all-{DAYS} .ways button"), 40)
    expect(days).to_be_focused()
    walk.write(days, "")
    expect(page.locator(".toast")).to_contain_text(words["kept"])
    expect(days).to_have_value("90")
    walk.picture("slip")
    walk.write(days, "120")
    expect(summary).to_contain_text(words["days"])
    walk.picture("changed")


def _try_by_touch(walk: Finger) -> None:
    page = walk.page
    walk.tap(page.locator('[data-do="tab-4"]'))
    walk.picture("dry-run")
    walk.tap(page.locator("#dry-run-form .button-primary"))
    expect(page.locator("#dry-list tbody")).to_be_visible()
    expect(page.locator("#dry-result h2").first).to_be_in_viewport()
    walk.picture("tried")
    assert touched(page) == TOUCHED
    walk.tap(page.locator('.trial .tabs a[href*="no_match"]'))
    expect(page.locator("#dry-list")).to_contain_text("C02")
    walk.tap(page.locator('#dry-list a:has-text("C02")'))
    expect(page.locator("#dry-result h2")).to_contain_text("C02")
    expect(page.locator("#dry-result .tree")).to_contain_text("100")
    walk.picture("why")
    walk.tap(page.locator("#dry-result > p a"))
    expect(page.locator("#dry-list tbody")).to_be_visible()
    walk.tap(page.locator('.trial .tabs a[href*="compare"]'))
    expect(page.locator("#dry-list")).to_contain_text("C05")
    walk.picture("compared")
