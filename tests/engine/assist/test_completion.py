"""What is offered at named places of half-written files; the expected words are those of LANGUAGE."""

# ruff: noqa: E501 - a case a line, and tables of cases are wide

from __future__ import annotations

from pathlib import Path

import pytest

from engine.checking import check
from engine.load import load_document
from engine.model.diagnostics import Problems, Severity
from tests.engine.assist.asked import NOON, SHIPPED, completion, labels, taken

ALL = {"is", "is_not", "is_empty"}
AMOUNTS = {"at_least", "more_than", "at_most", "less_than"}
DATES = {"on_or_after", "after", "on_or_before", "before"}
TEXTS = {"contains", "starts_with", "ends_with"}
TAGS = {"has", "has_all", "has_none"}
SUBJECTS = {
    "field", "time_since", "time_until", "band_of", "count_of", "share_of", "sum_of", "average_of", "smallest_of",
    "largest_of", "latest_of", "earliest_of", "distinct_of", "usual_gap_of", "expected_next_of", "rank_of", "step",
    "all", "any", "none", "segment",
}  # fmt: skip
VERBS = {
    "update_field", "add_tag", "remove_tag", "create_task", "create_record", "send_template", "notify", "assign",
    "wait", "wait_until", "if", "choose", "split", "ask", "stop", "start_workflow",
}  # fmt: skip
WORKFLOW = {
    "id", "name", "module", "status", "priority", "trigger", "conditions", "once_per", "goal", "stop_when",
    "control_group", "limit", "guard", "actions", "tests",
}  # fmt: skip
TASK = {"subject", "to", "type", "due", "priority", "text", "text_from", "personal", "done_when"}
IN_LEAF = "module: 客户\nconditions:\n  all:\n    - {%s▮"

EXACTLY = {
    "empty_file": ("▮", WORKFLOW),
    "top_level": ("id: x\nname: y\n▮\nactions: []\n", WORKFLOW - {"id", "name", "actions"}),
    "half_a_key": ("id: x\nmod▮", WORKFLOW - {"id"}),
    "trigger": ("trigger:\n  ▮", {"every", "schedule", "when"}),
    "trigger_every": ("trigger:\n  every: month\n  ▮", {"at", "day", "timezone", "catch_up", "overlap"}),
    "trigger_festival": (
        "trigger: {every: festival, ▮",
        {"at", "day", "names", "timezone", "catch_up", "overlap"},
    ),
    "trigger_schedule": ('trigger: {schedule: "0 1 * * *", ▮}', {"timezone", "catch_up", "overlap"}),
    "trigger_when_changed": ("trigger:\n  - {when: changed, ▮", {"field", "from", "to"}),
    "trigger_when_created": ("trigger:\n  - {when: created, ▮", {"of", "where"}),
    "when": ("trigger: {when: ▮", {"created", "changed", "by_hand"}),
    "condition_on_a_line": ("conditions:\n  ▮", SUBJECTS),
    "condition_after_a_dash": ("conditions:\n  all:\n    - ▮", SUBJECTS),
    "condition_in_braces": ("conditions:\n  all:\n    - {▮", SUBJECTS),
    "leaf_choice": (IN_LEAF % "field: 客户层级, ", ALL | {"if_missing"}),
    "leaf_by_key": (IN_LEAF % "field: tier, ", ALL | {"if_missing"}),
    "leaf_date": (IN_LEAF % "field: 最近下单日期, ", ALL | DATES | {"if_missing"}),
    "leaf_money": (IN_LEAF % "field: 年度成交额, ", ALL | AMOUNTS | {"if_missing"}),
    "leaf_text": (IN_LEAF % "field: 行业, ", ALL | TEXTS | {"if_missing"}),
    "leaf_tags": (IN_LEAF % "field: 标签, ", TAGS | {"is_empty", "if_missing"}),
    "leaf_behind_two_links": (IN_LEAF % "field: 负责人.上级.区域, ", ALL | TEXTS | {"if_missing"}),
    "leaf_goes_on": (IN_LEAF % "field: 客户层级, is: A, ", {"is_not", "is_empty", "if_missing"}),
    "leaf_time_since": (IN_LEAF % "time_since: 最近下单日期, ", ALL | AMOUNTS | {"yearly", "if_missing"}),
    "leaf_rank": (IN_LEAF % "rank_of: 年度成交额, ", {"top", "bottom", "in_each", "among", "is_empty", "if_missing"}),
    "group_any": ("conditions:\n  any: [{field: 行业, is: x}]\n  ▮", {"needs"}),
    "options": (IN_LEAF % "field: 客户层级, is: ", {"A", "B", "C", "{field: …}", "{table: …}"}),
    "amount": (IN_LEAF % "field: 年度成交额, at_least: ", {"{field: …}", "{table: …}"}),
    "options_in_a_list": (IN_LEAF % "field: 客户层级, is: [A, ", {"A", "B", "C"}),
    "yes_or_no": (IN_LEAF % "field: 是否继续维护, is: [", {"是", "否"}),
    "if_missing": (IN_LEAF % "field: 客户层级, if_missing: ", {"match", "no_match"}),
    "every": ("trigger: {every: ▮", {
        "day", "working day", "month", "quarter", "festival", "30 minutes", "monday", "tuesday", "wednesday", "thursday",
        "friday", "saturday", "sunday",
    }),
    "wait": ("actions:\n  - wait: ▮", {
        "3 days", "7 days", "30 days", "90 days", "12 months", "5 working days", "{table: …}", "{field: …}",
    }),
    "due": ("actions:\n  - create_task: {due: ▮", {"today", "in 3 days", "in 7 days", "end of month", "start of year"}),
    "done_by_an_example": ("tests:\n  - expect: [▮", VERBS - {"if", "choose", "split"}),
    "verbs": ("actions:\n  - ▮", VERBS),
    "verbs_without_a_dash": ("actions:\n  ▮", VERBS),
    "verbs_on_the_next_line": ("actions:\n  - add_tag: 高潜\n  ▮", VERBS),
    "verbs_in_a_list_as_far_left": ("actions:\n- add_tag: 高潜\n- cr▮", VERBS),
    "details_in_braces": ("actions:\n  - create_task: {subject: x, ▮}", TASK - {"subject"}),
    "details_on_lines": (
        "actions:\n  - create_task:\n      subject: x\n      ▮\n      to: owner\n",
        TASK - {"subject", "to"},
    ),
    "beside_if": ("actions:\n  - if: {field: 行业, is: x}\n    ▮\ntests: []\n", {"then", "else", "name"}),
    "beside_wait_until": (
        "actions:\n  - wait_until: {count_of: 订单, at_least: 1}\n    ▮",
        {"within", "otherwise", "name"},
    ),
    "status": ("status: ▮", {"active", "paused"}),
    "status_in_quotes": ('status: "▮"', {"active", "paused"}),
    "step_names": (
        "actions:\n  - name: 首触\n    add_tag: 高潜\n  - if: {step: ▮}\n  - name: 复跟\n    wait: 1 days\n",
        {"首触", "复跟"},
    ),
    "answers": (
        "actions:\n  - ask: {}\n    answers: [{answer: 继续}, {answer: 放弃}]\ntests:\n  - later:\n      - {answer: ▮",
        {"继续", "放弃"},
    ),
    "to_set": ("module: 客户\nactions:\n  - update_field: {沉默状态: ▮}", {
        "正常跟进", "即将沉默", "已沉默", "放弃维护", "{field: …}", "{table: …}", "{add: …}", "{clear: …}",
    }),
    "with_tabs": ("trigger:\n\tevery: month\n\t▮", {"at", "day", "timezone", "catch_up", "overlap"}),
    "with_crlf": ("trigger:\r\n  every: month\r\n  ▮\r\nactions: []\r\n", {
        "at", "day", "timezone", "catch_up", "overlap",
    }),
    "below_an_open_brace": ("conditions:\n  all:\n    - {field: 客户层级, is: [A, \nonce_per: x\n▮", WORKFLOW - {
        "conditions", "once_per",
    }),
    "id_like_the_file": ("id: ▮", {"new-one"}),
    "in_a_comment": ("id: x # ▮", set()),
    "in_a_block_text": ("actions:\n  - notify:\n      to: owner\n      text: |\n        您好▮\n", set()),
    "in_prose": ('actions:\n  - notify: {to: owner, text: "您好▮"}', set()),
    "loop_over": ('module: 客户\nactions:\n  - stop: "{% for 单 in 订▮', {
        "联系人名单", "订单", "跟进记录", "商机", "网页访问", "邮件记录", "工单", "付款", "满意度调查", "任务",
    }),
    "filter": ('actions:\n  - stop: "{{ 客户名称 | ▮', {
        "or", "upper", "lower", "trim", "truncate", "replace", "round", "newest",
    }),
    "owner_in_a_text": ("actions:\n  - notify:\n      text: |\n        {{ owner.▮", {
        "姓名", "岗位", "上级", "在职", "职级", "区域", "邮箱",
    }),
}  # fmt: skip


@pytest.mark.parametrize("text, expected", EXACTLY.values(), ids=EXACTLY)
def test_exactly_this_is_offered(text: str, expected: set[str]) -> None:
    found = labels(text)

    assert set(found) == expected
    assert len(found) == len(expected)


IN_OTHER_FILES = {
    "table": ("tables.yaml", "门槛:\n  ▮", {"by", "columns", "rows", "otherwise"}),
    "column_type": ("tables.yaml", "门槛:\n  columns: {首触: len▮", {"length", "money", "role", "person"}),
    "cell": ("tables.yaml", "门槛:\n  by: [客户层级]\n  columns: {首触: length}\n  rows:\n    - {▮", {"客户层级", "首触"}),
    "cell_option": ("tables.yaml", "门槛:\n  by: [客户层级]\n  rows:\n    - {客户层级: ▮", {"A", "B", "C"}),
    "segment": ("segments.yaml", "沉睡:\n  ▮", {"module", "label", "conditions", "list"}),
    "segment_date": ("segments.yaml", "沉睡:\n  module: 客户\n  conditions: {time_since: ▮", {"最近下单日期", "最近联系日期"}),
    "segment_first": ("segments.yaml", "沉睡:\n  module: 客户\n  list: {first: {▮", {"highest", "lowest"}),
    "score": ("scores.yaml", "健康度:\n  ▮", {"module", "needs", "dimensions", "points", "not_below", "bands"}),
    "indicator": ("scores.yaml", "健康度:\n  dimensions:\n    - indicators:\n        - {count_of: 订单, ▮", {
        "during", "where", "worst", "best", "weight",
    }),
    "field_type": ("model.yaml", "modules:\n  a:\n    fields:\n      b: {type: ▮", {"text", "money", "yes_no", "link"}),
    "own_field": ("model.yaml", "modules:\n  a:\n    owner: ▮\n    fields:\n      b: {label: 管的人, type: link}", {"管的人"}),
    "template": ("templates/信.yaml", "▮", {"name", "class", "versions", "email", "sms"}),
    "template_version": ("templates/信.yaml", "versions:\n  - ▮", {"if", "email", "sms", "wecom", "task"}),
    "text_of_a_template": ("templates/信.yaml", "sms:\n  text: |\n    {{ 客▮", {"客户名称", "owner", "to"}),
    "class": ("templates/信.yaml", "class: ▮", {"commercial", "service", "internal"}),
    "partial": ("templates/partials/落款.yaml", "▮", {"name", "text"}),
    "workspace": ("workspace.yaml", "▮", {"language", "time_zone", "channels", "roles", "exclusions", "quiet_hours"}),
    "channel": ("workspace.yaml", "channels:\n  mail: {kind: ▮", {"file", "inbox", "smtp"}),
    "calendar": ("calendar.yaml", "▮", {"country", "working_days", "hours", "holidays", "festivals"}),
}  # fmt: skip


@pytest.mark.parametrize("file, text, expected", IN_OTHER_FILES.values(), ids=IN_OTHER_FILES)
def test_every_kind_of_file_has_its_offers(file: str, text: str, expected: set[str]) -> None:
    assert expected <= set(labels(text, file))


NAMES = {
    "field": ("module: 客户\nconditions: {field: ▮", {"客户层级", "最近下单日期", "负责人.区域"}, {"下单日期", "金额"}),
    "field_of_related": (
        "module: 客户\nconditions: {count_of: 订单, where: {field: ▮", {"下单日期", "金额"}, {"客户层级", "岗位"},
    ),
    "date_field": ("module: 客户\nconditions: {time_since: ▮", {"最近下单日期"}, {"客户层级"}),
    "relation": ("module: 客户\nconditions: {count_of: ▮", {"订单", "跟进记录"}, {"客户"}),
    "related_field": ("module: 客户\nconditions: {sum_of: ▮", {"订单.金额"}, {"金额"}),
    "module": ("module: ▮", {"客户", "订单", "员工"}, {"客户层级"}),
    "to": ("actions:\n  - create_task: {to: ▮", {"owner", "supervisor", "{role: …}", "{field: …}"}, {"customer.x"}),
    "template": ("actions:\n  - send_template: {template: ▮", {"90 天唤醒", "复跟案例"}, {"首触话术"}),
    "task_text": ("actions:\n  - create_task: {text_from: ▮", {"首触话术"}, {"90 天唤醒"}),
    "task_type": ("actions:\n  - create_task: {type: ▮", {"拜访"}, {"高潜"}),
    "table": ("conditions: {time_since: 最近下单日期, at_least: {table: ▮", {"沉默门槛.首触", "唤醒节奏.复跟"}, {"沉默门槛"}),
    "segment": ("module: 客户\nconditions: {segment: ▮", {"即将沉睡客户"}, {"客户"}),
    "workflow": ("actions:\n  - start_workflow: ▮", {"silent-sequence", "silent-first-touch"}, {"silent-sequence.yaml"}),
    "tag": ("module: 客户\nactions:\n  - add_tag: ▮", {"高潜", "低价值"}, {"A"}),
    "to_set": ("module: 客户\nactions:\n  - update_field: {▮", {"沉默状态"}, {"年度成交额", "field"}),
    "given": ("module: 客户\ntests:\n  - given: {▮", {"客户层级", "最近下单日期", "订单"}, {"field"}),
    "given_of_related": ("module: 客户\ntests:\n  - given: {订单: [{▮", {"下单日期", "金额"}, {"客户层级"}),
    "in_a_text": ('module: 客户\nactions:\n  - stop: "{{ ▮', {"客户名称", "owner", "supervisor", "today"}, {"负责人.区域"}),
    "of_a_loop": (
        'module: 客户\nactions:\n  - stop: "{% for 单 in 订单 %}{{ 单.▮', {"下单日期", "金额"}, {"客户层级"},
    ),
    "changed_to": ("module: 客户\ntrigger: {when: changed, field: 沉默状态, to: ▮", {"已沉默"}, {"A"}),
    "channel": ("actions:\n  - send_template: {via: [▮", {"email"}, {"90 天唤醒"}),
    "festival": ("trigger: {every: festival, names: [▮", {"春节", "中秋节"}, {"day"}),
}  # fmt: skip


@pytest.mark.parametrize("text, expected, strange", NAMES.values(), ids=NAMES)
def test_names_fit_their_place(text: str, expected: set[str], strange: set[str]) -> None:
    found = set(labels(text))

    assert expected <= found
    assert not strange & found


def test_required_keys_come_first_then_the_order_of_the_vocabulary() -> None:
    assert labels("▮") == [
        "id", "name", "module", "trigger", "actions", "status", "priority", "conditions", "once_per", "goal",
        "stop_when", "control_group", "limit", "guard", "tests",
    ]  # fmt: skip


def test_an_offer_has_its_title_its_sentence_and_what_is_written() -> None:
    offers = {one["label"]: one for one in completion("actions:\n  - cr▮")["items"]}

    assert completion("actions:\n  - cr▮")["from_column"] == 5
    assert offers["create_task"] == {
        "label": "create_task",
        "detail": "建任务",
        "info": "给同事建一个与这条记录有关的任务。",
        "insert": 'create_task: {subject: "${}", to: ${owner}}',
    }


def test_offers_speak_the_language() -> None:
    fields = {
        one["label"]: one.get("detail")
        for one in completion("module: 客户\nconditions: {field: ▮", language="en")["items"]
    }

    assert fields["Tier"] == "Choice · Customer"
    assert {"yes", "no"} <= set(labels("module: 客户\nconditions: {field: Keep, is: [▮", language="en"))


def test_a_field_comes_with_its_type_and_its_module() -> None:
    details = {
        one["label"]: one.get("detail") for one in completion("module: 客户\nconditions: {field: ▮")["items"]
    }

    assert details["最近下单日期"] == "日期 · 客户"
    assert details["负责人.区域"] == "文字 · 员工"


@pytest.mark.parametrize(
    "text, column",
    [("status: ac▮", 9), ("status:▮", 8), ('status: "ac▮', 10), ("▮", 1), ("conditions: {field: 𠮷客▮", 21)],
    ids=["word", "behind_the_colon", "in_quotes", "nothing", "wide_characters"],
)
def test_the_word_begins_where_it_begins(text: str, column: int) -> None:
    assert completion(text)["from_column"] == column


TAKEN = {
    "value": ("status: ac▮", "paused", "status: paused"),
    "behind_the_colon": ("status:▮", "paused", "status: paused"),
    "key": ("id: x\nmod▮", "module", "id: x\nmodule: "),
    "key_with_a_colon": ("sta▮: active", "status", "status: active"),
    "list": ("id: x\n▮", "actions", "id: x\nactions:\n  - "),
    "conditions": ("▮", "conditions", "conditions:\n  all:\n    - {}"),
    "step": ("actions:\n  - wa▮", "wait_until", "actions:\n  - wait_until: {}\n    within: 7 days"),
    "step_with_its_dash": ("actions:\n  ▮", "stop", 'actions:\n  - stop: ""'),
    "if": ("actions:\n  - i▮", "if", "actions:\n  - if: {}\n    then:\n      - "),
    "in_braces": ("conditions: {field: 行业, ▮}", "if_missing", "conditions: {field: 行业, if_missing: }"),
    "group": ("actions:\n  - create_task: {to: ▮}", "{role: …}", "actions:\n  - create_task: {to: {role: }}"),
    "details": ("actions:\n  - notify: ▮", "{to: …, text: …}", 'actions:\n  - notify: {to: owner, text: ""}'),
    "time": ("trigger: {every: day, at: ▮}", "01:00", 'trigger: {every: day, at: "01:00"}'),
    "filter": ('a: "{{ 客户名称 | ▮ }}"', "or", "a: \"{{ 客户名称 | or('您') }}\""),
}  # fmt: skip


@pytest.mark.parametrize("text, label, expected", TAKEN.values(), ids=TAKEN)
def test_what_is_taken_stands_where_it_belongs(text: str, label: str, expected: str) -> None:
    assert taken(text, label) == expected


WRITTEN_ON = ("▮", "trigger:\n  ▮", "trigger: ▮", "conditions:\n  ▮", "conditions:\n  all:\n    - ▮", "conditions: {▮}",
              "actions:\n  - ▮", "actions:\n  ▮", "actions:\n  - create_task: ▮", "goal:\n  ▮", "tests:\n  - ▮",
              "actions:\n  - if: {field: 行业, is: x}\n    ▮", "module: 客户\nactions:\n  - update_field:\n      ▮")  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN_ON)
def test_whatever_is_taken_can_be_read(text: str) -> None:
    """An empty place is no mistake of reading; everything else would be."""
    for label in labels(text):
        problems = Problems()

        load_document(taken(text, label), "new-one.yaml", problems)

        assert [one.code for one in problems.found] == [], taken(text, label)


def test_the_usual_words_are_words_that_files_may_say(tmp_path: Path) -> None:
    """Every length, period and moment that is offered, in one workflow that the check has nothing against."""
    said = {
        key: [one for one in labels(text) if not one.startswith("{")]
        for key, text in {
            "wait": "actions:\n  - wait: ▮",
            "due": "actions:\n  - create_task: {due: ▮",
            "during": "conditions: {count_of: 订单, during: ▮",
            "since": "goal:\n  if: {count_of: 订单, since: ▮",
        }.items()
    }
    steps = [f"  - wait: {one}\n" for one in said["wait"]]
    steps += [f"  - create_task: {{subject: 回访, to: owner, due: {one}}}\n" for one in said["due"]]
    leaves = [f"during: {one}" for one in said["during"]] + [f"since: {one}" for one in said["since"]]
    wanted = "".join(f"      - {{count_of: 订单, {one}, at_least: 1}}\n" for one in leaves)
    head = "id: usual\nname: 常用\nmodule: 客户\nstatus: paused\ntrigger: {when: by_hand}\n"
    text = f"{head}goal:\n  within: 60 days\n  if:\n    any:\n{wanted}actions:\n{''.join(steps)}"
    (tmp_path / "usual.yaml").write_text(text, encoding="utf-8")

    checked = check(SHIPPED, [tmp_path / "usual.yaml"], at=NOON)

    assert [(one.code, one.at.line) for one in checked.diagnostics if one.severity is Severity.ERROR] == []
    assert all(len(one) >= 4 for one in said.values())


def test_every_way_a_trigger_may_come_round_is_one(tmp_path: Path) -> None:
    beside = {"month": ", day: 1", "quarter": ", day: 1", "festival": ", names: [春节]"}
    for word in labels("trigger: {every: ▮"):
        clock = "" if word == "30 minutes" else ', at: "01:00"'
        trigger = f"{{every: {word}{beside.get(word, '')}{clock}}}"
        text = f"id: often\nname: 常来\nmodule: 客户\nstatus: paused\ntrigger: {trigger}\nactions:\n  - add_tag: 高潜\n"
        (tmp_path / "often.yaml").write_text(text, encoding="utf-8")

        checked = check(SHIPPED, [tmp_path / "often.yaml"], at=NOON)

        assert [one.code for one in checked.diagnostics if one.severity is Severity.ERROR] == [], word
