"""The dialog of publishing in a browser: what is opened there stays open, and a restart is no dead end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from editor import create_app, trying
from editor.drafts import Drafts
from editor.files import digest_of
from editor.studio import Studio
from editor.trials import Trials
from tests.company import Company, nightly, stories_in
from tests.editor.served import KEY, OWNER, SECRET, serving_app

LISTED = "高层级:\n  module: 客户\n  conditions: {field: 客户层级, is: A}\n"
USES = "conditions: {segment: 高层级}\nactions: [{add_tag: 高潜}]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two workflows that use a segment, and a draft that changes it."""
    company = Company(stories_in(tmp_path))
    flows = {"one.yaml": nightly(USES, key="one", name="甲"), "two.yaml": nightly(USES, key="two", name="乙")}
    company.write({**flows, "segments.yaml": LISTED})
    company.bring("客户", [{"编号": "C1", "客户名称": "客户一", "客户层级": "B"}])
    changed = LISTED.replace("is: A", "is: B")
    Drafts(company.root, OWNER).put("segments.yaml", changed, digest_of(LISTED), LISTED)
    return company.root


@pytest.fixture
def app(root: Path) -> Flask:
    return create_app(Studio(root), SECRET, KEY)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serving_app(app) as port:
        yield f"http://localhost:{port}"


@pytest.fixture
def goes_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """The second workflow is not worked out before this."""
    found, real = Event(), trying.compared

    def compared(*given: Any) -> Any:
        if given[2] == "two":
            found.wait(60)
        return real(*given)

    monkeypatch.setattr(trying, "compared", compared)
    yield found
    found.set()


def test_a_restart_in_the_middle_loses_nothing_that_was_done(watch: Any, app: Flask, goes_on: Event) -> None:
    page = watch().open("/workflows/segments.yaml")
    page.keyboard.press("Control+Shift+P")
    opened = page.locator("#publish-effect details").first
    page.locator("#publish-note").fill("双十一")
    opened.locator("summary").click()
    page.locator("#publish-at-once").click()
    page.locator("#publish-typed").fill("名")
    opened.locator("summary").focus()
    for _ in range(2):
        page.wait_for_event("response", lambda answer: "/progress" in answer.url)
    expect(opened.locator("a")).to_be_visible()
    expect(opened.locator("summary")).to_be_focused()

    app.extensions["trials"] = Trials(app.extensions["studio"].root, trying.Work(app.extensions["studio"]))
    expect(page.locator("#publish-foot")).to_contain_text("服务器重启过")
    expect(opened.locator("a")).to_be_visible()
    expect(page.locator("#publish-go")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#publish-unwaited")).to_be_visible()
    expect(page.locator("#publish-typed")).to_have_value("名")

    goes_on.set()
    page.locator("#effect-again").click()
    expect(page.locator("#publish-effect h4")).to_have_text(["甲", "乙"])
    expect(page.locator("#publish-note")).to_have_value("双十一")
    page.locator("#publish-go:not([aria-disabled])").click()
    expect(page.locator("main .banner-info").first).to_contain_text("已发布")
