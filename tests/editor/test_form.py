"""Typing and clicking on the page of a workflow: one text, and everything beside it follows."""

from __future__ import annotations

import threading
from typing import Any

from playwright.sync_api import expect

from tests.editor import toy
from tests.editor.fake_server import FakeServer

Open = Any


def test_typing_asks_once_when_it_pauses(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.tab("yaml")
    before = fake.count("analyse")

    desk.page.locator(".cm-line").last.click()
    desk.page.keyboard.type("  - stop: x", delay=20)
    expect(desk.region("outline")).to_contain_text("4 stop")

    assert fake.count("analyse") == before + 1
    last = fake.bodies("analyse")[-1]
    assert last["source"] == toy.SOURCE + "  - stop: x"
    assert (last["lang"], last["token"]) == ("zh-Hans", "token-1")


def test_a_server_without_a_place_is_asked_again(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.tab("yaml")
    before = fake.count("analyse")
    fake.refuse["analyse"] = (429, {"message": "x"})

    desk.type_at_line(8, "一")

    expect(desk.region("form")).to_contain_text("请跟进一")
    assert fake.count("analyse") == before + 2
    expect(desk.page.locator(".toast")).to_have_count(0)


def test_an_older_answer_is_dropped(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.tab("yaml")
    fake.held["analyse"] = threading.Event()

    desk.type_at_line(8, "一")
    expect(desk.page.locator("#checking")).to_have_text("正在检查…")
    desk.type_at_line(8, "二")
    desk.page.wait_for_timeout(400)
    fake.held.pop("analyse").set()

    expect(desk.region("form")).to_contain_text("请跟进一二")
    expect(desk.page.locator("#checking")).to_have_text("")
    seqs = [body["seq"] for body in fake.bodies("analyse")]
    assert seqs == sorted(set(seqs))


def test_broken_yaml_freezes_what_it_cannot_show(open_page: Open) -> None:
    desk = open_page()
    desk.tab("yaml")

    desk.type_at_line(8, "\t")
    expect(desk.page.locator("#broken")).to_contain_text("先修好第 8 行")
    desk.tab("form")
    expect(desk.region("form")).to_contain_text("2 notify 请跟进")
    assert desk.region("form").evaluate("element => element.inert")

    desk.page.locator("#broken button").click()
    assert desk.page.locator("#panel-yaml").is_visible()
    desk.press("Delete")
    expect(desk.page.locator("#broken")).to_be_hidden()
    assert not desk.region("form").evaluate("element => element.inert")


def test_a_field_changes_the_text_and_undo_brings_both_back(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()

    desk.page.locator("#at").fill("10:30")
    desk.press("Tab")
    expect(desk.region("form")).to_have_count(1)
    expect(desk.page.locator(".cm-content")).to_contain_text('at: "10:30"')
    asked = fake.bodies("edit")
    assert [body["ops"] for body in asked] == [[{"kind": "set", "path": ["trigger", "at"], "value": "10:30"}]]

    desk.press("Control+z")
    expect(desk.content).to_contain_text('at: "09:00"')
    expect(desk.page.locator("#at")).to_have_value("09:00")
    desk.press("Control+Shift+z")
    expect(desk.page.locator("#at")).to_have_value("10:30")


def test_a_ticked_box_keeps_its_focus_and_the_unknown_value(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()

    desk.page.locator("#chip-silver").check()
    expect(desk.content).to_contain_text("is: [gold, platnum, silver]")
    assert desk.focused() == "chip-silver"
    assert fake.bodies("edit")[0]["ops"][0]["value"] == ["gold", "platnum", "silver"]

    desk.press("Control+z")
    expect(desk.page.locator("#chip-silver")).not_to_be_checked()
    expect(desk.content).to_contain_text("is: [gold, platnum]")
    assert desk.focused() == "chip-silver"


def test_typed_and_clicked_changes_share_one_way_back(open_page: Open) -> None:
    desk = open_page()
    desk.tab("yaml")
    desk.type_at_line(8, "一下")
    expect(desk.region("outline")).to_contain_text("2 notify")
    desk.tab("form")
    desk.page.locator("#at").fill("11:00")
    desk.press("Tab")
    expect(desk.content).to_contain_text("11:00")

    undo = desk.page.locator('[data-do="undo"]')
    undo.click()
    expect(desk.content).to_contain_text("09:00")
    expect(desk.content).to_contain_text("请跟进一下")
    undo.click()
    expect(desk.content).not_to_contain_text("一下")
    expect(undo).to_have_attribute("aria-disabled", "true")


def test_a_half_typed_field_survives_an_answer(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.page.locator("#step-1 summary").click()
    fake.held["edit"] = threading.Event()
    desk.page.locator("#chip-silver").check()

    desk.page.locator("#t-1").press("End")
    desk.page.locator("#t-1").press_sequentially("，尽快")
    fake.held.pop("edit").set()

    expect(desk.content).to_contain_text("silver")
    expect(desk.content).to_contain_text("notify: 请跟进，尽快")
    expect(desk.page.locator("#t-1")).to_have_value("请跟进，尽快")
    assert desk.page.locator("#step-1 details").evaluate("element => element.open")


def test_typing_while_the_server_thinks_is_not_lost(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    fake.held["edit"] = threading.Event()
    desk.page.locator("#chip-silver").check()
    desk.tab("yaml")
    desk.type_at_line(8, "（急）")
    fake.held.pop("edit").set()

    expect(desk.content).to_contain_text("is: [gold, platnum, silver]")
    expect(desk.content).to_contain_text("notify: 请跟进（急）")


def test_a_variable_goes_where_the_cursor_is(open_page: Open) -> None:
    desk = open_page()
    desk.page.locator("#step-1 summary").click()
    desk.page.locator("#t-1").press("Home")

    desk.page.locator("#step-1").get_by_role("button", name="变量").click()

    expect(desk.content).to_contain_text("notify: {{ 客户名称 }}请跟进")
    assert desk.focused() == "t-1"


def test_a_number_goes_with_its_unit(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.page.locator("#step-0 summary").click()

    desk.page.locator("#u-0").select_option("hours")

    expect(desk.content).to_contain_text("wait: 3 hours  # 先等等")
    assert fake.bodies("edit")[0]["ops"] == [
        {"kind": "set", "path": ["actions", 0, "wait"], "value": "3 hours"}
    ]


def test_a_removal_can_be_taken_back_from_its_toast(open_page: Open) -> None:
    desk = open_page()
    desk.page.locator("#step-1 summary").click()
    desk.page.get_by_role("button", name="删除第 1 步").click()
    expect(desk.content).not_to_contain_text("wait")
    # What was open as the second is open as the first, and the focus is in what took the place.
    assert desk.page.locator("#step-0 details").evaluate("element => element.open")
    assert not desk.page.locator("#step-1 details").evaluate("element => element.open")
    assert desk.page.evaluate("document.activeElement.closest('#step-0') !== null")
    toast = desk.page.locator(".toast")
    expect(toast).to_contain_text("remove")
    expect(desk.page.locator("#live")).to_contain_text("remove")

    desk.page.locator("#at").fill("12:00")
    desk.press("Tab")
    expect(desk.content).to_contain_text("12:00")
    toast.get_by_role("button", name="撤销").click()

    expect(desk.region("form")).to_contain_text("1 wait 3 days")
    expect(desk.content).to_contain_text("12:00")
    expect(toast).to_have_count(0)
    assert desk.page.evaluate("document.activeElement !== document.body")


def test_a_step_moves_by_keys_and_a_new_one_is_stood_in(open_page: Open) -> None:
    desk = open_page()
    desk.page.locator("#step-0 summary").click()

    desk.press("Alt+ArrowDown")
    expect(desk.region("form")).to_contain_text("2 wait 3 days")
    assert desk.page.evaluate("document.activeElement.closest('#step-1') !== null")
    assert desk.page.locator("#step-1 details").evaluate("element => element.open")

    desk.page.get_by_role("button", name="加一步").click()
    desk.page.locator("#palette-step").get_by_role("button", name="等待").click()
    expect(desk.region("form")).to_contain_text("4 wait 90 days")
    assert desk.page.evaluate("document.activeElement.closest('#step-3') !== null")


def test_a_change_that_rewrites_more_is_asked_about(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    other = toy.SOURCE.replace("09:00", "08:08")
    told = {
        "message": "整段会重写。",
        "source": other,
        "diff_html": "<div class='diff'><ins>08:08</ins></div>",
    }
    fake.refuse["edit"] = (409, told)

    desk.page.locator("#chip-silver").click()
    dialog = desk.page.locator("#edit-differs")
    expect(dialog).to_contain_text("整段会重写。")
    dialog.get_by_role("button", name="应用").click()

    expect(desk.page.locator("#at")).to_have_value("08:08")
    expect(desk.page.locator("#chip-silver")).not_to_be_checked()


def test_a_value_that_is_refused_is_told_and_goes(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    fake.refuse["edit"] = (422, {"message": "这个时间不存在。"})

    desk.page.locator("#chip-silver").click()

    expect(desk.page.locator(".toast")).to_contain_text("这个时间不存在。")
    expect(desk.page.locator("#chip-silver")).not_to_be_checked()
