"""Completion, hover and marks as an editor shows them, asked of the real YAML language server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.catalogue import modeline
from engine.cli import run_command
from engine.texts import LANGUAGES
from tests.lacks import lacks
from tests.lsp import client
from tests.lsp.desk import Desk

SHIPPED = Path(__file__).parent.parent / "workflows"
ALL = {"is", "is_not", "is_empty"}
AMOUNTS = {"at_least", "more_than", "at_most", "less_than"}
DATES = {"on_or_after", "after", "on_or_before", "before"}
TEXTS = {"contains", "starts_with", "ends_with"}
TAGS = {"has", "has_all", "has_none"}
COMPARISONS = ALL | AMOUNTS | DATES | TEXTS | TAGS
"""The comparisons of LANGUAGE section 3, without those of series and rank."""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One server for all tests; a machine without it skips them, but CI does not."""
    missing = client.missing()
    if missing:
        lacks(f"{missing} is missing: npm ci --prefix tests/lsp")
    with client.editor(tmp_path_factory.mktemp("editor")) as opened:
        yield opened


def _desk(editor: Any, name: str, *arguments: str) -> Desk:
    folder = editor.folder / name
    folder.mkdir(exist_ok=True)
    code = run_command(["schema", *arguments, "--workspace", str(SHIPPED), "--out", str(folder)])
    assert code == 0
    return Desk(editor, modeline("workflow", name))


@pytest.fixture(scope="module")
def zh(editor: Any) -> Desk:
    return _desk(editor, "zh", "--lang", "zh")


@pytest.fixture(scope="module")
def en(editor: Any) -> Desk:
    return _desk(editor, "en", "--lang", "en")


@pytest.fixture(scope="module")
def named(editor: Any) -> Desk:
    return _desk(editor, "named", "--lang", "zh", "--names")


def in_leaf(text: str) -> str:
    """A leaf that is being written: its lines, the cursor on the last."""
    lines = "\n      ".join([*text.splitlines(), "▮"])
    return f"conditions:\n  all:\n    - {lines}\n"


def test_lock_names_no_registry() -> None:
    lock = json.loads((Path(client.__file__).parent / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}

    assert [name for name, one in packages.items() if "resolved" in one] == []
    assert [name for name, one in packages.items() if not one["integrity"].startswith("sha512-")] == []


# --- keys -----------------------------------------------------------------------------------------


def test_empty_file_offers_the_keys_of_a_workflow(zh: Desk) -> None:
    offered = zh.offers("▮")

    assert {"id", "name", "module", "status", "trigger", "conditions", "actions", "tests"} <= offered
    assert not {"field", "create_task", "every", "modules"} & offered


def test_keys_that_are_there_are_not_offered_again(zh: Desk) -> None:
    offered = zh.offers("id: x\nname: y\n▮")

    assert "module" in offered
    assert not {"id", "name"} & offered


def test_trigger_begins_with_its_word(zh: Desk) -> None:
    offered = zh.offers("trigger:\n  ▮")

    assert {"every", "schedule", "when"} <= offered
    assert not {"at", "day", "timezone", "catch_up"} & offered


@pytest.mark.parametrize(
    "text", ["trigger:\n  every: month\n  ▮", "trigger: {every: month, d▮}"], ids=["lines", "braces"]
)
def test_trigger_goes_on_with_what_belongs_to_it(zh: Desk, text: str) -> None:
    offered = zh.offers(text)

    assert {"day", "timezone", "catch_up"} <= offered
    assert not {"every", "schedule", "when"} & offered


@pytest.mark.parametrize(
    "text",
    [
        "conditions:\n  ▮",
        "conditions:\n  all:\n    - ▮",
        "conditions:\n  all:\n    - {▮}",
        "conditions: {f▮}",
    ],
    ids=["alone", "listed", "braces", "begun"],
)
def test_condition_begins_with_a_subject_or_a_group(zh: Desk, text: str) -> None:
    offered = zh.offers(text)

    assert {"field", "time_since", "count_of", "sum_of", "all", "any", "none"} <= offered
    assert not (COMPARISONS | {"during", "where", "needs", "if_missing"}) & offered


LEAVES = {
    "field": ("field: 客户层级", COMPARISONS | {"if_missing"}, {"during", "where"}),
    "time_since": (
        "time_since: 最近下单日期",
        ALL | AMOUNTS | {"if_missing"},
        DATES | TEXTS | TAGS | {"during", "where"},
    ),
    "count_of": (
        "count_of: 订单",
        ALL | AMOUNTS | {"during", "since", "where", "if_missing"},
        DATES | TEXTS | TAGS,
    ),
    "sum_of": (
        "sum_of: 订单.金额",
        AMOUNTS | {"during", "latest", "except", "where", "per", "in_a_row", "falls_by", "rises_by"},
        DATES | TEXTS | TAGS | {"top", "in_each", "yearly"},
    ),
    "latest_of": ("latest_of: 订单.下单日期", DATES | {"where"}, AMOUNTS | {"per", "falls_by"}),
    "rank_of": (
        "rank_of: 年度成交额",
        {"top", "bottom", "in_each", "among"},
        AMOUNTS | DATES | {"is", "during", "where"},
    ),
    "half_a_word": ("count_of: 订单\nduring: last 90 days", AMOUNTS | {"where"}, TEXTS | {"during"}),
}


@pytest.mark.parametrize("text, expected, strange", LEAVES.values(), ids=LEAVES)
def test_leaf_offers_what_exists_for_its_subject(
    zh: Desk, text: str, expected: set[str], strange: set[str]
) -> None:
    offered = zh.offers(in_leaf(text))

    assert expected <= offered
    assert not (strange | {"field", "time_since", "count_of", "sum_of", "all", "any", "needs"}) & offered


def test_leaf_in_braces_offers_the_same(zh: Desk) -> None:
    assert zh.offers("conditions: {time_since: 最近下单日期, a▮}") == zh.offers(
        in_leaf("time_since: 最近下单日期")
    )


@pytest.mark.parametrize("text", ["actions:\n  - ▮", "actions:\n  - cr▮"], ids=["empty", "begun"])
def test_step_begins_with_a_verb(zh: Desk, text: str) -> None:
    offered = zh.offers(text)

    assert {"update_field", "add_tag", "create_task", "send_template", "notify", "if", "stop"} <= offered
    assert not {"then", "else", "otherwise", "name", "subject"} & offered


def test_verb_brings_the_details_it_needs(zh: Desk) -> None:
    inserted = zh.items("actions:\n  - ▮")["create_task"]["textEdit"]["newText"]

    assert inserted.startswith("create_task:\n")
    assert "subject:" in inserted
    assert "to:" in inserted


@pytest.mark.parametrize(
    "text",
    ["actions:\n  - create_task:\n      subject: x\n      ▮", "actions:\n  - create_task: {subject: x, t▮}"],
    ids=["lines", "braces"],
)
def test_create_task_offers_its_details(zh: Desk, text: str) -> None:
    offered = zh.offers(text)

    assert {"to", "type", "due", "priority", "text_from"} <= offered
    assert not {"subject", "template", "via", "name", "then"} & offered


def test_lists_of_steps_stand_beside_their_verb(zh: Desk) -> None:
    beside_if = zh.offers("actions:\n  - if: {field: 客户层级, is: C}\n    ▮")
    beside_letter = zh.offers("actions:\n  - send_template: {template: x, to: customer}\n    ▮")

    beside_wait = zh.offers("actions:\n  - wait_until: {count_of: 订单, at_least: 1}\n    ▮")

    assert {"then", "else", "name"} <= beside_if
    assert {"within", "otherwise"} <= beside_wait
    assert "otherwise" not in beside_if
    assert "otherwise" in beside_letter
    assert "then" not in beside_letter


@pytest.mark.parametrize("language", LANGUAGES)
def test_whole_examples_are_called_in_the_language(request: Any, language: str) -> None:
    desk: Desk = request.getfixturevalue(language)
    label = {"zh": "建任务 · create_task", "en": "Create a task · create_task"}[language]

    offered = desk.items("actions:\n  - ▮")

    assert label in offered
    assert offered[label]["insertText"].startswith("create_task: {subject: ")


# --- values ---------------------------------------------------------------------------------------


def test_words_are_offered_where_only_words_fit(zh: Desk) -> None:
    assert zh.offers("status: ▮") == {"active", "paused"}
    assert {"owner", "supervisor"} <= zh.offers("actions:\n  - create_task: {to: ▮}")
    assert {"customer", "episode", "day", "year"} <= zh.offers("once_per: ▮")
    assert zh.offers(in_leaf("field: 客户层级").replace("▮", "if_missing: ▮")) == {"match", "no_match"}


def test_fates_of_a_step_are_offered(zh: Desk) -> None:
    assert {"done", "open", "overdue", "replied"} <= zh.offers("conditions: {step: 首触, is: ▮}")


def test_names_are_offered_on_request_only(zh: Desk, named: Desk) -> None:
    text = in_leaf("").replace("      ▮", "").replace("- ", "- field: ▮")

    assert "沉默状态" not in zh.offers(text)
    assert {"沉默状态", "最近下单日期", "负责人.区域", "silent"} <= named.offers(text)


def test_dates_are_offered_where_a_date_is_asked(named: Desk) -> None:
    offered = named.offers("conditions: {time_since: ▮}")

    assert {"最近下单日期", "最近联系日期"} <= offered
    assert not {"沉默状态", "客户层级"} & offered


@pytest.mark.parametrize(
    "text",
    [
        "conditions: {field: 客户层级, is: ▮}",
        "conditions: {field: tier, is: [▮]}",
        in_leaf("field: Tier\nis_not:"),
    ],
    ids=["label", "key_in_list", "english_label"],
)
def test_options_are_offered_after_is(named: Desk, text: str) -> None:
    offered = named.offers(text.replace("is_not:\n      ▮", "is_not: ▮"))

    assert {"A", "B", "C"} <= offered
    assert "正常跟进" not in offered


TYPES = {
    "choice": ("客户层级", ALL, AMOUNTS | DATES | TEXTS | TAGS),
    "date": ("最近下单日期", ALL | DATES, AMOUNTS | TEXTS | TAGS),
    "money": ("年度成交额", ALL | AMOUNTS, DATES | TEXTS | TAGS),
    "text": ("行业", ALL | TEXTS, AMOUNTS | DATES | TAGS),
    "tags": ("标签", TAGS, ALL - {"is_empty"} | AMOUNTS | DATES | TEXTS),
    "behind_a_link": ("负责人.区域", ALL | TEXTS, AMOUNTS | DATES | TAGS),
    "behind_two_links": ("负责人.上级.区域", COMPARISONS, {"during"}),
}


@pytest.mark.parametrize("field, expected, strange", TYPES.values(), ids=TYPES)
def test_comparisons_fit_the_type_of_the_field(
    named: Desk, field: str, expected: set[str], strange: set[str]
) -> None:
    offered = named.offers(in_leaf(f"field: {field}"))

    assert expected | {"if_missing"} <= offered
    assert not strange & offered


NAMES = {
    "module": ("module: ▮", {"客户", "订单"}),
    "relation": ("conditions: {count_of: ▮}", {"订单", "跟进记录"}),
    "related_field": ("conditions: {sum_of: ▮}", {"订单.金额"}),
    "cell": ("conditions: {time_since: 最近下单日期, at_least: {table: ▮}}", {"沉默门槛.首触"}),
    "template": ("actions:\n  - send_template: {template: ▮}", {"90 天唤醒"}),
    "task_template": ("actions:\n  - create_task: {text_from: ▮}", {"首触话术"}),
    "task_type": ("actions:\n  - create_task: {type: ▮}", {"拜访", "关怀"}),
    "tag": ("actions:\n  - add_tag: ▮", {"高潜", "低价值"}),
    "field_to_set": ("actions:\n  - update_field:\n      ▮", {"沉默状态", "沉默唤醒次数"}),
    "value_to_set": ("actions:\n  - update_field: {沉默状态: ▮}", {"正常跟进", "即将沉默", "已沉默"}),
}


@pytest.mark.parametrize("text, expected", NAMES.values(), ids=NAMES)
def test_names_of_the_workspace_are_offered(named: Desk, text: str, expected: set[str]) -> None:
    assert expected <= named.offers(text)


def test_computed_fields_are_not_offered_to_be_set(named: Desk) -> None:
    assert "年度成交额" not in named.offers("actions:\n  - update_field:\n      ▮")


# --- a shipped file ---------------------------------------------------------------------------------


def test_shipped_file_bears_no_marks(zh: Desk, named: Desk) -> None:
    text = (SHIPPED / "silent-first-touch.yaml").read_text(encoding="utf-8")

    assert zh.marks(text) == []
    assert named.marks(text) == []


def test_shipped_file_can_be_written_on(zh: Desk) -> None:
    text = (SHIPPED / "silent-first-touch.yaml").read_text(encoding="utf-8")

    at_a_condition = text.replace("actions:\n", "    - ▮\nactions:\n", 1).replace("once_per", "#", 1)
    below_the_trigger = text.replace("conditions:\n", "▮\nconditions:\n", 1)

    assert {"field", "count_of"} <= zh.offers(at_a_condition.replace("guard", "# guard", 1))
    assert "limit" in zh.offers(below_the_trigger)
    assert "trigger" not in zh.offers(below_the_trigger)


MARKED = {
    "key": ("id: x\nactiv: x\n", 2, "activ"),
    "comparison": ("conditions:\n  {time_since: 最近下单日期, contains: x}\n", 2, "contains"),
    "verb": ("actions:\n  - creat_task: {subject: x, to: owner}\n", 2, "creat_task"),
    "detail": ("actions:\n  - create_task: {subject: x, to: owner, dew: today}\n", 2, "dew"),
    "word": ("status: on\n", 1, "active"),
}


@pytest.mark.parametrize("text, line, said", MARKED.values(), ids=MARKED)
def test_wrong_word_is_marked_in_its_line(zh: Desk, text: str, line: int, said: str) -> None:
    assert [one for one in zh.marks(text) if one[0] == line and said in one[1]]


def test_option_that_does_not_exist_is_marked(named: Desk) -> None:
    fine = "conditions: {field: 客户层级, is: [A, B]}\n"

    assert not [one for one in named.marks(fine) if "Value" in one[1]]
    assert [one for one in named.marks(fine.replace("B", "D")) if "Value is not accepted" in one[1]]


# --- hover ----------------------------------------------------------------------------------------

HOVERS = {
    "top": ("sta▮tus: active\n", "状态", "Status"),
    "subject": ("conditions: {time_si▮nce: 最近下单日期, at_least: 90 days}\n", "距今多久", "Time since"),
    "comparison": ("conditions: {time_since: 最近下单日期, at_l▮east: 90 days}\n", "至少", "At least"),
    "verb": ("actions:\n  - create▮_task: {subject: x, to: owner}\n", "建任务", "Create a task"),
    "tag": ("actions:\n  - add▮_tag: 高潜\n", "加标签", "Add a tag"),
    "detail": ("actions:\n  - create_task: {subject: x, t▮o: owner}\n", "给谁", "For"),
}


def test_hover_and_completion_show_the_example_of_a_verb(zh: Desk) -> None:
    example = "add_tag: 低价值"

    assert f"```yaml\n{example}\n```" in zh.hover(HOVERS["tag"][0])
    assert example in zh.items("actions:\n  - ▮")["add_tag"]["documentation"]["value"]


@pytest.mark.parametrize("text, chinese, english", HOVERS.values(), ids=HOVERS)
def test_hover_explains_in_the_language(zh: Desk, en: Desk, text: str, chinese: str, english: str) -> None:
    assert chinese in zh.hover(text)
    assert english in en.hover(text)
