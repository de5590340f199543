"""The translation of a text is held to Jinja2."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.text import (
    PERSONAL,
    MissingValue,
    TextMistake,
    TextStopped,
    parse_text,
    text_writer,
)
from tests.engine.text_row import SLOTS
from tests.reference.sandboxed.render import render_text

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
def chains(draw: Any, names: Any) -> str:
    base = draw(st.one_of(names, names, constants))
    filters = draw(st.lists(text_filters(names), max_size=3))
    if not base.startswith("'") and draw(st.booleans()):
        filters.insert(0, draw(st.sampled_from(["round", "round(2)"])))
    return " | ".join([base, *filters])


@st.composite
def outputs(draw: Any, names: Any) -> str:
    shown = draw(chains(names))
    if draw(st.booleans()):
        shown = f"{shown} if {draw(questions(names))} else {draw(chains(names))}"
    return f"{{{{ {shown} }}}}"


def questions(names: Any) -> Any:
    return st.recursive(
        st.one_of(
            names,
            st.builds("{} is {}defined".format, names, st.sampled_from(["", "not "])),
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
    translated = text_writer(parsed, SLOTS, html=html)
    rendered = render_text(parsed, SLOTS, html=html)
    unguarded = {reference.path for reference in parsed.references if not reference.guarded}

    for values in many:
        result = outcome(translated, values)

        assert result == outcome(rendered, values)
        assert result[0] != "missing" or result[1] in unguarded
