"""What one matched record gets, read row by row from the batches (DESIGN section 8; Meaning 18, 19)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
import sqlalchemy as sa

from engine.model.effects import Effect, Undone
from engine.pipeline import prepare
from engine.rows import BatchRows, RowError, RowReader
from tests.engine.small import BASE, HEAD, Place, changed, workspace_with

STAFF = {"S1": {"姓名": "王一", "上级": "S8"}, "S8": {"姓名": "主管八"}}
FULL = {
    "客户名称": "甲公司",
    "客户层级": "A",
    "沉默状态": "正常",
    "唤醒次数": "2",
    "额度": "-1234.5",
    "签约日期": "2026-03-01",
    "最近访问": "2026-03-30 09:05",
    "负责人": "S1",
    "邮箱": "a@example.cn",
    "邮件同意": "是",
    "电话": "0138",
    "标签": "低价值",
}
BARE = {"客户名称": "乙公司", "客户层级": "B"}


def place(actions: str, settings: str = "") -> Place:
    files = {**BASE, "wake.yaml": f"{HEAD}actions:\n{actions}"}
    workspace = workspace_with("", changed(files, "workspace.yaml", "time_zone", f"{settings}\ntime_zone"))
    return Place.make(workspace, {"员工": STAFF, "客户": {"C1": FULL, "C2": BARE}})


def effects(actions: str, record: str = "C1", settings: str = "") -> list[Effect | Undone]:
    return place(actions, settings).effects(record)


def done(actions: str, record: str = "C1", settings: str = "") -> dict[str, Any]:
    """The details of the only effect."""
    (one,) = effects(actions, record, settings)
    assert isinstance(one, Effect)
    return dict(one.details)


def text(source: str, record: str = "C1", settings: str = "") -> str:
    action = f'  - notify: {{to: {{person: S8}}, text: "{source}"}}\n'
    return str(done(action, record, settings)["text"])


def failure(actions: str, record: str = "C2") -> RowError:
    with pytest.raises(RowError) as caught:
        effects(actions, record)
    return caught.value


# --- updates ------------------------------------------------------------------------------------------------


def test_update_tells_old_and_new_value_of_each_changed_field() -> None:
    (one,) = effects(
        "  - update_field: {沉默状态: 沉默, 唤醒次数: {add: 1}, 签约日期: today, 邮件同意: 否, 额度: "
        "{clear: true}}\n"
    )

    assert isinstance(one, Effect)
    assert (one.kind, one.path, one.record) == ("update", "actions/0", "C1")
    assert one.details == {
        "module": "customers",
        "changes": {
            "silent": ["正常", "沉默"],
            "wakes": [2, 3],
            "signed": ["2026-03-01", "2026-03-31"],
            "email_ok": [True, False],
            "limit": [-1234.5, None],
        },
    }


def test_field_that_keeps_its_value_is_left_out() -> None:
    assert done("  - update_field: {沉默状态: 正常, 唤醒次数: 5}\n")["changes"] == {"wakes": [2, 5]}


def test_update_that_changes_nothing_is_left_out() -> None:
    found = effects("  - update_field: {沉默状态: 正常, 唤醒次数: 2}\n  - add_tag: 低价值\n  - stop: 够了\n")

    assert [one.path for one in found] == ["actions/2"]


def test_add_to_nothing_starts_at_zero() -> None:
    assert done("  - update_field: {唤醒次数: {add: 1}}\n", "C2")["changes"] == {"wakes": [None, 1]}


def test_second_update_begins_where_the_first_one_ended() -> None:
    found = effects("  - update_field: {唤醒次数: {add: 1}}\n  - update_field: {唤醒次数: {add: 2}}\n")

    assert [one.details["changes"] for one in found if isinstance(one, Effect)] == [
        {"wakes": [2, 3]},
        {"wakes": [3, 5]},
    ]


def test_tag_comes_to_the_others_in_the_order_of_the_model() -> None:
    assert done("  - add_tag: 高潜\n")["changes"] == {"tags": [["低价值"], ["高潜", "低价值"]]}
    assert done("  - add_tag: 高潜\n", "C2")["changes"] == {"tags": [None, ["高潜"]]}


def test_row_goes_through_its_own_branch() -> None:
    branch = "  - if: {field: 客户层级, is: A}\n    then: [{stop: 甲}]\n    else: [{stop: 乙}]\n"
    actions = f"{branch}  - add_tag: 高潜\n"

    assert [one.path for one in effects(actions, "C1")] == ["actions/0/then/0"]
    assert [one.path for one in effects(actions, "C2")] == ["actions/0/else/0"]


# --- other effects ------------------------------------------------------------------------------------------


def test_stop_tells_its_reason() -> None:
    assert done("  - stop: 不再维护\n") == {"reason": "不再维护"}


def test_task_tells_its_module_and_values() -> None:
    found = done('  - create_task: {subject: "回访 {{ 客户名称 }}", to: owner, due: in 3 days}\n')

    assert found == {
        "module": "tasks",
        "id": None,
        "values": {"customer": "C1", "subject": "回访 甲公司", "assignee": "S1", "due": "2026-04-03"},
    }


def test_message_tells_channel_template_address_and_texts() -> None:
    found = done("  - send_template: {template: 唤醒, to: customer, via: [email, sms]}\n")

    assert found == {
        "channel": "email",
        "template": "唤醒",
        "to": "a@example.cn",
        "subject": "甲公司，近况可好？",
        "body": "您好，甲公司。",
    }


def test_unreachable_customer_is_told_with_the_reason() -> None:
    (one,) = effects("  - send_template: {template: 唤醒, to: customer, via: [email, sms]}\n", "C2")

    assert one == Undone("actions/0", "C2", "W602")


def test_notice_tells_whom_and_what() -> None:
    assert done("  - notify: {to: owner, text: 请看}\n") == {"to": "S1", "text": "请看"}
    assert done("  - notify: {to: supervisor, text: 请看}\n") == {"to": "S8", "text": "请看"}


@pytest.mark.parametrize("who", ["owner", "supervisor"])
def test_notice_to_nobody_is_told_with_the_reason(who: str) -> None:
    (one,) = effects(f"  - notify: {{to: {who}, text: 请看}}\n", "C2")

    assert one == Undone("actions/0", "C2", "W604")


@pytest.mark.parametrize("who", ["owner", "supervisor"])
def test_fallback_person_hears_what_nobody_would(who: str) -> None:
    assert done(f"  - notify: {{to: {who}, text: 请看}}\n", "C2", "fallback_person: S8")["to"] == "S8"


# --- missing values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["额度", "备注", "负责人.姓名", "owner.姓名", "supervisor.姓名", "签约日期"]
)
def test_text_without_its_value_is_an_error_of_that_record(field: str) -> None:
    found = failure(f'  - add_tag: 高潜\n  - notify: {{to: {{person: S8}}, text: "看 {{{{ {field} }}}}"}}\n')

    assert (found.path, found.code, found.facts) == ("actions/1", "W601", {"field": field})


def test_missing_value_of_a_task_and_of_a_template_too() -> None:
    task = "create_task: {subject: '回访 {{ 备注 }}', to: {person: S8}}"
    found = failure(f"  - if: {{field: 客户层级, is: B}}\n    then: [{{{task}}}]\n")

    assert (found.path, found.code, found.facts) == ("actions/0/then/0", "W601", {"field": "备注"})


def test_missing_value_behind_a_shut_gate_is_no_error() -> None:
    actions = (
        '  - if: {field: 客户层级, is: A}\n    then: [{notify: {to: owner, text: "{{ 额度 }}"}}]\n'
        "  - add_tag: 高潜\n"
    )

    assert [one.path for one in effects(actions, "C2")] == ["actions/1"]


def test_value_that_was_cleared_before_is_missing() -> None:
    found = failure(
        '  - update_field: {额度: {clear: true}}\n  - notify: {to: owner, text: "{{ 额度 }}"}\n', "C1"
    )

    assert (found.path, found.facts) == ("actions/1", {"field": "额度"})


@pytest.mark.parametrize(
    "source, shown",
    [
        ("{{ 备注 | or('无') }}", "无"),
        ("{{ 负责人.姓名 | or('您好') }}", "您好"),
        ("{% if 备注 %}有{% else %}没有{% endif %}", "没有"),
    ],
)
def test_text_may_say_what_stands_for_a_missing_value(source: str, shown: str) -> None:
    assert text(source, "C2") == shown


# --- texts --------------------------------------------------------------------------------------------------

SHOWN = [
    ("{{ 客户名称 }}", "甲公司", "甲公司"),
    ("{{ name }}", "甲公司", "甲公司"),
    ("{{ 客户层级 }}", "A", "A"),
    ("{{ 客户等级 }}", "A", "A"),
    ("{{ 唤醒次数 }}", "2", "2"),
    ("{{ 额度 }}", "-¥1,234.50", "-¥1,234.50"),
    ("{{ 额度 | round }}", "-1235", "-1235"),
    ("{{ 签约日期 }}", "2026年3月1日", "1 March 2026"),
    ("{{ 最近访问 }}", "2026年3月30日 09:05", "30 March 2026 09:05"),
    ("{{ today }}", "2026年3月31日", "31 March 2026"),
    ("{% if 邮件同意 %}同意{% endif %}", "同意", "同意"),
    ("{{ 标签 }}", "低价值", "低价值"),
    ("{{ 电话 }}", "0138", "0138"),
    ("{{ 负责人.姓名 }}", "王一", "王一"),
    ("{{ 负责人 }}", "王一", "王一"),
    ("{{ owner.姓名 }}", "王一", "王一"),
    ("{{ supervisor.姓名 }}", "主管八", "主管八"),
    ("{{ 成交额 }}", "¥0.00", "¥0.00"),
]


@lru_cache
def all_shown(language: str) -> list[str]:
    """The text of every source, in one workflow."""
    actions = "".join(f'  - notify: {{to: owner, text: "{source}"}}\n' for source, _, _ in SHOWN)
    return [
        str(one.details["text"])
        for one in effects(actions, settings=f"language: {language}")
        if isinstance(one, Effect)
    ]


@pytest.mark.parametrize("number", range(len(SHOWN)), ids=[source for source, _, _ in SHOWN])
def test_values_are_shown_in_the_language_of_the_workspace(number: int) -> None:
    _, zh, en = SHOWN[number]

    assert (all_shown("zh")[number], all_shown("en")[number]) == (zh, en)


def test_written_values_are_shown_like_those_of_records() -> None:
    actions = (
        "  - update_field: {额度: 1000, 签约日期: today, 唤醒次数: {add: 0.5}}\n"
        '  - notify: {to: owner, text: "{{ 额度 }} {{ 签约日期 }} {{ 唤醒次数 }}"}\n'
    )

    *_, notice = effects(actions)

    assert isinstance(notice, Effect)
    assert notice.details["text"] == "¥1,000.00 2026年3月31日 2.5"


def test_to_means_the_person_who_is_told() -> None:
    assert done('  - notify: {to: owner, text: "{{ to.姓名 }}，请看"}\n')["text"] == "王一，请看"
    assert done('  - notify: {to: supervisor, text: "{{ to.姓名 }}，请看"}\n')["text"] == "主管八，请看"


def test_record_that_would_only_stay_as_it_is_does_not_start() -> None:
    with pytest.raises(AssertionError, match="does not match"):
        effects("  - update_field: {沉默状态: 正常}\n")


# --- a chunk at once ------------------------------------------------------------------------------------


def test_chunk_read_at_once_is_what_its_rows_give_one_by_one() -> None:
    """Texts of a chunk are made column by column; where one fails, the others are made all the same."""
    actions = (
        "  - if: {field: 客户层级, is: A}\n"
        "    then: [{create_task: {subject: 回访, to: owner, due: today}}]\n"
        '  - create_task: {subject: "{{ 客户名称 }}", to: {person: S8}, due: in 3 days}\n'
        '  - notify: {to: owner, text: "{{ 额度 }}"}\n'
        "  - send_template: {template: 唤醒, to: customer, via: [email, sms]}\n"
    )
    found = place(actions)
    with found.session() as session:
        prepared = prepare(session, found.workspace, found.workflow)
        rows = list(prepared.matched.all_rows())
        reader = prepared.reader

        for one in reader.batches:
            made, failed = reader.make(one, rows)
            wanted, refused = _one_by_one(reader, one, rows)
            assert [tuple(row) for row in made] == wanted
            assert [(row[1], error.path, error.code, error.facts) for row, error in failed] == refused


@pytest.mark.parametrize(
    "column, label, kept",
    [
        ("seen", "最近访问", "soon"),
        ("seen", "最近访问", "9999-12-31T23:00:00Z"),
        ("signed", "签约日期", "soon"),
    ],
)
def test_value_that_cannot_be_shown_fails_its_record_alone(column: str, label: str, kept: str) -> None:
    found = place(f'  - notify: {{to: {{person: S8}}, text: "{{{{ {label} | or(1) }}}}"}}\n')
    with found.session() as session:
        with session.transaction():
            corrupt = sa.text(f"UPDATE customers SET {column} = :kept WHERE id = 'C1'")
            session.connection.execute(corrupt, {"kept": kept})
        prepared = prepare(session, found.workspace, found.workflow)
        (one,) = prepared.reader.batches

        made, failed = prepared.reader.make(one, list(prepared.matched.all_rows()))

        assert [row[1] for row in made] == ["C2"]
        assert [(row[1], error.path, error.code, error.facts) for row, error in failed] == [
            ("C1", "actions/0", "W605", {"field": label, "value": kept})
        ]
    assert isinstance(found.effects("C2")[0], Effect)
    with pytest.raises(RowError):
        found.effects("C1")


def _one_by_one(reader: RowReader, one: BatchRows, rows: list[Any]) -> tuple[list[Any], list[Any]]:
    made, refused = [], []
    for row in filter(one.is_open, rows):
        try:
            made.append((row[0], row[1], *reader.values(one, row)))
        except RowError as error:
            refused.append((row[1], error.path, error.code, error.facts))
    return made, refused


def test_row_error_goes_through_every_context() -> None:
    """Python sets the traceback of what passes a `with`: that must not become another error."""

    @contextmanager
    def around() -> Iterator[None]:
        yield

    with pytest.raises(RowError), around():
        raise RowError("actions/0", "W601", {})
