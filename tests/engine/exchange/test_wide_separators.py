"""A header whose columns are parted by signs of a Chinese keyboard is told as what it is."""

from __future__ import annotations

import pytest

from engine.exchange import SheetUnusable
from engine.texts import LANGUAGES, Texts
from tests.engine.exchange.firms import FIRMS


@pytest.mark.parametrize(
    "content, sign",
    [
        ("编号，客户名称，客户层级\nC1，鹤湾样例，A\n", "，"),
        ("编号，客户名称，客户层级\nC1,鹤湾样例,A\n", "，"),
        ("客户名称,编号，客户层级\n鹤湾样例,C1,A\n", "，"),
        ("编号；客户名称\nC1；鹤湾样例\n", "；"),
        ("编号、客户名称\nC1、鹤湾样例\n", "、"),
    ],
)
def test_a_full_width_sign_between_the_columns_is_told(session, load, content: str, sign: str) -> None:
    with pytest.raises(SheetUnusable) as caught:
        load(content)

    facts = caught.value.facts
    assert (caught.value.code, facts["kind"], facts["sign"]) == ("W302", "wide", sign)
    for language in LANGUAGES:
        texts = Texts.of(language)
        assert sign in texts.message("W302", facts)
        assert sign in texts.hint("W302", facts)
    assert session.count(FIRMS) == 0


def test_a_sign_within_a_title_is_no_separator(session, load) -> None:
    with pytest.raises(SheetUnusable) as caught:
        load("客户名称，简称,客户层级\n鹤湾样例,A\n")

    assert (caught.value.code, "kind" in caught.value.facts) == ("W302", False)
