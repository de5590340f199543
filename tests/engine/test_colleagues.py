"""Colleagues, by hand: who is present, who bears a name, and what is known of them; and tags taken off."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.model.colleagues import LookedUp, Present
from engine.model.entities import FieldType, Module
from engine.model.named import Named
from engine.model.operands import Aggregate, Constant, Function, RecordKey, Tagged
from engine.model.predicates import Among, Compare, Comparison, Empty
from tests.reference.asking import MODELS
from tests.reference.models import PEOPLE
from tests.reference.proving import BOTH, BOTH_STAFF, field_of, prove, prove_values, relation_of

pytestmark = pytest.mark.usefixtures("each_store")


def line(*absent: int, length: int = 9) -> dict[str, list[dict[str, Any]]]:
    """Colleagues 1, 2, 3 …, each with the next one as supervisor."""
    return {
        "staff": [
            {"boss": str(n + 1) if n < length else None, "active": n not in absent}
            for n in range(1, length + 1)
        ]
    }


OWNERS = [{"owner": one} for one in ("1", "2", "9", None, "99")]


@BOTH
@pytest.mark.parametrize(
    "staff, found, skipped",
    [
        (line(), ("1", "2", "9"), ("2", "3", None)),
        (line(1), ("2", "2", "9"), ("2", "3", None)),
        (line(2), ("1", "3", "9"), ("3", "3", None)),
        (line(1, 2, 9), ("3", "3", None), ("3", "3", None)),
        (line(1, 2, 3, 4), ("5", "5", "9"), ("5", "5", None)),
        (line(1, 2, 3, 4, 5), (None, "6", "9"), (None, "6", None)),  # at most five are looked at
        (line(2, 3, 4), ("1", "5", "9"), ("5", "5", None)),
        (line(*range(1, 10)), (None, None, None), (None, None, None)),
        (
            {"staff": [{"boss": "2"}, {"boss": "1"}]},
            ("1", "2", None),
            ("2", "1", None),
        ),  # silence is presence
        (
            {"staff": [{"boss": "2", "active": False}, {"boss": "1", "active": False}]},
            (None, None, None),
            (None, None, None),
        ),
        (
            {"staff": [{"boss": "2", "active": False}, {"boss": "1", "active": True}]},
            ("2", "2", None),
            ("2", None, None),  # nobody stands above themselves
        ),
        ({"staff": [{"boss": "1"}]}, ("1", None, None), (None, None, None)),
        ({"staff": [{"boss": "1", "active": False}]}, (None, None, None), (None, None, None)),
        ({"staff": [{"boss": "77", "active": False}, {}]}, (None, "2", None), (None, None, None)),
    ],
)
def test_who_is_present_up_the_line(
    module: Module, staff: Any, found: tuple[Any, ...], skipped: tuple[Any, ...]
) -> None:
    """From the owner on, or from their supervisor; nobody, a stranger and a ring lead to nobody."""
    owner = field_of(module, "owner")

    prove_values(
        module,
        [
            (Present(owner, PEOPLE), list(zip(OWNERS, (*found, None, None), strict=True))),
            (Present(owner, PEOPLE, 1), list(zip(OWNERS, (*skipped, None, None), strict=True))),
        ],
        others=staff,
    )


@BOTH_STAFF
def test_a_colleague_who_stands_for_themselves(module: Module) -> None:
    rows = [
        ({"boss": "2", "active": False}, "3"),
        ({"boss": "3", "active": False}, "3"),
        ({"boss": "1"}, "3"),
        ({"boss": None, "active": False}, None),
        ({"boss": "5", "active": False}, None),
        ({"boss": "4", "active": True}, "6"),
    ]

    prove_values(module, [(Present(RecordKey(module), PEOPLE), rows)])


@BOTH
def test_the_present_one_compared(module: Module) -> None:
    present = Present(field_of(module, "owner"), PEOPLE)
    is_owner = Compare(present, Comparison.IS, field_of(module, "owner"))
    others = {"staff": [{"active": False, "boss": "2"}, {"active": True}, {"active": False}]}
    rows = [({"owner": "2"}, True), ({"owner": "1"}, False), ({"owner": "3"}, None), ({}, None)]

    prove(module, [(is_owner, rows)], others=others)
    nobody = [({"owner": "2"}, False), ({"owner": "3"}, True), ({}, True)]
    prove(module, [(Empty(present, wanted=True), nobody)], others=others, both=False)


@BOTH
def test_named_by_key_or_name(module: Module) -> None:
    """The key goes first, as text; of namesakes nobody is meant; a name is exact."""
    names = ("张三", "李四", "张三", "1", None, "Li", "10", "x", "y", "李四")
    others = {"staff": [{"name": one} for one in names]}
    rows = [
        ({"note": "张三"}, None),
        ({"note": "李四"}, None),
        ({"note": "x"}, "8"),
        ({"note": "1"}, "1"),
        ({"note": "10"}, "10"),
        ({"note": "5"}, "5"),
        ({"note": "Li"}, "6"),
        ({"note": "li"}, None),
        ({"note": "王五"}, None),
        ({}, None),
    ]

    prove_values(module, [(Named(field_of(module, "note"), PEOPLE.module), rows)], others=others)


@BOTH
def test_a_link_to_somebody_by_key_or_name(module: Module) -> None:
    """Namesakes are all meant, a key before a name; a link to nobody is none to somebody."""
    others = {"staff": [{"name": one} for one in ("张三", "李四", "张三", "2")]}
    owner = field_of(module, "owner")
    zhang, second, nobody = (
        Named(Constant(one, FieldType.TEXT), PEOPLE.module) for one in ("张三", "2", "王五")
    )

    def answers(*wanted: bool | None) -> list[tuple[dict[str, str], bool | None]]:
        links = [{"owner": "1"}, {"owner": "2"}, {"owner": "3"}, {"owner": "4"}, {"owner": "99"}, {}]
        return list(zip(links, wanted, strict=True))

    asked = [
        (Among(owner, (zhang,)), answers(True, False, True, False, False, None)),
        (Among(owner, (zhang,), negated=True), answers(False, True, False, True, True, None)),
        (Among(owner, (second,)), answers(False, True, False, False, False, None)),
        (Among(owner, (second, zhang)), answers(True, True, True, False, False, None)),
    ]
    unborne = [
        (Among(owner, (nobody,)), answers(False, False, False, False, False, None)),
        (Among(owner, (nobody,), negated=True), answers(True, True, True, True, True, None)),
    ]
    prove(module, asked, others=others)
    prove(module, unborne, others=others, both=False)


@BOTH
def test_a_named_one_who_is_present(module: Module) -> None:
    others = {"staff": [{"name": "张三", "active": False, "boss": "2"}, {"name": "李四"}]}
    rows = [
        ({"note": "张三"}, "2"),
        ({"note": "李四"}, "2"),
        ({"note": "1"}, "2"),
        ({"note": "x"}, None),
        ({}, None),
    ]

    prove_values(
        module, [(Present(Named(field_of(module, "note"), PEOPLE.module), PEOPLE), rows)], others=others
    )


@BOTH
def test_a_field_of_the_one_looked_up(module: Module) -> None:
    staff = MODELS[bool(module.table)].modules["staff"]
    name, level = field_of(staff, "name"), field_of(staff, "level")
    reports = relation_of(staff, "下属")
    owner = field_of(module, "owner")
    present = Present(owner, PEOPLE)
    count = Aggregate(Function.COUNT, reports, FieldType.NUMBER)
    others = {
        "staff": [
            {"name": "张三", "level": Decimal(3), "active": False, "boss": "2"},
            {"name": "李四", "boss": "3"},
            {"level": Decimal(5)},
        ]
    }

    def of(*values: Any) -> list[tuple[dict[str, Any], Any]]:
        return list(zip(({"owner": one} for one in ("1", "2", "3", None, "99")), values, strict=True))

    prove_values(
        module,
        [
            (LookedUp(owner, name, staff, FieldType.TEXT), of("张三", "李四", None, None, None)),
            (LookedUp(owner, level, staff, FieldType.NUMBER), of(Decimal(3), None, Decimal(5), None, None)),
            (LookedUp(present, name, staff, FieldType.TEXT), of("李四", "李四", None, None, None)),
            (LookedUp(present, count, staff, FieldType.NUMBER), of(*map(Decimal, (1, 1, 1)), None, None)),
        ],
        others=others,
    )


@BOTH
@pytest.mark.parametrize(
    "tags, added, removed",
    [
        (None, ("VIP",), None),
        (("VIP",), ("VIP",), None),
        (("高潜",), ("高潜", "VIP"), ("高潜",)),
        (("高潜", "VIP"), ("高潜", "VIP"), ("高潜",)),
        (("VIP", "旧"), ("VIP", "旧"), ("旧",)),
        (("高潜", "低价值", "VIP", "旧"), ("高潜", "低价值", "VIP", "旧"), ("高潜", "低价值", "旧")),
        (("VIP", "散客"), ("VIP", "散客"), ("散客",)),
        (("旧", "散客"), ("VIP", "旧", "散客"), ("旧", "散客")),
    ],
)
def test_a_tag_put_on_and_taken_off(module: Module, tags: Any, added: Any, removed: Any) -> None:
    field = field_of(module, "tags")
    values = {"tags": tags} if tags else {}

    prove_values(
        module,
        [
            (Tagged(field, "VIP", field.field), [(values, added)]),
            (Tagged(field, "VIP", field.field, carried=False), [(values, removed)]),
        ],
    )
