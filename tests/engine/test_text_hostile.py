"""Texts that try to break out, and any text at all: refused, or harmless."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import TemplateError

from engine.text import Slot, TextMistake, parse_text
from tests.engine.text_row import assert_is_documented, mistake
from tests.reference.sandboxed.render import render_text

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
    from tests.reference.sandboxed.sandbox import Sandbox

    with pytest.raises((TemplateError, TypeError, AttributeError)):
        Sandbox(html=False).from_string(source).render(record=Record(), a={"b": "x"}, b="y")


def test_sandbox_gives_items_never_attributes():
    from tests.reference.sandboxed.sandbox import Sandbox

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
