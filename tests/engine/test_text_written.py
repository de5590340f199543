"""What a text writes: values, what is missing, rows of a for, partials, and where it stops."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.text import (
    OUTPUT_LIMIT,
    PERSONAL,
    STOPS,
    MissingValue,
    Slot,
    TextMistake,
    TextStopped,
    parse_text,
    text_writer,
)
from tests.engine.text_row import PARTIALS, SLOTS, WAYS, assert_is_documented, row
from tests.reference.sandboxed.render import render_text

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


def test_import_does_not_bring_jinja2_in():
    code = "import sys, engine.text as t; t.parse_text('您好'); assert 'jinja2' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
