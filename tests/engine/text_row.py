"""Fields, a row and partials for texts to be tried on, and a mistake to be caught."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from engine.text import (
    CONSTRUCTS,
    LIMITED,
    MISTAKES,
    Slot,
    TextMistake,
    as_is,
    parse_text,
    text_writer,
)
from tests.reference.sandboxed.render import render_text


def show_money(value: Decimal) -> str:
    return f"¥{value:,.2f}"


FIELDS: dict[tuple[str, ...], tuple[Any, ...]] = {
    ("客户名称",): (),
    ("客户层级",): (str, str),
    ("年度成交额",): (show_money, lambda value: value),
    ("沉默唤醒次数",): (str, int),
    ("维护",): (lambda value: "是" if value else "否", bool),
    ("标签",): ("、".join, tuple),
    ("杂项",): (),  # a loosely typed column: 12 where a text is expected
    ("owner", "姓名"): (),
    ("to", "90 天话术"): (str, str),
    ("订单", ""): (as_is, json.loads),
}
IN_A_ROW: dict[tuple[str, ...], tuple[Any, ...]] = {
    ("订单", "", "金额"): (lambda raw: f"¥{raw / 100:,.2f}", lambda raw: Decimal(raw) / 100),
    ("订单", "", "品类"): (),
    ("订单", "", "负责人", "姓名"): (),
}
SLOTS = {
    path: Slot(number, *ways)
    for fields in (FIELDS, IN_A_ROW)
    for number, (path, ways) in enumerate(fields.items())
}
ORDERS = [[12345, "维修", "王芳"], [6700, None, "李 强"], [None, "配件 <A>", None]]
ROW = {
    "客户名称": "甲<公司>",
    "客户层级": "A",
    "年度成交额": Decimal("1234.50"),
    "沉默唤醒次数": 0,
    "维护": True,
    "标签": ["高潜", "低价值"],
    "杂项": 12,
    "姓名": "王芳",
    "90 天话术": "您好 ",
    "订单": json.dumps(ORDERS),
}
PARTIALS = {
    "问候": "{{ owner.姓名 | or('我们') }}向您问好\n",
    "订单列表": "{% for 一 in 订单 %}{{ 一.品类 | or('-') }};{% endfor %}",
}
WAYS = pytest.mark.parametrize("way", [text_writer, render_text])


def row(**changed: Any) -> tuple[Any, ...]:
    return tuple((ROW | changed)["".join(path[-1:]) or path[0]] for path in FIELDS)


def mistake(source: str) -> TextMistake:
    with pytest.raises(TextMistake) as caught:
        parse_text(source)
    assert_is_documented(caught.value)
    return caught.value


def assert_is_documented(found: TextMistake) -> None:
    assert set(found.facts) == set(MISTAKES[found.kind])
    assert found.facts.get("construct", "set") in CONSTRUCTS
    assert found.facts.get("what", "depth") in LIMITED
