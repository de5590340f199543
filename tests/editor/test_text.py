"""Problems, completion and help in the text; tabs, jumps and keys around it."""

from __future__ import annotations

import threading
from typing import Any

from playwright.sync_api import expect

from tests.editor import toy
from tests.editor.fake_server import FakeServer

Open = Any


def test_a_problem_is_marked_where_it_is_and_its_fix_works(open_page: Open) -> None:
    desk = open_page()
    desk.tab("yaml")
    desk.type_at_line(8, " 🎉𠮷bad🎉")

    mark = desk.page.locator(".cm-lintRange-error")
    expect(mark).to_have_text("bad")
    expect(desk.page.locator("#tab-yaml [data-badge]")).to_contain_text("1 个问题")
    desk.press("Control+Home")
    desk.press("F8")
    assert desk.page.evaluate("getSelection().toString()") == "bad"
    desk.page.locator(".cm-diagnosticAction").first.click()
    expect(desk.content).to_contain_text("🎉𠮷good🎉")
    expect(mark).to_have_count(0)
    expect(desk.page.locator("#tab-yaml [data-badge]")).to_be_hidden()


def test_the_next_problem_is_reached_from_the_form(open_page: Open) -> None:
    desk = open_page()
    desk.page.locator("#at").fill("bad")
    desk.press("Tab")
    expect(desk.page.locator("#tab-form [data-badge]")).to_contain_text("1")

    desk.press("F8")

    assert desk.page.locator("#panel-yaml").is_visible()
    assert desk.page.evaluate("getSelection().toString()") == "bad"


def test_a_fix_works_from_the_list_too(open_page: Open) -> None:
    desk = open_page()
    desk.tab("yaml")
    desk.type_at_line(8, " 𠮷bad")

    desk.region("problems").get_by_role("button", name="改成 good").click()

    expect(desk.content).to_contain_text("请跟进 𠮷good")
    expect(desk.region("problems")).to_be_empty()


def test_a_fix_finds_its_place_though_the_text_has_moved(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.tab("yaml")
    desk.type_at_line(8, " 𠮷bad")
    fix = desk.region("problems").get_by_role("button", name="改成 good")
    expect(fix).to_be_visible()
    fake.held["analyse"] = threading.Event()

    desk.type_at_line(1, "\n# 一行说明 🎉")
    desk.type_at_line(9, "!")
    fix.click()

    expect(desk.content).to_contain_text("请跟进 𠮷good!")
    fake.held.pop("analyse").set()


def test_completion_finds_english_words_by_chinese(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.tab("yaml")
    desk.type_at_line(9, "\n- ")
    desk.press("Control+Space")
    popup = desk.page.locator(".cm-tooltip-autocomplete")
    expect(popup.locator(".cm-completionLabel")).to_have_text(["update_field", "wait", "notify"])
    expect(popup).to_contain_text("更新字段")
    asked = fake.bodies("complete")[-1]
    assert asked["source"].splitlines()[asked["line"] - 1][: asked["column"] - 1].strip() == "-"

    desk.page.keyboard.insert_text("更新")
    expect(popup.locator("li")).to_have_count(1)
    desk.page.wait_for_timeout(100)  # CodeMirror takes no Enter in the first moments of a list
    desk.press("Enter")
    expect(desk.content).to_contain_text("- update_field: {}")


def test_help_comes_by_pointing_and_beside_the_cursor(open_page: Open) -> None:
    desk = open_page()
    desk.tab("yaml")
    desk.page.locator(".cm-line").nth(1).locator("span", has_text="trigger").first.hover()

    expect(desk.page.locator(".hover-help")).to_have_text("help on trigger")
    desk.page.locator(".cm-line").nth(7).click()
    expect(desk.page.locator("#key-help")).to_have_text("help on notify")
    expect(desk.page.locator('[data-region="outline"] [aria-current]')).to_have_text("2 notify")


def test_tabs_by_keyboard_and_address(open_page: Open) -> None:
    desk = open_page()
    desk.page.locator("#tab-form").focus()
    desk.press("ArrowRight")
    assert desk.focused() == "tab-yaml"
    assert desk.page.locator("#panel-yaml").is_visible()
    assert desk.page.url.endswith("?tab=yaml")
    desk.press("End")
    assert desk.focused() == "tab-runs"
    assert desk.page.locator('[role="tab"][tabindex="0"]').count() == 1

    desk.press("Alt+3")
    assert desk.page.locator("#panel-flow").is_visible()
    desk.page.go_back()
    expect(desk.page.locator("#panel-runs")).to_be_visible()


def test_jumps_from_outline_and_diagram_to_card_and_line(open_page: Open) -> None:
    desk = open_page()
    desk.region("outline").get_by_text("3 stop").click()
    assert desk.page.locator("#step-2 details").evaluate("element => element.open")

    desk.press("Alt+Enter")
    expect(desk.page.locator("#panel-yaml")).to_be_visible()
    expect(desk.page.locator(".cm-activeLine")).to_contain_text("stop")
    desk.tab("flow")
    desk.region("flow").get_by_text("notify").click()
    assert desk.page.locator("#panel-form").is_visible()
    assert desk.page.locator("#step-1 details").evaluate("element => element.open")


def test_keys_are_shown_and_can_be_switched_off(open_page: Open) -> None:
    desk = open_page()
    desk.press("?")
    dialog = desk.page.locator("#keys")
    expect(dialog).to_be_visible()
    dialog.get_by_label("使用快捷键").uncheck()
    desk.press("Escape")
    expect(dialog).to_be_hidden()
    desk.press("?")
    desk.press("Alt+2")
    assert not dialog.is_visible()
    assert desk.page.locator("#panel-form").is_visible()
    assert {"name": "keys", "value": "off"}.items() <= desk.context.cookies()[0].items()


def test_theme_is_kept_in_a_cookie(open_page: Open) -> None:
    desk = open_page()
    before = desk.page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")

    desk.page.locator('[data-setting="theme"]').select_option("dark")

    after = desk.page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert (before, after) == ("rgb(247, 247, 245)", "rgb(21, 22, 21)")
    assert {each["name"]: each["value"] for each in desk.context.cookies()} == {"theme": "dark"}


def test_dry_run_uses_what_is_on_the_screen(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.page.locator("#at").fill("13:13")  # not sent yet

    desk.press("Control+Enter")

    expect(desk.page.locator("#dry-run-result")).to_contain_text("9 lines")
    asked = fake.bodies("dry-run")[-1]
    assert (asked["source"], asked["base"]) == (toy.SOURCE.replace("09:00", "13:13"), "v7")
    assert asked["token"] == "token-1"
