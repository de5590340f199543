from __future__ import annotations

from pathlib import Path

import pytest

from engine.model.effects import Chosen, Column, Create, Message, Skipped, Text
from engine.model.entities import FieldType
from engine.model.moments import Clock
from engine.model.operands import Listed
from engine.plan import plan_effects
from engine.workspace import Workspace, workspace_of_sources

MODEL = """
people: {module: 员工}
tasks: {module: 任务, record: 客户, subject: 主题, to: 负责人, text: 说明}
modules:
  staff: {label: 员工, title: 姓名, fields: {name: {label: 姓名, type: text, required: true}}}
  customers:
    label: 客户
    owner: 负责人
    fields:
      name: {label: 客户名称, type: text, required: true}
      tier: {label: 客户层级, type: choice, options: [A, B]}
      owner: {label: 负责人, type: link, to: 员工}
      email: {label: 邮箱, type: email, contact: email, consent: 同意}
      phone: {label: 电话, type: phone, contact: sms, consent: 同意}
      agreed: {label: 同意, type: yes_no}
  orders:
    label: 订单
    happens_on: 下单日期
    fields:
      customer: {label: 客户, type: link, to: 客户, as: 订单}
      date: {label: 下单日期, type: date}
      amount: {label: 金额, type: money}
      seller: {label: 业务员, type: link, to: 员工}
  tasks:
    label: 任务
    fields:
      customer: {label: 客户, type: link, to: 客户}
      subject: {label: 主题, type: text}
      assignee: {label: 负责人, type: link, to: 员工}
      text: {label: 说明, type: text}
"""
SETTINGS = "channels: {email: {kind: file, path: a}, sms: {kind: file, path: b}}"
WORKFLOW = """
id: wake
name: 唤醒
module: 客户
status: paused
trigger: {every: day, at: "01:00"}
actions:
"""
PARTIAL = "name: 问候\ntext: 您好，{{ 客户名称 }}。\n"


def workspace(template: str, step: str, partial: str = PARTIAL) -> Workspace:
    sources = {
        "model.yaml": MODEL,
        "workspace.yaml": SETTINGS,
        "templates/信.yaml": f"name: 信\nclass: service\n{template}",
        "templates/partials/问候.yaml": partial,
        "workflow.yaml": f"{WORKFLOW}  - {step}\n",
    }
    return workspace_of_sources(Path(), sources)


def codes(found: Workspace) -> list[str]:
    return [one.code for one in found.diagnostics]


SEND = "send_template: {template: 信, to: customer, via: [sms, email]}"
TASK = "create_task: {subject: 回访, to: owner, text_from: 信}"


def test_forms_may_stand_at_the_top_or_in_versions():
    at_the_top = workspace("email: {text: 好}", SEND.replace("[sms, email]", "email"))
    in_a_version = workspace("versions: [email: {text: 好}]", SEND.replace("[sms, email]", "email"))

    assert codes(at_the_top) == codes(in_a_version) == []
    one, other = (found.templates["信"].versions for found in (at_the_top, in_a_version))
    assert [[form.body for form in version.forms] for version in one] == [["好"]]
    assert [form.body for form in other[0].forms] == ["好"]


@pytest.fixture
def clock() -> Clock:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    return Clock(datetime(2026, 3, 31, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))


def test_versions_times_channels_are_messages_behind_gates(clock):
    found = workspace(
        """
versions:
  - if: {field: 客户层级, is: A, if_missing: no_match}
    email: {text: 邮件 A}
    sms: {text: 短信 A}
  - email: {text: 邮件}
""",
        SEND,
    )
    assert codes(found) == []

    batches = plan_effects(found.workflows[0], found.model, clock).batches

    # Branch 0 asks for A; 1 and 2 whether sms and email reach, 3 the email of the other version.
    sent = [(one.channel, one.body, one.gate.taken) for one in batches if isinstance(one, Message)]
    assert [(channel, body.value) for channel, body, _ in sent] == [
        ("sms", "短信 A"),
        ("email", "邮件 A"),
        ("email", "邮件"),
    ]
    assert [taken for _, _, taken in sent] == [
        ((0, True), (1, True)),
        ((0, True), (1, False), (2, True)),
        ((0, False), (3, True)),
    ]
    skipped = [(one.reason, one.gate.taken) for one in batches if isinstance(one, Skipped)]
    assert skipped == [
        ("W602", ((0, True), (1, False), (2, False))),
        ("W602", ((0, False), (3, False))),
    ]


def test_a_task_is_created_once_with_the_text_of_its_version(clock):
    found = workspace(
        """
versions:
  - if: {field: 客户层级, is: A, if_missing: no_match}
    task: {text: "{{ 客户名称 }}"}
  - if: {field: 客户层级, is: B, if_missing: no_match}
    task: {text: 固定}
""",
        TASK,
    )
    assert codes(found) == []

    batches = plan_effects(found.workflows[0], found.model, clock).batches

    (task,) = [one for one in batches if isinstance(one, Create)]
    text = task.values["text"]
    assert isinstance(text, Chosen)
    assert len(text.texts) == 2
    assert [one.reason for one in batches if isinstance(one, Skipped)][-1:] == ["W578"]


def test_rows_of_a_for_are_one_column(clock):
    found = workspace(
        """
task:
  text: |
    {% for 单 in 订单 | newest(3) %}{{ 单.金额 | round }} {{ 单.业务员 }} {{ 单.下单日期 }}{% endfor %}
    {% for 甲 in 订单 | newest(5) %}{{ 甲.金额 }}{% endfor %}
""",
        TASK,
    )
    assert codes(found) == []
    workflow = found.workflows[0]

    draft = plan_effects(workflow, found.model, clock)

    (task,) = [one for one in draft.batches if isinstance(one, Create)]
    text = task.values["text"]
    assert isinstance(text, Text)
    assert isinstance(text.parts["订单", ""], Column)
    kinds = {path[2]: part.type for path, part in text.parts.items() if len(path) > 2}
    assert kinds == {"金额": FieldType.MONEY, "业务员": FieldType.TEXT, "下单日期": FieldType.DATE}
    (listed,) = [one.operand for one in draft.wanted if isinstance(one.operand, Listed)]
    assert (listed.at_most, listed.relation.name, len(listed.fields)) == (5, "订单", 3)


def test_a_changed_partial_is_a_new_version_of_those_who_use_it():
    using, other = "email: {text: \"{% include '问候' %}\"}", "email: {text: 好}"
    step = SEND.replace("[sms, email]", "email")
    changed = PARTIAL.replace("您好", "你好")

    def version(template: str, partial: str = PARTIAL) -> str:
        found = workspace(template, step, partial)
        assert codes(found) == []
        return found.workflows[0].version

    assert version(using) != version(using, changed)
    assert version(using) == version(using, PARTIAL + "# 说明\n")
    assert version(other) == version(other, changed)


def test_a_template_of_200_kb_is_refused_not_read_for_long():
    found = workspace(f"email: {{text: {'长' * 60_000}}}\nsms: {{text: {'a' * 20_000}}}", SEND)

    assert codes(found) == ["W576"]
    too_long = workspace(f"email: {{text: {'a' * 200_000}}}", SEND.replace("[sms, email]", "email"))
    assert "W289" in codes(too_long)


@pytest.mark.parametrize(
    "text",
    [
        "{% include '问候' %}" * 5_000,
        "{% for a in 订单 %}x{% endfor %}" * 500,
        "{% for a in 订单 %}" * 500,
        "{% if 客户层级 %}" * 500,
        "{{ 客户名称" + "['x']" * 3_000 + " }}",
        "{{ (" * 500,
    ],
)
def test_bombs_are_mistakes(text):
    found = workspace(f'email: {{text: "{text}"}}', SEND.replace("[sms, email]", "email"))

    assert found.has_errors or text.startswith("{% include")


def test_a_partial_taken_in_often_is_limited_by_its_length():
    found = workspace(
        'email: {text: "' + "{% include '问候' %}" * 20 + '"}',
        SEND.replace("[sms, email]", "email"),
        f"name: 问候\ntext: {'长' * 6_000}\n",
    )

    assert codes(found) == ["W289"]
