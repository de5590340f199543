"""Files full of comments: what ships, with more of them, and two that are written in every way."""

from __future__ import annotations

import random

from tests.editor.formed.ownership import Page, indent

FLOW = """\
id: on-flow
name: {zh: 花括号, en: In braces}
module: 客户
status: paused
trigger: {every: day, at: "01:00"}
conditions: {all: [
    {field: 客户状态, is: 正常},
    {field: 客户层级, is: [A, B]},
    {time_since: 最近下单日期, at_least: 90 days, if_missing: no_match}
  ]}
once_per: customer
actions: [
    {wait: 7 days},
    {add_tag: 高潜}, {create_task: {subject: "回访 {{ 客户名称 }}", to: owner, due: in 3 days}},
    {notify: {to: owner, text: 请跟进}}
  ]
"""
NESTED = """\
id: nested
name: 层层
module: 客户
trigger:
    every: day
    at: "01:00"
conditions:
    all:
    - field: 客户状态
      is: 正常
    - any:
        - {field: 客户层级, is: [
            A,
            B
          ]}
        - all:
            - time_since: 最近下单日期
              at_least: 90 days
            - field: 客户层级
              is:
              - B
              - C
    - none:
        - {field: 沉默状态, is: 已沉默}
once_per: customer
actions:
- wait: 7 days

- if: {field: 客户层级, is: A}
  then:
    - create_task:
        subject: "回访 {{ 客户名称 }}"
        to: owner
        text: |
          第一行
          # 不是注释

          第三行
    - wait: 3 days
    - if: {field: 客户层级, is: B}
      then:
      - add_tag: 高潜
      else:
      - remove_tag: 高潜
  else:
    - notify:
        to: owner
        text: '请跟进 # 也不是'
- choose:
    - if: {field: 客户层级, is: B}
      then:
        - add_tag: 低价值
    - if: {field: 客户层级, is: C}
      then:
        - stop: 不做
  otherwise:
    - wait: 1 day
- update_field:
    沉默状态: 即将沉默
    沉默唤醒次数: {add: 1}
"""
OF_ALL_WAYS = {"on-flow.yaml": FLOW, "nested.yaml": NESTED}


def commented(text: str, dice: random.Random, share: float = 0.6) -> str:
    """The text with comments that are there once, above what begins a line and behind what ends one."""
    page = Page(text)
    lines = page.lines[:-1] if page.lines[-1] == "" else page.lines
    begins = {one.line for one in page.entries}
    found, count = list[str](), 0
    for number, line in enumerate(lines):
        if number in page.bodies or not line.strip() or line.lstrip().startswith("#"):
            found.append(line)
            continue
        if number in begins and dice.random() < share / 4 and indent(line) == 0:
            count += 1
            found += [f"# 说明 {count}", ""]
        while (number in begins or "[" in lines[number - 1]) and dice.random() < share / 2:
            count += 1
            found.append(
                " " * indent(line) + f"# 上 {count}" + dice.choice(["", "：只看金卡", " - x", " [a"])
            )
        ends = number in page.ends or (number in begins and line.endswith(":"))
        if ends and not line.endswith(("|", ">")) and " #" not in line and dice.random() < share:
            count += 1
            found.append(line + dice.choice(["  ", " "]) + f"# 旁 {count}")
        else:
            found.append(line)
    return "".join(f"{one}\n" for one in found)
