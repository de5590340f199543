"""Who misses or lacks a single condition: on random worlds, whom a plain evaluator names, page by page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from engine.model.predicates import Predicate
from engine.records.parting import Asked, Single, keys_in
from engine.records.session import Session
from tests.engine.test_funnel import NOTHING, cases, said, would_match
from tests.reference.asking import filled
from tests.reference.evaluator import KEY
from tests.reference.generator import Case
from tests.reference.rights import rights

if TYPE_CHECKING:
    from engine.model.workflow import Workflow

pytestmark = pytest.mark.usefixtures("each_store")

_MOST = 16


def keys(case: Case, condition: Predicate, parts: list[Asked | Single]) -> list[list[str]]:
    """The keys of each part, asked in two pages."""
    with filled(case) as place:
        module = place.model.modules[case.module]
        workflow = cast("Workflow", SimpleNamespace(module=module, condition=condition, bars=()))
        session = Session(place.connection, place.tables, case.clock, has_ledger=False)
        pages = ((0, 2), (2, 1_000))
        return [
            [
                str(key)
                for first, limit in pages
                for key in keys_in(session, workflow, NOTHING, part, first=first, limit=limit)
            ]
            for part in parts
        ]


def test_each_part_holds_whom_the_evaluator_names() -> None:
    seen = {"only": 0, "lacks": 0, "no": 0}
    for _, (case, condition) in zip(range(_MOST), cases(), strict=False):
        records = said(case, condition)
        if records is None:
            continue
        right = list(rights(condition))
        parts: list[Asked | Single] = [Asked(answer=False), Asked(answer=None), Asked(answer=True)]
        parts += [Single(path) for path, _ in right] + [Single(path, unknown=True) for path, _ in right]
        no, unknown, yes, *single = keys(case, condition, parts)

        for answer, found in ((False, no), (None, unknown), (True, yes)):
            assert sorted(found) == sorted(row[KEY] for row, whole, _ in records if whole is answer)
        for number, (path, _) in enumerate(right):
            only = {
                row[KEY]
                for row, whole, each in records
                if whole is not True and would_match(case, condition, row, each, {path})
            }
            lacks = {row[KEY] for row, _, each in records if each[number] is None}
            assert sorted(single[number]) == sorted(only)
            assert sorted(single[len(right) + number]) == sorted(lacks)
            seen["only"] += len(only)
            seen["lacks"] += len(lacks)
        seen["no"] += len(no)
    assert min(seen.values()) > 5  # enough of each
