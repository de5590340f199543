from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jinja2 import TemplateError

from engine.text import (
    CONSTRUCTS,
    FILTERS,
    LIMITED,
    MISTAKES,
    OUTPUT_LIMIT,
    PERSONAL,
    STOPS,
    MissingValue,
    Slot,
    TextMistake,
    TextStopped,
    as_is,
    parse_text,
    render_text,
    text_writer,
    translate_text,
)


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
WAYS = pytest.mark.parametrize("way", [translate_text, render_text])


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


# What is written


WRITTEN = {
    "没有标记 { } % 的文字\n": "没有标记 { } % 的文字\n",
    "{{ owner.姓名 }} 7 天内未跟进 {{ 客户名称 }}。": "王芳 7 天内未跟进 甲<公司>。",
    "{{ to['90 天话术'] | trim }}！": "您好！",
    "{{ 年度成交额 }} / {{ 年度成交额 | round }} / {{ 年度成交额 | round(1) }}": "¥1,234.50 / 1235 / 1234.5",
    "{{ 客户层级 | lower }}{{ 'b' | upper }}{{ 3 }}{{ -1.50 }}": "aB3-1.5",
    "{{ 客户名称 | truncate(2) }}{{ 客户名称 | truncate(5) }}": "甲<…甲<公司>",
    "{{ 客户名称 | replace('公司', '集团') | replace('<', '') }}": "甲集团>",
    "{{ 沉默唤醒次数 | or('没有') }}": "0",
    "{{ 杂项 }}{{ 杂项 | or('x') }}{{ 杂项 | truncate(1) }}": "12121…",
    "{# 说明 #}您好": "您好",
    "{% if 客户层级 == 'A' %}甲{% elif 客户层级 in ['B', 'C'] %}乙{% else %}丙{% endif %}": "甲",
    "{% if 年度成交额 > 1000.5 and not 客户层级 == 'B' %}大{% endif %}": "大",
    "{% if 沉默唤醒次数 %}有{% endif %}{% if 维护 == true %}是{% endif %}": "有是",
    "{% if 1000 < 年度成交额 %}大{% endif %}{% if 年度成交额 == 1234.5 %}等{% endif %}": "大等",
    "一\n  {% if 维护 %}\n二\n  {% endif %}\n三\n": "一\n二\n三\n",
    "{{ 'VIP' if 客户层级 == 'A' else 客户层级 }}": "VIP",
    "{% if 客户层级 is defined %}有{% endif %}": "有",
    "\r\n{{ 标签 }}\r\n": "\n高潜、低价值\n",
    "{% for 单 in 订单 %}{{ 单.品类 | or('未知') }} {{ 单.金额 | or('—') }}；{% endfor %}": (
        "维修 ¥123.45；未知 ¥67.00；配件 <A> —；"
    ),
    "{% for 单 in 订单 | newest(1) %}{{ 单.负责人.姓名 }}{% else %}没有{% endfor %}": "王芳",
    "{% for 单 in 订单 | newest(2) %}{{ loop.index }}{{ '.' if loop.last else '、' }}{% endfor %}": "1、2.",
    "{% for 单 in 订单 | newest(2) %}{% if not loop.first %}、{% endif %}{{ 单.金额 | round }}{% endfor %}": (
        "123、67"
    ),
    "{% for a in 订单 %}{% if a.金额 > 99 %}大{% elif a.金额 %}小{% else %}无{% endif %}{% endfor %}": (
        "大小无"
    ),
    "{% for 单 in 订单 | newest(2) %}{{ 客户名称 }}{{ loop.index | round(1) }}{% endfor %}": (
        "甲<公司>1.0甲<公司>2.0"
    ),
    "{% for 客户名称 in 订单 | newest(1) %}{{ 客户名称.品类 }}{% endfor %}{{ 客户名称 }}": "维修甲<公司>",
    "{% for 单 in 订单 %}\n- {{ 单.品类 | or('') }}\n{% endfor %}\n完": "- 维修\n- \n- 配件 <A>\n完",
    "{% for 单 in 订单 %}{{ '有' if 单.金额 is defined else '无' }}{% endfor %}": "有有无",
    '一\n{% include "问候" %}\n二': "一\n王芳向您问好\n二",
    "{% if 维护 %}{% include '订单列表' %}{% endif %}|": "维修;-;配件 <A>;|",
    "{{ 客户名称 }}{{ personal }}。": "甲<公司>。",
}


@pytest.mark.parametrize("way", [text_writer, render_text])
@pytest.mark.parametrize("source", WRITTEN)
def test_text_is_written(way, source):
    write = way(parse_text(source, PARTIALS), SLOTS)

    assert write(row()) == WRITTEN[source]


EMPTY = {
    "{{ 客户名称 | or('您好') }}": "您好",
    "{{ 客户名称 | upper | or(客户层级) | lower }}": "a",
    "{{ 客户名称 | or(7) }}{{ 客户名称 | or('') }}": "7",
    "{{ 年度成交额 | round(2) | or('未知') }}": "未知",
    "{% if 客户名称 %}有{% else %}无{% endif %}": "无",
    "{% if not 客户名称 %}无{% endif %}": "无",
    "{% if 年度成交额 < 5 %}小{% elif not 年度成交额 < 5 %}大{% else %}未知{% endif %}": "未知",
    "{% if not (客户名称 == 'x' or 客户层级 == 'B') %}不是{% else %}未知{% endif %}": "未知",
    "{% if 客户名称 not in ['x'] %}不是{% else %}未知{% endif %}": "未知",
}


@WAYS
@pytest.mark.parametrize("nothing", [None, " "])
@pytest.mark.parametrize("source", EMPTY)
def test_missing_values_are_unknown_and_or_stands_in(way, source, nothing):
    write = way(parse_text(source), SLOTS)

    assert write(row(客户名称=nothing, 年度成交额=None)) == EMPTY[source]


@WAYS
@pytest.mark.parametrize(
    "source, path",
    [
        ("{{ 客户层级 }}{{ 客户名称 }}{{ owner.姓名 }}", ("客户名称",)),
        ("{{ owner.姓名 | trim }}{{ 客户名称 }}", ("owner", "姓名")),
        ("{{ 客户名称 | or(owner.姓名) }}", ("owner", "姓名")),
        ("{% if 客户层级 == 'B' %}{{ 客户名称 }}{% else %}{{ owner.姓名 }}{% endif %}", ("owner", "姓名")),
        ("{% if not 客户名称 %}{% if 维护 %}{{ 客户名称 | upper }}{% endif %}{% endif %}", ("客户名称",)),
        ("{% for 单 in 订单 %}{{ 单.品类 }}{% endfor %}", ("订单", "", "品类")),
        ("{% for 单 in 订单 | newest(1) %}{{ 单.品类 }}{{ 客户名称 }}{% endfor %}", ("客户名称",)),
        (
            "{% for 单 in 订单 %}{{ 单.品类 | or(单.负责人.姓名) }}{{ 单.金额 }}{% endfor %}",
            ("订单", "", "金额"),
        ),
    ],
)
def test_missing_value_names_its_path(way, source, path):
    write = way(parse_text(source), SLOTS)

    with pytest.raises(MissingValue) as caught:
        write(row(客户名称=None, 姓名=None))

    assert caught.value.path == path


@WAYS
@pytest.mark.parametrize("kept", [None, "[]"])
def test_no_related_records_are_the_else_of_a_for(way, kept):
    source = "{% for 单 in 订单 %}{{ 单.品类 }}{% else %}{{ 客户名称 }}没有订单{% endfor %}"

    assert way(parse_text(source), SLOTS)(row(订单=kept)) == "甲<公司>没有订单"


@WAYS
def test_a_for_shows_20_rows_or_as_many_as_it_says(way):
    many = json.dumps([[100 * number, "x", None] for number in range(1, 121)])

    assert way(parse_text("{% for 单 in 订单 %}{{ 单.品类 }}{% endfor %}"), SLOTS)(row(订单=many)) == "x" * 20
    both = "{% for a in 订单 | newest(99) %}x{% endfor %}{% for a in 订单 | newest(2) %}y{% endfor %}"
    assert way(parse_text(both), SLOTS)(row(订单=many)) == "x" * 99 + "yy"


@WAYS
def test_what_a_step_says_stands_in_its_place(way):
    partials = {PERSONAL: "{{ 客户层级 }} 类客户 {{ 客户名称 }}", "问候": "您好"}
    write = way(parse_text("{% if 维护 %}【{{ personal }}】{% endif %}{% include '问候' %}", partials), SLOTS)

    assert write(row()) == "【A 类客户 甲<公司>】您好"


@WAYS
def test_html_escapes_values_of_rows_but_not_partials(way):
    partials = {"线": "<hr>{{ 客户名称 }}"}
    source = "{% for 单 in 订单 %}<li>{{ 单.品类 | or('&') }}</li>{% endfor %}{% include '线' %}"

    write = way(parse_text(source, partials), SLOTS, html=True)

    expected = "<li>维修</li><li>&amp;</li><li>配件 &lt;A&gt;</li><hr>甲&lt;公司&gt;"
    assert write(row()) == expected


@WAYS
@pytest.mark.parametrize(
    "source",
    [
        "{% for 单 in 订单 %}" + "长" * 10_000 + "{% endfor %}",
        "{% for 单 in 订单 %}" + "{{ 备注 }}" * 900 + "{% endfor %}",
        "{% for 单 in 订单 %}{{ 单.品类 | replace('x', '一二三四五六七八九十') }}{% endfor %}",
    ],
)
def test_many_long_rows_stop_the_text_early(way, source):
    slots = SLOTS | {("备注",): Slot(0)}
    many = json.dumps([[1, "x" * 9_000, None]] * 20)
    write = way(parse_text(source), slots)

    with pytest.raises(TextStopped) as caught:
        write(row(客户名称="长" * 100_000, 订单=many))

    assert caught.value.reason == "too_long"


def test_partials_are_checked_where_they_stand():
    partials = {"问候": "您好，\n{{ 客户名称 | uper }}", "里": "{% include '问候' %}", "人": "{{ personal }}"}

    with pytest.raises(TextMistake) as caught:
        parse_text("一二三{% include '问候' %}", partials)
    found = caught.value
    assert (found.kind, found.line, found.column, found.partial) == ("unknown_filter", 2, 11, "问候")

    for name, construct in (("里", "include_in_partial"), ("人", "personal_in_partial")):
        with pytest.raises(TextMistake) as caught:
            parse_text(f"{{% include '{name}' %}}", partials)
        assert (caught.value.facts["construct"], caught.value.partial) == (construct, name)


def test_unknown_partial_has_a_nearest():
    with pytest.raises(TextMistake) as caught:
        parse_text("好{% include '问侯' %}", {"问候": "", "落款": "", PERSONAL: ""})

    assert_is_documented(caught.value)
    assert (caught.value.kind, caught.value.line, caught.value.column) == ("unknown_partial", 1, 13)
    assert caught.value.facts == {"name": "问侯", "nearest": "问候", "known": "问候, 落款"}


@pytest.mark.parametrize(
    "source, what",
    [
        ("{% for a in b %}x{% endfor %}" * 6, "loops"),
        ("{% include '表' %}" * 6, "loops"),
        ("{% include '长' %}" * 3, "characters"),
        ("字" * 200_000, "characters"),
        ("{% for a in b %}" * 3_000, "depth"),
    ],
)
def test_texts_that_would_take_too_much(source, what):
    with pytest.raises(TextMistake) as caught:
        parse_text(source, {"长": "字" * 40_000, "表": "{% for a in b %}x{% endfor %}"})

    assert caught.value.facts.get("what") == what


def test_a_partial_with_a_for_cannot_stand_in_a_for():
    with pytest.raises(TextMistake) as caught:
        parse_text("{% for 单 in 订单 %}{% include '订单列表' %}{% endfor %}", PARTIALS)

    assert (caught.value.facts["construct"], caught.value.partial) == ("nested_for", "")


def test_references_tell_what_is_done_with_them():
    source = (
        "{% for 单 in 订单 | newest(3) %}{{ 单.金额 | round }}{% if 单.品类 == '维修' %}{% endif %}"
        "{% endfor %}{% for 单 in 订单 %}{{ 单.品类 }}{% endfor %}{% include '问候' %}"
    )

    found = {one.path: one for one in parse_text(source, PARTIALS).references}

    assert found["订单", ""].at_most == 20
    assert found["订单", "", "金额"].rounded
    assert found["订单", "", "品类"].compared == ("维修",)
    assert not found["订单", "", "品类"].guarded
    assert (found["owner", "姓名"].partial, found["owner", "姓名"].column) == ("问候", 4)


@WAYS
@pytest.mark.parametrize(
    "source, reason",
    [
        ("{{ 客户名称 | round }}", "not_a_number"),
        ("{{ 维护 | round }}", "not_a_number"),
        ("{% if 客户名称 > 5 %}x{% endif %}", "not_comparable"),
        ("{{ 客户名称 }}{{ 客户名称 }}", "too_long"),
        ("{{ 客户名称 | replace('a', 'aaa') | truncate(3) }}", "too_long"),
    ],
)
def test_unsuitable_values_stop_the_text(way, source, reason):
    write = way(parse_text(source), SLOTS)

    with pytest.raises(TextStopped) as caught:
        write(row(客户名称="a" * (OUTPUT_LIMIT - 1)))

    assert caught.value.reason == reason
    assert set(caught.value.facts) == set(STOPS[reason])


@WAYS
def test_html_escapes_values_but_not_the_source(way):
    parsed = parse_text(
        "<b>{{ 客户名称 }}</b>{{ '<' }}{{ to['90 天话术'] | or('\"') }}{{ 客户层级 | or('x') }}"
    )

    text = way(parsed, SLOTS, html=True)(row(**{"90 天话术": None, "客户层级": "'"}))

    assert text == "<b>甲&lt;公司&gt;</b>&lt;&#34;&#39;"


@WAYS
def test_path_without_slot_is_a_key_error(way):
    with pytest.raises(KeyError):
        way(parse_text("{{ 不存在 }}"), SLOTS)


@WAYS
def test_names_that_python_would_confuse_stay_apart(way):
    parsed = parse_text("{{ Ａ }}{{ A }}")

    assert way(parsed, {("Ａ",): Slot(0), ("A",): Slot(1)})(("宽", "窄")) == "宽窄"


@WAYS
def test_error_in_show_is_not_swallowed(way):
    write = way(parse_text("{{ a }}"), {("a",): Slot(0, lambda value: 1 / value)})

    with pytest.raises(ZeroDivisionError):
        write((0,))


def test_writer_translates_plain_texts_and_renders_others():
    plain, other = parse_text("{{ 客户名称 }}"), parse_text("{{ 客户名称 if 维护 else '' }}")

    assert (plain.is_plain, other.is_plain) == (True, False)
    assert text_writer(plain, SLOTS)(row()) == text_writer(other, SLOTS)(row()) == "甲<公司>"
    with pytest.raises(ValueError, match="plain"):
        translate_text(other, SLOTS)


def test_import_does_not_bring_jinja2_in():
    code = "import sys, engine.text as t; t.parse_text('您好'); assert 'jinja2' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


# What a check learns


def references(source: str) -> dict[str, tuple[int, int, bool]]:
    found = parse_text(source).references
    return {".".join(each.path): (each.line, each.column, each.guarded) for each in found}


def test_references_have_places():
    source = "您好 {{ 客户名称 }}\n{%- if owner.姓名 %}\n  {{ 标签 |\n or(to['90 天话术']) }}{% endif %}"

    assert references(source) == {
        "客户名称": (1, 7, False),
        "owner.姓名": (2, 8, True),
        "标签": (3, 6, True),
        "to.90 天话术": (4, 5, False),
    }


@pytest.mark.parametrize(
    "source, guarded",
    [
        ("{{ a }}", False),
        ("{{ a | or('x') }}", True),
        ("{{ a | upper | or('x') | trim }}", True),
        ("{{ a | or('x') }}{{ a }}", False),
        ("{% if a == 'x' %}{% endif %}", True),
        ("{% if a %}{{ a }}{% endif %}", True),
        ("{% if a %}{% else %}{{ a }}{% endif %}", False),
        ("{% if not a %}{% else %}{{ a }}{% endif %}", True),
        ("{% if not a %}{% elif b %}{{ a }}{% endif %}", True),
        ("{% if a > 5 and b %}{{ a }}{% endif %}", True),
        ("{% if a > 5 or b %}{{ a }}{% endif %}", False),
        ("{% if a > 5 %}{% else %}{{ a }}{% endif %}", False),
        ("{% if not a or b %}{% else %}{{ a }}{% endif %}", True),
        ("{% if not a and b %}{% else %}{{ a }}{% endif %}", False),
        ("{{ a if a else 'x' }}", True),
    ],
)
def test_guarded_means_a_missing_value_does_no_harm(source, guarded):
    assert references(source)["a"][2] is guarded


def test_source_is_composed_first():
    parsed = parse_text("{{ cafe\u0301 }}")

    assert parsed.references[0].path == ("caf\u00e9",)


def test_constants():
    assert parse_text("100 % {您好}").is_constant
    assert parse_text("{# 说明 #}您好").is_constant
    assert not parse_text("{{ 客户名称 }}").is_constant


def test_every_filter_is_described_in_one_line():
    for entry in FILTERS.values():
        assert entry.usage.startswith(entry.name)
        assert entry.description.endswith(".")
        assert "\n" not in entry.description


# What is refused


@pytest.mark.parametrize(
    "source, kind, line, column",
    [
        ("一\n{{ a", "syntax", 2, 4),
        ("{{ 客户名称｜or('x') }}", "syntax", 1, 8),
        ("{{ 90天 }}", "syntax", 1, 6),
        ("{{ a b }}", "syntax", 1, 6),
        ("{{ }}", "syntax", 1, 4),
        ("{% if a %}一", "syntax", 1, 4),
        ("{% endif %}", "syntax", 1, 4),
        ("一 {#", "syntax", 1, 3),
        ("{# 一", "syntax", 1, 1),
        (f"{{{{ {'9' * 5000} }}}}", "syntax", 1, 1),
        ("{% 如果 a %}", "unknown_tag", 1, 4),
        ("{{ a\n | uper }}", "unknown_filter", 2, 4),
        ("{{ a | truncate }}", "bad_argument", 1, 8),
        ("{{ a | truncate(0) }}", "bad_argument", 1, 8),
        ("{{ a | truncate(b) }}", "bad_argument", 1, 8),
        ("{{ a | truncate(n=3) }}", "bad_argument", 1, 8),
        ("{{ a | upper(1) }}", "bad_argument", 1, 8),
        ("{{ a | replace('', 'x') }}", "bad_argument", 1, 8),
        ("{{ a | round(1.5) }}", "bad_argument", 1, 8),
        ("{{ '1' | round }}", "bad_argument", 1, 10),
        ("{% if a %}{% if a %}{% if a %}", "syntax", 1, 4),
        ("{% if a %}{% if a %}{% if a %}{% endif %}{% endif %}{% endif %}", "too_much", 1, 4),
        ("{{ a" + " | upper" * 11 + " }}", "too_much", 1, 6),
        ("{% if a" + " and a" * 500 + " %}{% endif %}", "too_much", 1, 9),
        ("{{ " + "(" * 3000 + "a" + ")" * 3000 + " }}", "too_much", 1, 1),
        ("x" * (OUTPUT_LIMIT + 1), "too_much", 1, 1),
    ],
)
def test_mistakes_point_at_their_place(source, kind, line, column):
    found = mistake(source)

    assert (found.kind, found.line, found.column) == (kind, line, column)


@pytest.mark.parametrize(
    "source, construct",
    [
        ("{% set x = 1 %}", "set"),
        ("{% for a, b in 订单 %}{% endfor %}", "for"),
        ("{% for a in 订单 recursive %}{% endfor %}", "for"),
        ("{% for a in 订单 if a.金额 %}{% endfor %}", "for_with_if"),
        ("{% for a in 订单 %}{% for b in 订单 %}{% endfor %}{% endfor %}", "nested_for"),
        (
            "{% for a in b %}{% else %}{% for b in c %}{% for d in e %}{% endfor %}" + 2 * "{% endfor %}",
            "nested_for",
        ),
        ("{% for a in 订单[:3] %}{% endfor %}", "for_over"),
        ("{% for a in 客户.订单 %}{% endfor %}", "for_over"),
        ("{% for a in 订单 | upper %}{% endfor %}", "for_over"),
        ("{% for a in 订单 | newest(2) | newest(1) %}{% endfor %}", "for_over"),
        ("{% for a in ['x', 'y'] %}{% endfor %}", "for_over"),
        ("{% for loop in 订单 %}{% endfor %}", "loop_name"),
        ("{% for _a in 订单 %}{% endfor %}", "private_name"),
        ("{% for a in _x %}{% endfor %}", "private_name"),
        ("{% for a in 订单 %}{{ a }}{% endfor %}", "whole_row"),
        ("{% for a in 订单 %}{% if a %}{% endif %}{% endfor %}", "whole_row"),
        ("{% for a in 订单 %}{{ loop.length }}{% endfor %}", "loop_word"),
        ("{% for a in 订单 %}{{ loop }}{% endfor %}", "loop_word"),
        ("{% for a in 订单 %}{{ loop.last }}{% endfor %}", "yes_no_output"),
        ("{% for a in 订单 %}{{ a.__class__ }}{% endfor %}", "private_name"),
        ("{{ 订单 | newest(3) }}", "newest_outside_for"),
        ("{% if personal %}{% endif %}", "personal"),
        ("{{ personal | upper }}", "personal"),
        ("{% macro f() %}{% endmacro %}", "macro"),
        ("{% include x %}", "include"),
        ("{% include ['x'] %}", "include"),
        ("{% include 'x' ignore missing %}", "include"),
        ("{% include 'x' without context %}", "include"),
        ("{% import 'x' as x %}", "import"),
        ("{% extends 'x' %}", "extends"),
        ("{% block x %}{% endblock %}", "block"),
        ("{% with a = 1 %}{% endwith %}", "with"),
        ("{% filter upper %}{% endfilter %}", "filter_block"),
        ("{% autoescape false %}{{ a }}{% endautoescape %}", "autoescape"),
        ("{% call a() %}{% endcall %}", "call"),
        ("{{ a.b() }}", "call"),
        ("{{ a.b().c }}", "call"),
        ("{{ a[b] }}", "subscript"),
        ("{{ a[0] }}", "subscript"),
        ("{{ a.0 }}", "subscript"),
        ("{{ a['x':'y'] }}", "subscript"),
        ("{{ a.__class__ }}", "private_name"),
        ("{{ a['_x'].b }}", "private_name"),
        ("{{ a['\\x5fx'] }}", "private_name"),
        ("{{ _a }}", "private_name"),
        ("{{ a + 'x' }}", "arithmetic"),
        ("{{ -a }}", "arithmetic"),
        ("{{ a ~ 'x' }}", "join"),
        ("{{ a or 'x' }}", "logic_in_output"),
        ("{{ a == 'x' }}", "logic_in_output"),
        ("{{ a is defined }}", "logic_in_output"),
        ("{{ [a] }}", "list"),
        ("{{ a, b }}", "list"),
        ("{{ true }}", "yes_no_output"),
        ("{{ none }}", "none"),
        ("{{ '\\ud800' }}", "half_character"),
        ("{{ 1e999 }}", "endless_number"),
        ("{{ 0x" + "f" * 9000 + " }}", "endless_number"),
        ("{{ a | or(b | upper) }}", "nested_filter"),
        ("{{ a | or('x') | round }}", "round_not_first"),
        ("{{ 'x' if a }}", "choice_without_else"),
        ("{{ ('x' if a else 'y') | upper }}", "nested_choice"),
        ("{% if a | upper == 'X' %}{% endif %}", "nested_filter"),
        ("{% if a is none %}{% endif %}", "test"),
        ("{% if 1 < a < 5 %}{% endif %}", "chained_comparison"),
        ("{% if a == '' %}{% endif %}", "compare_with_blank"),
        ("{% if 1 == 1 %}{% endif %}", "constant_test"),
        ("{% if true %}{% endif %}", "constant_test"),
        ("{% if a in b %}{% endif %}", "in_without_list"),
    ],
)
def test_forbidden_constructs(source, construct):
    found = mistake(source)

    assert (found.kind, found.facts["construct"]) == ("forbidden", construct)


def test_suggestions():
    assert mistake("{{ a | default('x') }}").facts["nearest"] == "or"
    assert mistake("{{ a | uper }}").facts["nearest"] == "upper"
    assert mistake("{{ a ｜ upper }}").facts["nearest"] == "|"
    assert mistake("{% elseif a %}").facts["nearest"] == "elif"


# The probes of LIBRARIES, section 5, and their kin.
HOSTILE = [
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "{{ 'x' * 10**9 }}",
    "{{ 'a' | center(10**9) }}",
    "{{ '%0999999999d' | format(1) }}",
    "{{ '%0999999999d' % 1 }}",
    "{{ '{:>1000000000}'.format('a') }}",
    "{{ '{0.__class__}'.format(a) }}",
    "{% set n = namespace(x='x') %}{% for i in '12345' %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{{ lipsum(n=20000) }}",
    "{{ record.delete() }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ a['__class__'] }}",
    "{{ a | attr('__class__') }}",
    "{{ a | map(attribute='__class__') | list }}",
    "{{ self.__init__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ ().__class__ }}",
    "{{ a | tojson }}",
    "{{ a | safe }}",
    "{{ a | xmlattr }}",
    "{{ joiner() }}",
    "{{ dict(a=1) }}",
    "{{ caller() }}",
    "{{ a | or(b()) }}",
    "{{ 2 ** 99999999 }}",
    "{% do a.clear() %}",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_check_refuses_hostile_texts(source):
    mistake(source)


class Record(dict[str, Any]):
    def delete(self) -> str:
        raise AssertionError("called")


@pytest.mark.parametrize("source", HOSTILE)
def test_sandbox_alone_stops_hostile_texts(source):
    from engine.text.sandbox import Sandbox

    with pytest.raises((TemplateError, TypeError, AttributeError)):
        Sandbox(html=False).from_string(source).render(record=Record(), a={"b": "x"}, b="y")


def test_sandbox_gives_items_never_attributes():
    from engine.text.sandbox import Sandbox

    environment = Sandbox(html=False)

    assert environment.from_string("{{ d.items }}").render(d={"items": "三件"}) == "三件"
    with pytest.raises(TemplateError):
        environment.from_string("{{ d.keys }}").render(d={"items": "三件"})


WORDS = (
    "{{", "}}", "{%", "%}", "{#", "#}", "if", "elif", "else", "endif", "for", "客户", "a", ".", "[", "]",
    "(", ")", "|", "or", "upper", "round", "'x'", '"', "1", "1.5", "-", "+", "*", "not", "and", "in", "is",
    "==", "<", ",", ":", "_a", "true", "none", "\n", "｜", "endfor", "{% for a in 客户 %}", "newest", "loop",
    "include", "'问候'", "personal",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=9),
    st.sampled_from(["{}", "{{{{ {} }}}}", "{{% if {} %}}{{% endif %}}"]),
)
def test_any_source_is_a_text_or_a_mistake(words, frame):
    source = frame.format(" ".join(words))

    try:
        parsed = parse_text(source)
    except TextMistake as found:
        assert_is_documented(found)
        place = (found.line, found.column)
    else:
        place = (1, 1)
        render_text(parsed, {reference.path: Slot(0) for reference in parsed.references})

    assert (1, 1) <= place <= (source.count("\n") + 1, len(source) + 1)


# The translation is held to Jinja2


PATHS = [
    "客户名称",
    "客户层级",
    "年度成交额",
    "沉默唤醒次数",
    "维护",
    "标签",
    "杂项",
    "owner.姓名",
    "to['90 天话术']",
]
ROW_PATHS = ["单.金额", "单.品类", "单.负责人.姓名", "单.金额", "单.品类", "loop.index"]
paths = st.sampled_from(PATHS)
row_paths = st.sampled_from([*PATHS[:3], *ROW_PATHS])
row_paths_outside = st.sampled_from(PATHS[:3])
constants = st.sampled_from(["'A'", "'您 好'", "'<&>'", "0", "12", "-1.5", "1234.50", "100000"])
blank_constants = st.sampled_from(["''", "' '"])
fillings = st.text(alphabet="中a <>&\"'\n\\%}#", max_size=8)
comparisons = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def text_filters(names: Any) -> Any:
    return st.one_of(
        st.sampled_from(["upper", "lower", "trim", "truncate(2)", "replace('a', 'bb')", "replace('1', '')"]),
        st.builds("or({})".format, st.one_of(names, constants, blank_constants)),
    )


@st.composite
def outputs(draw: Any, names: Any) -> str:
    base = draw(st.one_of(names, names, constants))
    filters = draw(st.lists(text_filters(names), max_size=3))
    if not base.startswith("'") and draw(st.booleans()):
        filters.insert(0, draw(st.sampled_from(["round", "round(2)"])))
    return "{{ " + " | ".join([base, *filters]) + " }}"


def questions(names: Any) -> Any:
    return st.recursive(
        st.one_of(
            names,
            st.builds("{} {} {}".format, names, comparisons, st.one_of(names, constants)),
            st.builds("{} {} {}".format, constants, comparisons, names),
            st.builds("{} in ['A', {}]".format, names, constants),
            st.builds("{} not in [{}, 0]".format, names, constants),
        ),
        lambda inner: st.one_of(
            st.builds("not ({})".format, inner),
            st.builds("({}) and ({})".format, inner, inner),
            st.builds("({}) or ({})".format, inner, inner),
        ),
        max_leaves=4,
    )


@st.composite
def texts(draw: Any, depth: int = 0, names: Any = paths) -> str:
    parts = [fillings, outputs(names), *([branches(depth + 1, names)] if depth < 2 else [])]
    if names is paths:
        parts += [loops(depth), st.sampled_from(["{{ personal }}", "{% include '问候' %}\n"])]
    return "".join(draw(st.lists(st.one_of(parts), max_size=4)))


@st.composite
def branches(draw: Any, depth: int, names: Any) -> str:
    sign = st.sampled_from(["", "", "-"])
    words = ["if", *["elif"] * draw(st.integers(0, 2))]
    cases = [
        f"{{%{draw(sign)} {word} {draw(questions(names))} %}}{draw(texts(depth, names))}" for word in words
    ]
    otherwise = "{% else %}" + draw(texts(depth, names)) if draw(st.booleans()) else ""
    return "".join(cases) + otherwise + f"{{% endif {draw(sign)}%}}"


@st.composite
def loops(draw: Any, depth: int) -> str:
    newest = draw(st.sampled_from(["", "", " | newest(1)", " | newest(2)"]))
    marks = ["{% if loop.first %}^{% endif %}", "{% if not loop.last %},{% endif %}"]
    mark = draw(st.sampled_from(["", "", *(marks if depth < 2 else ())]))
    otherwise = "{% else %}" + draw(texts(2, row_paths_outside)) if draw(st.booleans()) else ""
    body = draw(texts(depth, row_paths))
    return f"{{% for 单 in 订单{newest} %}}{mark}{body}{otherwise}{{% endfor %}}"


words = st.one_of(st.none(), st.sampled_from(["", " ", "A", "您 好", "<&>'\"", "a1a", "\u3000x\n"]))
amounts = st.one_of(st.none(), st.decimals(-2000, 200000, places=3), st.just(Decimal("1234.50")))
rows = st.tuples(
    words,
    words,
    amounts,
    st.one_of(st.none(), st.integers(-2, 13)),
    st.one_of(st.none(), st.booleans()),
    st.one_of(st.none(), st.lists(st.sampled_from(["高潜", "A"]), max_size=2)),
    st.one_of(words, st.integers(0, 12), st.just(Decimal("NaN"))),
    words,
    words,
    st.one_of(
        st.none(),
        st.lists(st.tuples(st.one_of(st.none(), st.integers(-9, 20000)), words, words), max_size=3).map(
            json.dumps
        ),
    ),
)


def outcome(write: Any, values: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "written", write(values)
    except MissingValue as missing:
        return "missing", missing.path
    except TextStopped as stopped:
        return "stopped", stopped.reason


@settings(max_examples=150, deadline=None)
@given(
    source=texts(),
    personal=texts(2, row_paths_outside),
    many=st.lists(rows, min_size=1, max_size=6),
    html=st.booleans(),
)
def test_translation_and_sandbox_agree(source, personal, many, html):
    partials = {"问候": "{% if 客户名称 %}{{ 客户名称 }}{% endif %}\n好\n", PERSONAL: personal}
    try:
        parsed = parse_text(source, partials)
    except TextMistake as found:
        assume(found.facts.get("what") != "loops")
        raise
    assert parsed.is_plain
    translated = translate_text(parsed, SLOTS, html=html)
    rendered = render_text(parsed, SLOTS, html=html)
    unguarded = {reference.path for reference in parsed.references if not reference.guarded}

    for values in many:
        result = outcome(translated, values)

        assert result == outcome(rendered, values)
        assert result[0] != "missing" or result[1] in unguarded
