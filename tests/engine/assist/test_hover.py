"""What is told of the word under the pointer; the expected words are those of LANGUAGE and the model."""

# ruff: noqa: E501 - a case a line, and tables of cases are wide

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from engine.assist.clock_words import cron_in_words
from engine.texts import Texts
from tests.engine.assist.asked import html, told

WORDS = {
    "top": ("sta▮tus: active", "状态", "Status"),
    "word_of_a_list": ("status: pau▮sed", "暂停", "Paused"),
    "at_of_a_trigger": ('trigger: {every: day, ▮at: "01:00"}', "几点", "Time of day"),
    "share_of_a_guard": ("guard: {sha▮re: 10 %}", "最多占比", "Share"),
    "share_of_a_split": ("actions:\n  - split: [{sha▮re: 10 %}]", "占比", "Share"),
    "subject": ("conditions: {time_si▮nce: 最近下单日期, at_least: 90 days}", "距今多久", "Time since"),
    "comparison": ("conditions: {time_since: 最近下单日期, at_l▮east: 90 days}", "至少", "At least"),
    "verb": ("actions:\n  - create▮_task: {subject: x, to: owner}", "建任务", "Create a task"),
    "detail": ("actions:\n  - create_task: {subject: x, t▮o: owner}", "给谁", "For"),
    "person": ("actions:\n  - create_task: {to: sup▮ervisor}", "主管", "Supervisor"),
    "half_written": ("actions:\n  - create_task: {subject: x, t▮o: [", "给谁", "For"),
    "how_often": ("trigger: {every: working ▮day}", "每个工作日", "Every working day"),
    "length": ("actions:\n  - wait: 7 ▮days", "7 天", "A week"),
    "filter": ('actions:\n  - stop: "{{ 客户名称 | o▮r(\'您\') }}"', "为空时用", "Or"),
}  # fmt: skip


@pytest.mark.parametrize("text, chinese, english", WORDS.values(), ids=WORDS)
def test_a_word_is_explained_by_its_place(text: str, chinese: str, english: str) -> None:
    assert f"<strong>{chinese}</strong>" in html(text)
    assert english.casefold() in html(text, language="en").casefold()


def test_a_word_comes_with_sentence_and_example() -> None:
    shown = html("actions:\n  - add▮_tag: 高潜")

    assert "<p>给这条记录加一个标签；已经有的就不变。</p>" in shown
    assert "<pre>add_tag: 低价值</pre>" in shown


def test_the_place_is_that_of_the_word() -> None:
    found = told("id: x\nconditions: {field: 客户▮层级, is: A}")

    assert found is not None
    assert (found["line"], found["column"], found["end_line"], found["end_column"]) == (2, 21, 2, 25)


FIELDS = {
    "field": ("module: 客户\nconditions: {field: 客户▮层级}", ["客户层级", "tier", "单选 · 客户", "选项：A、B、C", "也叫：客户等级"]),
    "option": ("module: 客户\nconditions: {field: 客户层级, is: [▮A, B]}", ["客户层级", "选项：A、B、C"]),
    "behind_a_link": ("module: 客户\nconditions: {field: 负责人.区▮域}", ["区域", "文字 · 员工"]),
    "related": ("module: 客户\nconditions: {sum_of: 订单.金▮额}", ["金额", "金额 · 订单", "单位：CNY"]),
    "computed": ("module: 客户\nconditions: {field: 年度成▮交额}", ["算出来的，不能改写。"]),
    "to_be_set": ("module: 客户\nactions:\n  - update_field: {沉默▮状态: 已沉默}", ["沉默状态", "正常跟进"]),
    "in_a_text": ('module: 客户\nactions:\n  - stop: "{{ 客户▮名称 }}"', ["客户名称", "文字 · 客户", "必填。"]),
    "in_a_block": ("module: 客户\nactions:\n  - notify:\n      text: |\n        {{ owner.姓▮名 }}", ["姓名", "文字 · 员工"]),
    "of_related_records": ("module: 客户\nconditions: {count_of: 订单, where: {field: 下单▮日期}}", ["日期 · 订单"]),
}  # fmt: skip


@pytest.mark.parametrize("text, expected", FIELDS.values(), ids=FIELDS)
def test_a_name_of_a_field_tells_what_it_is(text: str, expected: list[str]) -> None:
    shown = html(text)

    assert [one for one in expected if one not in shown] == []


def test_a_table_shows_its_rows() -> None:
    shown = html("conditions: {time_since: 最近下单日期, at_least: {table: 沉默门▮槛.无订单}}")

    rows = re.findall(r"<tr>(.*?)</tr>", shown)
    cells = [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in rows]
    assert cells == [["客户层级", "无订单"], ["A", "60 days"], ["B", "90 days"], ["C", "180 days"]]


def test_a_schedule_is_read_back_with_five_times() -> None:
    """30 March 2026 is a Monday; at noon in UTC it is evening in Shanghai."""
    shown = html('trigger: {schedule: "0 9 ▮* * 1-5"}')

    assert "每周一到周五 09:00" in shown
    assert "接下来 5 次（Asia/Shanghai）" in shown
    days = [
        "2026-03-31 09:00 周二",
        "2026-04-01 09:00 周三",
        "2026-04-02 09:00 周四",
        "2026-04-03 09:00 周五",
    ]
    assert "\n".join([*days, "2026-04-06 09:00 周一"]) in shown


SCHEDULES = {
    "0 1 * * *": ("每天 01:00", "every day at 01:00"),
    "*/15 * * * *": ("每 15 分钟", "every 15 minutes"),
    "30 8 1,15 * *": ("每月 1 日、15 日 08:30", "on day 1, day 15 of the month at 08:30"),
    "0 9 L * *": ("每月 最后一天 09:00", "on the last day of the month at 09:00"),
    "0 9 * * 1#2": ("每月第 2 个周一 09:00", "on Monday number 2 of the month at 09:00"),
    "0 9 1 1 *": ("1 月 1 日 09:00", "in January, on day 1 at 09:00"),
    "0 9-18 * * *": ("9 点到 18 点，每个整点", "from 9 to 18 o'clock, on the hour"),
    "0 9 1 * 1": ("每月 1 日或每周一 09:00", "on day 1 of the month or on Monday at 09:00"),
    "10,40 8 * * sat,sun": ("每周六、周日 08:10、08:40", "on Saturday, Sunday at 08:10, 08:40"),
    "0 9 * * 7": ("每周日 09:00", "on Sunday at 09:00"),
    "5 */2 * * *": ("每 2 小时，每小时的第 5 分", "every 2 hours, at minute 5 of every hour"),
}


@pytest.mark.parametrize("cron, words", SCHEDULES.items(), ids=SCHEDULES)
def test_schedules_in_words(cron: str, words: tuple[str, str]) -> None:
    assert (cron_in_words(cron, Texts.of("zh")), cron_in_words(cron, Texts.of("en"))) == words


NOTHING = {
    "comment": "# st▮atus\nid: x",
    "blank_line": "id: x\n▮\nname: y",
    "prose": 'actions:\n  - notify: {text: "您▮好"}',
    "unknown_word": "nonsen▮se: 1",
    "unknown_field": "module: 客户\nconditions: {field: 没有▮的}",
    "broken_schedule": 'trigger: {schedule: "61 ▮9 * * *"}',
    "zone_that_is_none": 'trigger: {schedule: "0 ▮9 * * *", timezone: Mars/Olympus}',
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_where_there_is_nothing_to_say_nothing_is_said(text: str) -> None:
    assert told(text) is None


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append((tag, len(list(attrs))))  # type: ignore[call-overload]  # a list of pairs


def test_names_cannot_smuggle_tags_in(tmp_path: object) -> None:
    """A label is what somebody typed; a workspace may come from anywhere."""
    from pathlib import Path

    from engine.assist.hovering import hover
    from engine.workspace import open_workspace

    root = Path(str(tmp_path))
    field = 'bad: {label: "<img src=x onerror=alert(1)>", type: choice, options: ["<b>", "&"]}'
    (root / "model.yaml").write_text(f"modules:\n  m:\n    label: <i>\n    fields:\n      {field}\n", "utf-8")

    found = hover(open_workspace(root), "x.yaml", "module: m\nconditions: {field: bad}", 2, 22, "zh")

    assert found is not None
    tags = _Tags()
    tags.feed(found["html"])
    assert {tag for tag, _ in tags.found} <= {"p", "strong", "code"}
    assert all(attributes == 0 for _, attributes in tags.found)
    assert "&lt;img" in found["html"]
