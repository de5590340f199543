"""What is written down as lists comes back as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from engine.plain import from_plain, to_plain


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    name: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner
    many: tuple[Inner, ...]
    pair: tuple[str, Inner]
    names: frozenset[str]
    colour: Colour
    number: int
    is_so: bool
    maybe: Inner | None = None


@dataclass(frozen=True, slots=True)
class Unplain:
    anything: object


VALUE = Outer(
    Inner("甲", Decimal("1.50")),
    (Inner("乙"),),
    ("丙", Inner("丁", Decimal(0))),
    frozenset({"b", "a"}),
    Colour.RED,
    7,
    is_so=True,
)
PLAIN = [["甲", "1.50"], [["乙", None]], ["丙", ["丁", "0"]], ["a", "b"], "red", 7, True, None]


def test_a_dataclass_is_the_list_of_its_values() -> None:
    assert to_plain(VALUE) == PLAIN


def test_it_comes_back_as_it_was() -> None:
    found = from_plain(Outer, json.loads(json.dumps(PLAIN)))

    assert found == VALUE
    assert str(found.inner.amount) == "1.50"
    assert isinstance(found.colour, Colour)


@pytest.mark.parametrize("plain", [["甲"], ["甲", None, 1], ["甲", "many"], None, 3])
def test_lists_that_do_not_fit_are_refused(plain: Any) -> None:
    with pytest.raises((TypeError, ValueError, ArithmeticError)):
        from_plain(Inner, plain)


def test_what_no_list_can_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        to_plain(Unplain(object()))
    with pytest.raises(TypeError):
        from_plain(Unplain, ["text"])
