"""Small files to look at: one of each kind, and one use of each group of conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import plain_value

FILES: Mapping[str, str] = {
    "workflow": """\
id: visit-overdue
name: 太久没上门
module: 客户
trigger: {every: day, at: "01:00"}
conditions:
  all:
    - {field: 客户层级, is: [A, B]}
    - {time_since: 最近上门日期, at_least: 60 days}
once_per: {field: 最近上门日期}
actions:
  - create_task: {subject: "上门看看 {{ 客户名称 }}", to: owner, due: in 3 days}
tests:
  - name: 整 60 天，派任务
    today: 2026-04-01
    given: {客户层级: B, 最近上门日期: 60 days ago}
    expect: [create_task]
""",
    "model": """\
people: {module: 员工, supervisor: 上级, active: 在职}
modules:
  staff:
    label: {zh: 员工, en: Staff}
    fields:
      name: {label: 姓名, type: text, required: true}
      supervisor: {label: 上级, type: link, to: 员工, as: 下属}
      active: {label: 在职, type: yes_no, default: 是}
  customers:
    label: {zh: 客户, en: Customer}
    owner: 负责人
    fields:
      name: {label: 客户名称, also: [公司名称], type: text, required: true}
      tier: {label: 客户层级, type: choice, options: [A, B, C], ordered: true}
      owner: {label: 负责人, type: link, to: 员工, as: 负责的客户}
      last_visit: {label: 最近上门日期, type: date}
""",
    "tables": """\
沉默门槛:
  by: [客户层级]
  columns: {首触: length}
  rows:
    - {客户层级: A, 首触: 30 days}
    - {客户层级: B, 首触: 90 days}
""",
    "segments": """\
即将沉睡客户:
  module: 客户
  conditions: {time_since: 最近联系日期, at_least: 60 days, less_than: 90 days}
  list: {columns: [客户名称, 最近联系日期], first: {highest: 年度成交额}, visible_to: owner}
""",
    "scores": """\
健康度:
  module: 客户
  needs: 50 %
  dimensions:
    - name: 交易活跃度
      weight: 60
      indicators:
        - {count_of: 订单, during: last 90 days, worst: 0, best: 6}
    - name: 服务满意度
      weight: 40
      indicators: [{count_of: 投诉, during: last 90 days, worst: 3, best: 0}]
  bands: [{name: 绿, at_least: 70}, {name: 黄, at_least: 40}, {name: 红}]
意向分:
  module: 客户
  not_below: 0
  points:
    - {if: {field: 电话, is_empty: false}, give: 10}
    - {for_each: 网页访问, during: last 90 days, give: 2, at_most: 20, halves_every: 30 days}
""",
    "template": """\
name: 90 天唤醒
class: commercial
versions:
  - if: {field: 客户层级, is: A}
    email: {subject: "给{{ 客户名称 }}的一封信", text: "{{ 联系人 | or('您') }}好：……"}
  - email: {subject: "{{ 客户名称 }}，近来可好？", text: "{{ 联系人 | or('您') }}好：……"}
""",
    "partial": """\
name: 退订
text: （不想再收到此类邮件，回复“退订”即可。）
""",
    "workspace": """\
language: zh
time_zone: Asia/Shanghai
currency: CNY
channels:
  inbox: {kind: inbox}
guards:
  messages: {at_most: 500, share: 5 %}
""",
    "calendar": """\
country: CN
hours: ["09:00-12:00", "13:30-18:00"]
holidays: {2026-10-09: 公司周年}
""",
}

GROUPS: Mapping[str, str] = {
    "all": "all: [{field: 客户层级, is: A}, {time_since: 最近下单日期, at_least: 30 days}]",
    "any": (
        "{any: [{field: 邮箱, is_empty: false}, {field: 电话, is_empty: false},"
        " {field: 联系人, is_empty: false}], needs: 2}"
    ),
    "none": "none: [{field: 客户状态, is: 已关闭}, {count_of: 订单, during: last 30 days, at_least: 1}]",
    "segment": "segment: 即将沉睡客户",
}

_WIDTH = 90
_PLAIN = re.compile(r"[^\s\[\]{},#&*!|>'\"%@`?:-]([^\[\]{},#:]|:(?! ))*")


def example_value(example: str) -> Any:
    """The example of a word as plain data."""
    root = load_document(example, "example", Problems()).root
    assert root is not None
    return plain_value(root)


def laid_out(example: str) -> str:
    """An example that is too long for a line, with a line for each key and each entry of a list."""
    if len(example) <= _WIDTH:
        return example
    lines: list[str] = []
    for key, value in example_value(example).items():
        if isinstance(value, list) and len(value) > 1:
            lines += [f"{key}:", *(f"  - {_in_braces(one)}" for one in value)]
        else:
            lines.append(f"{key}: {_in_braces(value)}")
    return "\n".join(lines)


def _in_braces(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_in_braces(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_in_braces, value))}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)
