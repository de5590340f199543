"""Nothing is lost: drafts, leaving, a server that is away, a session that is over."""

from __future__ import annotations

import json
import threading
from typing import Any

from playwright.sync_api import expect

from tests.editor.fake_server import FakeServer, serve
from tests.editor.pages import WORKFLOW

Open = Any


def test_the_draft_saves_itself(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.page.locator("#chip-silver").check()

    expect(desk.page.locator("#save-state")).to_have_text("已保存草稿 14:03")

    saved = fake.bodies("draft")
    assert [(body["base"], body["draft"], body["force"]) for body in saved] == [("v7", "draft-0", False)]
    assert "silver" in saved[0]["source"]
    assert desk.page.evaluate("localStorage.length") == 0


def test_ctrl_s_saves_at_once_what_is_half_typed(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    desk.page.locator("#at").fill("07:07")

    desk.press("Control+s")

    expect(desk.page.locator("#save-state")).to_have_text("已保存草稿 14:03")
    assert "07:07" in fake.bodies("draft")[0]["source"]


def test_another_window_saved_first(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    fake.refuse["draft"] = (409, {"message": "x"})
    desk.page.locator("#chip-silver").check()
    desk.press("Control+s")

    desk.page.locator("#draft-differs").get_by_role("button", name="用屏幕上这份").click()

    expect(desk.page.locator("#save-state")).to_have_text("已保存草稿 14:03")
    assert [body["force"] for body in fake.bodies("draft")] == [False, True]


def test_a_page_that_is_loaded_anew_has_what_was_typed(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    held = fake.held["draft"] = threading.Event()
    desk.page.locator("#chip-silver").check()
    expect(desk.content).to_contain_text("silver")
    desk.page.on("dialog", lambda dialog: dialog.accept())  # the guard asks before leaving
    desk.page.reload()

    expect(desk.content).to_contain_text("silver")
    expect(desk.page.locator("#chip-silver")).to_be_checked()
    expect(desk.page.locator("#local-copy")).to_be_hidden()

    fake.held.pop("draft")
    held.set()
    expect(desk.page.locator("#save-state")).to_have_text("已保存草稿 14:03")
    assert {(body["draft"], body["force"]) for body in fake.bodies("draft")} == {("draft-0", False)}


def test_a_draft_that_was_saved_without_an_answer_is_no_other_window(
    open_page: Open, fake: FakeServer
) -> None:
    desk = open_page()
    held = fake.held["draft"] = threading.Event()
    desk.page.locator("#chip-silver").check()
    expect(desk.content).to_contain_text("silver")
    with desk.page.expect_request("**/draft/*") as asked:
        desk.press("Control+s")
    kept = asked.value.post_data_json["source"]
    fake.refuse["draft"] = (409, {"draft": "draft-5", "source": kept})
    fake.held.pop("draft")
    held.set()

    expect(desk.page.locator("#save-state")).to_have_text("已保存草稿 14:03")
    assert [body["draft"] for body in fake.bodies("draft")] == ["draft-0", "draft-5"]


def test_what_could_not_be_saved_is_offered_where_the_draft_has_gone_on(
    open_page: Open, fake: FakeServer
) -> None:
    desk = open_page()
    fake.held["draft"] = threading.Event()
    desk.page.locator("#chip-silver").check()
    expect(desk.content).to_contain_text("silver")
    desk.page.on("dialog", lambda dialog: dialog.accept())  # the guard asks before leaving
    fake.draft = "draft-9"
    desk.open(WORKFLOW)
    expect(desk.content).not_to_contain_text("silver")

    offer = desk.page.locator("#local-copy")
    expect(offer).to_contain_text("没保存的改动")
    offer.get_by_role("button", name="取回").click()

    expect(desk.content).to_contain_text("silver")
    expect(desk.page.locator("#chip-silver")).to_be_checked()
    expect(offer).to_be_hidden()
    fake.held.pop("draft").set()


def test_leaving_asks_only_while_something_is_unsaved(open_page: Open) -> None:
    desk = open_page()
    asked: list[str] = []
    desk.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.open(WORKFLOW)
    assert asked == []

    desk.page.locator("#chip-silver").check()
    expect(desk.content).to_contain_text("silver")
    desk.open(WORKFLOW)

    assert asked == ["beforeunload"]


def test_a_link_waits_for_the_draft(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    asked: list[str] = []
    desk.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.page.locator("#at").fill("05:05")

    desk.page.locator(".brand").click()

    desk.page.wait_for_url(f"{fake.address}/")
    assert asked == []
    assert "05:05" in fake.bodies("draft")[-1]["source"]


def test_a_server_that_is_gone_is_found_again(open_page: Open) -> None:
    with serve() as first:
        port = first.server_port
        desk = open_page(at=first)
    banner = desk.page.locator("#unreachable")
    desk.tab("yaml")
    desk.type_at_line(8, "一下")
    expect(banner).to_be_visible()
    expect(desk.page.locator("#save-state")).to_have_text("离线，改动留在本机")
    desk.tab("form")
    desk.page.locator("#chip-silver").check()
    kept = desk.page.evaluate("localStorage.getItem('wakeline:draft:1:silent')")
    assert "请跟进一下" in json.loads(kept)["source"]

    with serve(port) as again:
        desk.page.get_by_role("button", name="现在重试").click()
        expect(banner).to_be_hidden()
        expect(desk.page.locator("#save-state")).to_have_text("已保存草稿 14:03")
        expect(desk.region("form")).to_contain_text("请跟进一下")
        expect(desk.content).to_contain_text("silver")
        assert "请跟进一下" in again.bodies("draft")[0]["source"]


def test_publishing_says_that_it_waits_and_goes_on_when_the_server_is_back(
    open_page: Open, fake: FakeServer
) -> None:
    desk = open_page()
    dialog = desk.page.locator("dialog#publish")
    desk.page.route("**/changes/**", lambda route: route.abort())
    desk.press("Control+Shift+P")
    expect(dialog).to_contain_text("您写的都还在")

    desk.page.unroute("**/changes/**")
    held = fake.held["changes"] = threading.Event()
    dialog.get_by_role("button", name="现在重试").click()
    expect(dialog).to_contain_text("正在检查…")
    expect(dialog.get_by_role("button", name="现在重试")).to_be_hidden()
    fake.held.pop("changes")
    held.set()

    expect(dialog).to_contain_text("what it changes")
    expect(dialog.locator(".waits")).to_be_hidden()


def test_an_ended_session_keeps_the_text(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    fake.session_over = True
    desk.page.locator("#chip-silver").check()

    dialog = desk.page.locator("#session-ended")
    dialog.get_by_label("账号").fill("lina")
    dialog.get_by_label("密码").fill("x")
    dialog.get_by_role("button", name="登录").click()

    expect(dialog).to_be_hidden()
    expect(desk.content).to_contain_text("silver")
    assert fake.bodies("edit")[-1]["token"] == "token-2"


def test_a_stale_token_is_renewed_once(open_page: Open, fake: FakeServer) -> None:
    desk = open_page()
    fake.token = "token-9"
    fake.refuse["edit"] = (403, {"message": "x", "csrf": "token-9"})

    desk.page.locator("#chip-silver").check()

    expect(desk.content).to_contain_text("silver")
    assert [body["token"] for body in fake.bodies("edit")] == ["token-1", "token-9"]


def test_a_reader_changes_nothing(open_page: Open, fake: FakeServer) -> None:
    fake.readonly = True
    desk = open_page()
    desk.page.locator("#chip-silver").check()
    desk.tab("yaml")
    desk.type_at_line(8, "x")
    desk.press("Control+s")
    desk.page.locator(".cm-line").first.click()

    expect(desk.page.locator("#key-help")).to_have_text("help on id")

    assert "silver" not in desk.content.inner_text()
    assert (fake.count("edit"), fake.count("draft")) == (0, 0)
