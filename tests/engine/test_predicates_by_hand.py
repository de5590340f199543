"""Every comparison of every type, by hand: under, at and over what it is compared with, and missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.model.entities import FieldType, Module
from engine.model.moments import Anchor, Length, Moment, Unit
from engine.model.operands import Aggregate, Cell, Constant, Function, MomentValue, Window
from engine.model.predicates import (
    Among,
    Carrying,
    Compare,
    Comparison,
    Elapsed,
    Empty,
    HasTags,
    OnDay,
    Part,
    TextPart,
)
from tests.reference.asking import MODELS
from tests.reference.evaluator import Answer
from tests.reference.models import FIELDS
from tests.reference.proving import (
    BOTH,
    MIDNIGHT,
    NIGHT,
    SECOND,
    TODAY,
    Line,
    cell_by_goal,
    field_of,
    prove,
    relation_of,
)

pytestmark = pytest.mark.usefixtures("each_store")

ORDER = {
    Comparison.IS: (False, True, False),
    Comparison.IS_NOT: (True, False, True),
    Comparison.AT_LEAST: (False, True, True),
    Comparison.MORE_THAN: (False, False, True),
    Comparison.AT_MOST: (True, True, False),
    Comparison.LESS_THAN: (True, False, False),
}
# field, another of a kind that it may be compared with: value under, at, over
VALUES: dict[tuple[str, str], tuple[Any, Any, Any]] = {
    ("name", "note"): ("A", "a", "张"),
    ("email", "note"): ("A@b.cn", "a@b.cn", "b@b.cn"),
    ("phone", "note"): ("010-1", "13800138000", "9"),
    ("score", "annual"): (Decimal("-0.0001"), Decimal(0), Decimal("0.0001")),
    ("paid", "score"): (Decimal("1.1"), Decimal("1.2"), Decimal(30)),
    ("rate", "goal"): (Decimal("29.9"), Decimal(30), Decimal("30.1")),
    ("gap", "usual"): (Length(29, Unit.DAYS), Length(1, Unit.MONTHS), Length(1, Unit.QUARTERS)),
    ("born", "due"): (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)),
    ("seen", "planned"): (MIDNIGHT - SECOND, MIDNIGHT + SECOND, MIDNIGHT + timedelta(days=1)),
    ("tier", "advised"): ("A", "B", "C"),
    ("keep", "vip"): (False, True, False),
    ("owner", "note"): ("1", "2", "3"),
}
EQUAL_ONLY = {FieldType.CHOICE, FieldType.YES_NO, FieldType.LINK}


@BOTH
@pytest.mark.parametrize("names", VALUES, ids="-".join)
def test_every_comparison_of_every_type(module: Module, names: tuple[str, str]) -> None:
    values, own = VALUES[names], field_of(module, names[0])
    other = field_of(module, names[1])
    if own.type is FieldType.YES_NO:
        values = values[:2]
    lines: list[Line] = []
    for comparison, answers in ORDER.items():
        if own.type in EQUAL_ONLY and comparison not in {Comparison.IS, Comparison.IS_NOT}:
            continue
        expected = list(zip(values, answers, strict=False))
        alone = [*(({names[0]: value}, answer) for value, answer in expected), ({}, None)]
        same = Constant(values[1], own.type)
        if own.type is FieldType.DATETIME:  # a time of day was written: by the second
            exact = [({names[0]: values[1] + one * SECOND}, answers[one + 1]) for one in (-1, 0, 1)]
            lines.append((Compare(own, comparison, same), [*exact, ({}, None)]))
            same = Constant(MIDNIGHT, own.type)
        lines.append((Compare(own, comparison, same), alone))
        beside = [
            *(
                ({names[0]: value, names[1]: _as(other.type, values[1])}, answer)
                for value, answer in expected
            ),
            ({names[1]: _as(other.type, values[1])}, None),
            ({names[0]: values[1]}, None),
        ]
        lines.append((Compare(own, comparison, other), beside))
        lines.append(
            (
                Compare(own, comparison, cell_by_goal(module, own.type, same.value)),
                _by_cell(names[0], expected),
            )
        )
    prove(module, lines)


def _as(kind: FieldType, value: Any) -> Any:
    return str(value) if kind is FieldType.TEXT else value


def _by_cell(name: str, expected: Sequence[tuple[Any, Answer]]) -> list[tuple[dict[str, Any], Answer]]:
    """The row fits; `none` is no even without a value; no row and nothing to look up by are unknown."""
    at, some = expected[1][0], {"goal": Decimal(1), "vip": True}
    return [
        *(({**some, name: value}, answer) for value, answer in expected),
        (some, None),
        ({"goal": Decimal(2), "vip": True, name: at}, False),
        ({"goal": Decimal(2), "vip": True}, False),
        ({"goal": Decimal(3), "vip": True, name: at}, None),
        ({"goal": Decimal(1), name: at}, None),
    ]


@BOTH
@pytest.mark.parametrize("names", VALUES, ids="-".join)
def test_lists_of_every_type(module: Module, names: tuple[str, str]) -> None:
    (under, at, over), own = VALUES[names], field_of(module, names[0])
    values = [Constant(at, own.type)]
    if own.type is not FieldType.YES_NO:
        values.append(Constant(over, own.type))
    rows = [({names[0]: under}, False), ({names[0]: at}, True), ({}, None)]
    other = [({names[0]: under}, True), ({names[0]: at}, False), ({}, None)]
    if own.type.is_moment:
        values = [MomentValue(Moment(Anchor.TODAY), own.type)]

    prove(module, [(Among(own, tuple(values)), rows), (Among(own, tuple(values), negated=True), other)])


@BOTH
@pytest.mark.parametrize("names", [*VALUES, ("tags", "")], ids="-".join)
def test_emptiness_of_every_type(module: Module, names: tuple[str, str]) -> None:
    own = field_of(module, names[0])
    rows = [({names[0]: VALUES[names][1] if names in VALUES else ("VIP",)}, False), ({}, True)]

    prove(module, [(Empty(own, wanted=True), rows)])
    prove(module, [(Empty(own, wanted=False), [(values, not answer) for values, answer in rows])])


@BOTH
@pytest.mark.parametrize("comparison", ORDER)
def test_days_against_moments(module: Module, comparison: Comparison) -> None:
    under, at, over = ORDER[comparison]
    born, seen, day = field_of(module, "born"), field_of(module, "seen"), timedelta(days=1)
    today, now = Moment(Anchor.TODAY), Moment(Anchor.NOW)
    days = [({"born": TODAY - day}, under), ({"born": TODAY}, at), ({"born": TODAY + day}, over), ({}, None)]
    locally = [
        ({"seen": MIDNIGHT - SECOND}, under),
        ({"seen": MIDNIGHT}, at),
        ({"seen": MIDNIGHT + day - SECOND}, at),
        ({"seen": MIDNIGHT + day}, over),
        ({}, None),
    ]
    instants = [({"seen": NIGHT.now + one * SECOND}, ORDER[comparison][one + 1]) for one in (-1, 0, 1)]

    prove(
        module,
        [
            (OnDay(born, comparison, today), days),
            (OnDay(born, comparison, now), days),
            (OnDay(seen, comparison, today), locally),
            (OnDay(seen, comparison, now), [*instants, ({}, None)]),
        ],
    )


@BOTH
@pytest.mark.parametrize("comparison", ORDER)
def test_time_since(module: Module, comparison: Comparison) -> None:
    less, at, more = ORDER[comparison]
    born, seen, day = field_of(module, "born"), field_of(module, "seen"), timedelta(days=1)
    clipped = date(2026, 2, 28)  # a month before 31 March
    days = [
        ({"born": clipped + day}, less),
        ({"born": clipped}, at),
        ({"born": clipped - day}, more),
        ({"born": TODAY}, less),
        ({"born": TODAY + day}, False),
        ({}, None),
    ]
    hour = NIGHT.now - timedelta(hours=1)
    instants = [
        ({"seen": hour + SECOND}, less),
        ({"seen": hour}, at),
        ({"seen": hour - SECOND}, more),
        ({"seen": NIGHT.now + SECOND}, False),
        ({}, None),
    ]
    yesterday = [
        ({"seen": MIDNIGHT}, less),
        ({"seen": MIDNIGHT - SECOND}, at),
        ({"seen": MIDNIGHT - day - SECOND}, more),
        ({"seen": MIDNIGHT + day}, False),
        ({"seen": NIGHT.now + SECOND}, less),  # later today is today
        ({}, None),
    ]
    month, cell = Length(1, Unit.MONTHS), cell_by_goal(module, FieldType.LENGTH, Length(1, Unit.MONTHS))

    prove(
        module,
        [
            (Elapsed(born, comparison, month), days),
            (
                Elapsed(born, comparison, cell),
                _by_cell("born", [(row["born"], one) for row, one in days[:3]]),
            ),
            (Elapsed(seen, comparison, Length(60, Unit.MINUTES)), instants),
            (Elapsed(seen, comparison, Length(1, Unit.DAYS)), yesterday),
        ],
    )


@BOTH
@pytest.mark.parametrize("name", ["name", "email", "phone"])
def test_parts_of_texts(module: Module, name: str) -> None:
    own = field_of(module, name)
    both = {Part.CONTAINS: "xÉaBy", Part.STARTS_WITH: "ÉaBy", Part.ENDS_WITH: "xÉaB"}
    for part, text in both.items():
        rows = [
            ({name: text}, True),
            ({name: text.replace("É", "é")}, False),
            ({name: "b"}, False),
            ({}, None),
        ]
        prove(module, [(TextPart(own, part, "ÉAb"), rows)])


@BOTH
def test_tags(module: Module) -> None:
    own = field_of(module, "tags")
    rows = (("VIP",), ("高潜", "VIP"), ("低价值",), None)
    wanted = {
        Carrying.HAS: (True, True, False, False),
        Carrying.HAS_ALL: (False, True, False, False),
        Carrying.HAS_NONE: (False, False, True, True),
    }
    for carrying, answers in wanted.items():
        lines = [({"tags": tags} if tags else {}, answer) for tags, answer in zip(rows, answers, strict=True)]
        prove(module, [(HasTags(own, carrying, ("高潜", "VIP")), lines)])


def test_no_type_and_no_test_was_forgotten() -> None:
    by_hand = {
        FieldType("link" if isinstance(kind, tuple) else kind)
        for _, all_ in FIELDS.values()
        for kind in all_.values()
    }
    compared = {MODELS[False].modules["customers"].fields[name].type for name, _ in VALUES}

    assert by_hand == set(FieldType)
    assert compared | {FieldType.TAGS} == set(FieldType)
    assert set(ORDER) == set(Comparison)


@BOTH
def test_a_cell_none_is_no_even_where_another_table_has_no_row(module: Module) -> None:
    """Two tables in one test: the rule is not for that row, whatever the other says (Meaning 14)."""
    relation = relation_of(module, "订单")
    on, by = relation.module.fields["date"], (field_of(module, "vip"),)
    length = Cell("表.天", by, (((True,), Length(90, Unit.DAYS)),), FieldType.LENGTH)
    amount = Cell(
        "表.数", (field_of(module, "keep"),), (((True,), Decimal(0)), ((False,), None)), FieldType.NUMBER
    )
    orders = Aggregate(Function.COUNT, relation, FieldType.NUMBER, window=Window(on, cell=length))
    rows: list[tuple[dict[str, Any], Answer]] = [
        ({"vip": True, "keep": True}, True),
        ({"vip": True, "keep": False}, False),
        ({"vip": False, "keep": False}, False),
        ({"vip": False, "keep": True}, None),
        ({"vip": True}, None),
    ]

    prove(module, [(Compare(orders, Comparison.IS, amount), rows)])


@BOTH
def test_what_is_no_option_equals_nothing(module: Module) -> None:
    tier, advised = field_of(module, "tier"), field_of(module, "advised")
    same = [
        ({"tier": "E", "advised": "E"}, False),
        ({"tier": "D", "advised": "D"}, True),
        ({"tier": "E"}, None),
    ]

    prove(module, [(Compare(tier, Comparison.IS, advised), same)])


@BOTH
def test_a_written_cell_is_a_value_like_any_other(module: Module) -> None:
    """An earlier step wrote it into a field: `none` has left the field empty, so the leaf is unknown."""
    written = cell_by_goal(module, FieldType.TEXT, "a")
    rows = [({"goal": Decimal(1), "vip": True}, True), ({"goal": Decimal(2), "vip": True}, None)]

    prove(
        module, [(TextPart(written, Part.CONTAINS, "A"), [*rows, ({"goal": Decimal(3)}, None)])], both=False
    )
