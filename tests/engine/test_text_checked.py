"""What a check learns from a text, and where it points when the text is wrong."""

from __future__ import annotations

import pytest

from engine.text import FILTERS, OUTPUT_LIMIT, parse_text
from tests.engine.text_row import mistake

# --- what a check learns ------------------------------------------------------------------------------------


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


# --- what is refused ----------------------------------------------------------------------------------------


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
