"""How answers combine: every pair, by hand."""

from __future__ import annotations

import pytest

from engine.model.entities import FieldType, Module
from engine.model.operands import Constant
from engine.model.predicates import (
    All,
    AnyOf,
    Compare,
    Comparison,
    Leaf,
    NoneOf,
)
from tests.reference.asking import asked, filled, said
from tests.reference.evaluator import Answer
from tests.reference.generator import Case
from tests.reference.proving import (
    BOTH,
    NIGHT,
    field_of,
    world_of,
)
from tests.reference.worlds import SHANGHAI

pytestmark = pytest.mark.usefixtures("each_store")

GROUPS = {  # two answers: all, any, any needs 2, none
    (True, True): (True, True, True, False),
    (True, False): (False, True, False, False),
    (True, None): (None, True, None, False),
    (False, False): (False, False, False, True),
    (False, None): (False, None, False, None),
    (None, None): (None, None, None, None),
}


@BOTH
@pytest.mark.parametrize("answers", GROUPS, ids=str)
def test_groups(module: Module, answers: tuple[Answer, Answer]) -> None:
    yes = Constant(value=True, type=FieldType.YES_NO)
    items = tuple(
        Leaf("", (Compare(field_of(module, name), Comparison.IS, yes),)) for name in ("keep", "vip")
    )
    groups = (All("", items), AnyOf("", items), AnyOf("", items, 2), NoneOf("", items))
    world = world_of(module, [dict(zip(("keep", "vip"), answers, strict=True))], {})
    case = Case(bool(module.table), SHANGHAI.key, NIGHT, 0, world, module.key, groups)

    assert said(case) == {"1": list(GROUPS[answers])}
    with filled(case) as place:
        assert asked(case, place) == {"1": list(GROUPS[answers])}
