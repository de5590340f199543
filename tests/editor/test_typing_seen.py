"""What somebody who types is offered, told and helped with, in a browser; the words are those of LANGUAGE."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.company import shipped_in

FILE = "tier-by-amount.yaml"
OF = "module: 客户\n"
IF = f"{OF}conditions: "
DO = f"{OF}actions:\n  - "

OFFERED: dict[str, tuple[str, set[str], set[str]]] = {
    "empty file": ("▮", {"id", "name", "module", "trigger", "conditions", "actions"}, {"field", "wait"}),
    "status": ("status: ▮", {"active", "paused"}, {"A"}),
    "trigger": ("trigger: {▮", {"every", "schedule", "when"}, {"id", "wait"}),
    "how often": ("trigger: {every: ▮", {"day", "working day", "month"}, {"created"}),
    "event": ("trigger: {when: ▮", {"created", "changed", "by_hand"}, {"day"}),
    "condition": (f"{IF}{{▮", {"all", "any", "none", "field", "time_since", "count_of"}, {"wait", "id"}),
    "field": (f"{IF}{{field: ▮", {"客户层级", "最近下单日期", "行业"}, {"下单日期", "A"}),
    "of a choice": (f"{IF}{{field: 客户层级, ▮", {"is", "is_not", "is_empty"}, {"at_least", "before"}),
    "of an amount": (f"{IF}{{field: 年度成交额, ▮", {"at_least", "less_than"}, {"contains", "has"}),
    "option": (f"{IF}{{field: 客户层级, is: ▮", {"A", "B", "C"}, {"客户层级", "正常"}),
    "date": (f"{IF}{{time_since: ▮", {"最近下单日期"}, {"客户层级", "行业"}),
    "related records": (f"{IF}{{count_of: ▮", {"订单", "跟进记录"}, {"客户层级"}),
    "segment": (f"{IF}{{segment: ▮", {"即将沉睡客户"}, {"客户层级"}),
    "step": (DO + "▮", {"create_task", "notify", "wait", "if", "update_field", "send_template"}, {"field"}),
    "task": (DO + "create_task: {▮", {"subject", "to", "due", "text"}, {"share", "field"}),
    "person": (DO + "create_task: {to: ▮", {"owner", "supervisor"}, {"客户层级"}),
    "field to be set": (DO + "update_field: {▮", {"沉默状态", "客户层级"}, {"年度成交额"}),
    "letter": (DO + "send_template: {template: ▮", {"90 天唤醒"}, {"复跟话术.yaml"}),
    "field in a text": (DO + 'stop: "{{ ▮', {"客户名称", "owner", "today"}, {"负责人.区域"}),
    "another workflow": (DO + "start_workflow: ▮", {"silent-sequence", "silent-first-touch"}, {"客户层级"}),
}  # fmt: skip
"""Place -> the text up to the cursor, words that are offered there, words that are not."""


PASTED = """(element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    element.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shipped_in(tmp_path / "company")


def written(page: Page, text: str) -> None:
    """The whole text anew, as it is pasted: what is typed gets the indent of the line above. The cursor is
    at its end."""
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.locator(".cm-content").evaluate(PASTED, text)


def offered(page: Page, expected: set[str]) -> set[str]:
    """What is offered, as soon as what is expected is among it; else what there is in the end."""
    found: set[str] = set()
    for _ in range(100):
        found = set(page.locator(".cm-tooltip-autocomplete .cm-completionLabel").all_text_contents())
        if expected <= found:
            break
        page.wait_for_timeout(50)
    return found


def test_at_twenty_places_what_fits_is_offered(watch: Any) -> None:
    page = watch().open(f"/workflows/{FILE}?tab=yaml")
    wrong = {}
    for name, (text, expected, strange) in OFFERED.items():
        written(page, text.removesuffix("▮"))
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Space")
        labels = offered(page, expected)
        if not expected <= labels or strange & labels:
            wrong[name] = (expected - labels, strange & labels, labels)
        page.keyboard.press("Escape")

    assert wrong == {}
    assert len(OFFERED) == 20


BROKEN = """\
id: tier-by-amount
name: 按成交额评级
module: 客户
status: actve
priority: 5
trigger: {every: day, at: "01:00"}
actions:
  - add_tagg: 高潜
"""


def test_problems_are_gone_through_and_mended_with_the_keyboard_alone(watch: Any) -> None:
    page = watch().open(f"/workflows/{FILE}?tab=yaml")
    written(page, BROKEN)
    expect(page.locator('[data-region="problems"] [data-fix]')).to_have_count(2)
    selected = "getSelection().toString()"
    page.keyboard.press("Control+Home")

    page.keyboard.press("F8")
    assert page.evaluate(selected) == "actve"
    page.keyboard.press("F8")
    assert page.evaluate(selected) == "add_tagg"
    page.keyboard.press("Shift+F8")
    assert page.evaluate(selected) == "actve"

    page.keyboard.press("Escape")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("'fix' in document.activeElement.dataset"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".cm-line").nth(3)).to_have_text("status: active")
    expect(page.locator('[data-region="problems"] [data-fix]')).to_have_count(1)


def test_the_word_under_the_pointer_is_explained(watch: Any) -> None:
    page = watch().open(f"/workflows/{FILE}?tab=yaml")
    written(page, 'trigger: {every: day, at: "01:00"}\nactions:\n  - add_tag: 高潜\n')

    expect(page.locator('[data-region="problems"]')).to_contain_text("module")  # nothing moves any more

    word = page.locator(".cm-content").get_by_text("add_tag", exact=True).first.bounding_box()
    assert word is not None
    page.mouse.move(word["x"] + 9, word["y"] + 6)
    expect(page.locator(".hover-help")).to_contain_text("给这条记录加一个标签")
