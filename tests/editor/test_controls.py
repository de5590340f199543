"""Every value of a form has the control of its kind: by what the file says, and by the field it is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from editor.forms import Control
from editor.forms.filling import shown as shown_in
from editor.studio import Studio
from tests.company import nightly, shipped_in, stories_in, write_files
from tests.editor.forms_read import every, form_in


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(shipped_in(tmp_path_factory.mktemp("shipped")))


@pytest.mark.parametrize(
    "rest, path, kind, value",
    [
        ("status: paused\n", ("status",), "select", "paused"),
        ("priority: 7\n", ("priority",), "number", "7"),
        (
            "conditions: {time_since: 最近下单日期, at_least: 90 天}\n",
            ("conditions", "at_least"),
            "unit",
            "90",
        ),
        (
            "conditions: {time_since: 最近下单日期, at_least: 90 days}\n",
            ("conditions", "at_least"),
            "unit",
            "90",
        ),
        ("conditions: {field: 行业, is_empty: true}\n", ("conditions", "is_empty"), "select", True),
        ("conditions: {field: 客户层级, is: [A]}\n", ("conditions", "is"), "chips", ["A"]),
        ("conditions: {field: 客户层级, is: A}\n", ("conditions", "field"), "select", "客户层级"),
    ],
)
def test_every_value_has_a_control_of_its_kind(
    tmp_path: Path, rest: str, path: tuple[str, ...], kind: str, value: Any
) -> None:
    studio = Studio(stories_in(tmp_path))
    write_files(studio.root, {"wake.yaml": nightly(rest + "actions: [{add_tag: 高潜}]\n")})

    found = {one.place.path: one for one in every(form_in(studio, "wake.yaml")) if isinstance(one, Control)}

    assert (found[path].kind, found[path].value) == (kind, value)
    assert found[("trigger", "at")].kind == "time"


@pytest.mark.parametrize(
    "rest, path, kind, value",
    [
        ("status: null\n", ("status",), "select", None),
        ("once_per: customer\n", ("trigger", "at"), "text", "9:00"),
    ],
)
def test_a_control_shows_what_the_file_says(
    tmp_path: Path, rest: str, path: tuple[str, ...], kind: str, value: Any
) -> None:
    text = nightly("", at="9:00").replace("once_per: customer\n", rest) + "actions: [{add_tag: 高潜}]\n"
    studio = Studio(stories_in(tmp_path))
    write_files(studio.root, {"wake.yaml": text})

    found = {one.place.path: one for one in every(form_in(studio, "wake.yaml")) if isinstance(one, Control)}

    assert (found[path].kind, found[path].value) == (kind, value)


def test_an_option_that_is_a_number_is_offered_once(tmp_path: Path) -> None:
    studio = Studio(stories_in(tmp_path))
    model = (studio.root / "model.yaml").read_text("utf-8")
    write_files(studio.root, {"model.yaml": model.replace("options: [A, B, C]", "options: [1, 2, 3]")})
    rest = "conditions: {field: 客户层级, is: [1, 2]}\nactions: [{add_tag: 高潜}]\n"
    write_files(studio.root, {"wake.yaml": nightly(rest)})

    (chips,) = [one for one in every(form_in(studio, "wake.yaml")) if getattr(one, "kind", "") == "chips"]

    assert isinstance(chips, Control)
    assert [one.value for one in chips.choices] == [1, 2, "3"]


@pytest.mark.parametrize(
    "every_, kind, shown",
    [
        ("day", "select", "每天"),
        ("tuesday", "select", "每周二"),
        ("working day", "select", "每个工作日"),
        ("fortnight", "select", "fortnight"),
        ("45 minutes", "unit", "45 分钟"),
    ],
)
def test_how_often_is_chosen_and_not_typed(tmp_path: Path, every_: str, kind: str, shown: str) -> None:
    studio = Studio(stories_in(tmp_path))
    text = nightly("actions: [{add_tag: 高潜}]\n").replace("every: day", f"every: {every_}")
    write_files(studio.root, {"wake.yaml": text})

    form, path = form_in(studio, "wake.yaml"), ("trigger", "every")
    (found,) = [one for one in every(form) if one.place.path == path]

    assert isinstance(found, Control)
    chosen = [one.label for one in found.choices if one.value == found.value]
    assert (found.kind, *(chosen or [shown_in(found)])) == (kind, shown)
    assert kind == "select" or "每天" in [one.label for one in found.instead]


@pytest.mark.parametrize(
    "value, kind, shown",
    [
        ("in 3 days", "unit", "3 天后"),
        ("in 10 working days", "unit", "10 个工作日后"),
        ("3 天后", "unit", "3 天后"),
        ("end of month", "unit", "月末"),
        ("2026-03-31", "date", "2026-03-31"),
        ("soon", "text", "soon"),
    ],
)
def test_a_moment_is_a_number_in_words_or_a_day(tmp_path: Path, value: str, kind: str, shown: str) -> None:
    studio = Studio(stories_in(tmp_path))
    text = nightly(f"actions: [{{create_task: {{subject: x, to: owner, due: {value}}}}}]\n")
    path = ("actions", 0, "create_task", "due")

    (found,) = [one for one in every(form_in(studio, "wake.yaml", text)) if one.place.path == path]

    assert isinstance(found, Control)
    assert (found.kind, shown_in(found)) == (kind, shown)


BY_FIELD = """\
id: by-field
name: x
module: 客户
trigger:
  - {when: changed, field: 客户层级, from: [B, C], to: A}
  - {when: created, of: 订单}
conditions:
  all:
    - {field: 年度成交额, at_least: 30000}
    - {field: 最近下单日期, before: 2026-01-31}
    - {field: 最近下单日期, on_or_after: start of year}
    - {field: 战略客户, is: 是}
    - {count_of: 订单, during: last 90 days, at_least: 2}
    - {largest_of: 订单.金额, more_than: 500}
    - {count_of: 工单, where: {field: 类型, is: 投诉}, is: 0}
    - {time_since: event.下单日期, at_most: 2 weeks}
once_per: event
actions:
  - update_field: {沉默状态: 正常跟进, 最近唤醒日期: in 2 days, 沉默唤醒次数: 0}
  - create_task: {subject: x, to: owner, type: 关怀, priority: high}
tests:
  - name: x
    today: 2026-03-31
    given: {客户层级: A, 订单: [{下单日期: 3 days ago, 金额: 7}]}
    expect: [update_field, create_task: {类型: 关怀, 负责人: owner, 截止日期: 2026-04-03}]
"""


@pytest.fixture(scope="module")
def by_field(studio: Studio) -> dict[Any, Control]:
    form = form_in(studio, "by-field.yaml", BY_FIELD)
    return {one.place.path: one for one in every(form) if isinstance(one, Control)}


@pytest.mark.parametrize(
    "path, kind, shown",
    [
        ("trigger 0 from", "chips", "B、C"),
        ("trigger 0 to", "select", "A"),
        ("conditions all 0 at_least", "number", "30000"),
        ("conditions all 1 before", "date", "2026-01-31"),
        ("conditions all 2 on_or_after", "unit", "年初"),
        ("conditions all 3 is", "select", "是"),
        ("conditions all 4 during", "unit", "近 90 天"),
        ("conditions all 4 at_least", "number", "2"),
        ("conditions all 5 more_than", "number", "500"),
        ("conditions all 6 where field", "select", "类型"),
        ("conditions all 6 where is", "select", "投诉"),
        ("conditions all 7 time_since", "select", "这条订单的下单日期"),
        ("conditions all 7 at_most", "unit", "2 周"),
        ("actions 0 update_field 沉默状态", "select", "正常跟进"),
        ("actions 0 update_field 最近唤醒日期", "unit", "2 天后"),
        ("actions 0 update_field 沉默唤醒次数", "number", "0"),
        ("actions 1 create_task type", "select", "关怀"),
        ("actions 1 create_task priority", "select", "高"),
        ("tests 0 today", "date", "2026-03-31"),
        ("tests 0 given 客户层级", "select", "A"),
        ("tests 0 given 订单 0 下单日期", "unit", "3 天前"),
        ("tests 0 given 订单 0 金额", "number", "7"),
        ("tests 0 expect 0", "select", "更新字段"),
        ("tests 0 expect 1 create_task 类型", "select", "关怀"),
        ("tests 0 expect 1 create_task 负责人", "select", "负责人"),
        ("tests 0 expect 1 create_task 截止日期", "date", "2026-04-03"),
    ],
)
def test_a_control_is_of_the_kind_of_its_field(
    by_field: dict[Any, Control], path: str, kind: str, shown: str
) -> None:
    found = by_field[tuple(int(one) if one.isdecimal() else one for one in path.split())]

    assert (found.kind, shown_in(found)) == (kind, shown)
    assert not any(one.is_unknown for one in found.choices)
    labels = [one.label for one in found.choices]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    "written, language, priorities, held",
    [
        ("high", "zh", ["高", "中", "低"], "高"),
        ("中", "en", ["high", "normal", "low"], "normal"),
    ],
)
def test_another_spelling_of_an_option_is_that_option_and_stays(
    studio: Studio, written: str, language: str, priorities: list[str], held: str
) -> None:
    text = BY_FIELD.replace("priority: high", f"priority: {written}")
    form, path = form_in(studio, "by-field.yaml", text, language), ("actions", 1, "create_task", "priority")

    (found,) = [one for one in every(form) if isinstance(one, Control) and one.place.path == path]

    assert [one.label for one in found.choices] == priorities
    assert [one.label for one in found.choices if one.value == found.value] == [held]
    assert found.value == written
