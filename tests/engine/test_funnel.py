"""Every number of the funnel, on random worlds, is that of the plain evaluator (DESIGN section 8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine.funnel import FunnelStep, Lacking, funnel, lacking, missed_alone, with_near
from engine.model.effects import Draft
from engine.model.operands import FieldValue
from engine.model.predicates import Elapsed, Leaf, OnDay, Predicate, leaves, subject_of
from engine.model.workflow import Workflow
from engine.records.session import Session
from engine.verdicts import ways_to_yes
from tests.reference.asking import MODELS, filled
from tests.reference.evaluator import Answer, Reference, Row
from tests.reference.generator import Case, random_case
from tests.reference.rights import rights

pytestmark = pytest.mark.usefixtures("each_store")

NOTHING = Draft((), (), (), ())
SEEDS = range(50)


def numbered(predicate: Predicate, path: str = "c") -> Predicate:
    """Each condition has a place of its own, as in a file."""
    if isinstance(predicate, Leaf):
        return replace(predicate, path=path)
    items = tuple(numbered(one, f"{path}/{number}") for number, one in enumerate(predicate.items))
    return replace(predicate, path=path, items=items)


def asked(case: Case, condition: Predicate) -> tuple[tuple[FunnelStep, ...], list[Lacking], list[Any]]:
    """Funnel, what is lacking, and the answers in groups, from the database."""
    with filled(case) as place:
        module = place.model.modules[case.module]
        workflow = cast("Workflow", SimpleNamespace(module=module, condition=condition, bars=()))
        session = Session(place.connection, place.tables, case.clock, has_ledger=False)
        answers = session.answers(workflow, NOTHING)
        misses = session.misses(workflow, NOTHING, missed_alone(condition, answers))
        steps = with_near(funnel(condition, answers), misses, case.clock)
        return steps, lacking(condition, answers), answers


def said(case: Case, condition: Predicate) -> list[tuple[Row, Answer, list[Answer]]] | None:
    """The answers of every record; None where the evaluator lies on a border between two."""
    found = []
    for row in case.world[case.module]:
        reference = Reference(case.world, case.clock)
        each = [reference.ask(leaf, row) for leaf in leaves(condition)]
        found.append((row, reference.ask(condition, row), each))
        if reference.doubtful:
            return None
    return found


class Fixed(Reference):
    """Answers some conditions as it is told."""

    def __init__(self, case: Case, answers: Mapping[str, Answer]) -> None:
        super().__init__(case.world, case.clock)
        self.told = answers

    def ask(self, predicate: Predicate, record: Row) -> Answer:
        if isinstance(predicate, Leaf):
            return self.told[predicate.path]
        return super().ask(predicate, record)


def would_match(
    case: Case, condition: Predicate, row: Row, answers: Sequence[Answer], turned: set[str]
) -> bool:
    told = {
        path: right if path in turned else answer
        for (path, right), answer in zip(rights(condition), answers, strict=True)
    }
    return Fixed(case, told).ask(condition, row) is True


def cases() -> Iterator[tuple[Case, Predicate]]:
    for seed in SEEDS:
        case = random_case(seed, MODELS, count=3)
        for noun in case.nouns:
            yield case, numbered(noun)


def test_the_funnel_counts_what_the_records_say_one_by_one() -> None:
    seen = Counter[str]()
    for case, condition in cases():
        records = said(case, condition)
        if records is None:
            continue
        steps, lacks, _ = asked(case, condition)
        for number, (step, (path, right)) in enumerate(zip(steps, rights(condition), strict=True)):
            only = [
                row
                for row, whole, each in records
                if whole is not True and would_match(case, condition, row, each, {path})
            ]
            assert step == FunnelStep(
                path,
                passed=sum(each[number] is right for _, _, each in records),
                only_this=len(only),
                unknown=sum(each[number] is None for _, _, each in records),
                near=step.near,
            )
            assert all(near.count <= len(only) for near in step.near)
            seen["near"] += bool(step.near)
        undecided = [each for _, whole, each in records if whole is None]
        blamed = sum(any(one in each for one in (None,)) for each in undecided)
        assert max((one.count for one in lacks), default=0) <= len(undecided)
        assert sum(one.count for one in lacks) >= blamed
        assert bool(lacks) is bool(undecided)
        seen["lacks"] += bool(lacks)
    assert min(seen["near"], seen["lacks"]) > 5  # enough of each


def test_the_ways_to_a_match_are_ways_and_there_are_no_shorter_ones() -> None:
    tried = 0
    for case, condition in cases():
        records = said(case, condition) or []
        for row, whole, each in records[:6]:
            ways = ways_to_yes(condition, each)
            assert not ways or whole is not True
            for way in ways:
                tried += 1
                assert would_match(case, condition, row, each, set(way))
                for left_out in way:
                    assert not would_match(case, condition, row, each, set(way) - {left_out})
    assert tried > 30


# --- how near -----------------------------------------------------------------------------------------


def moved(value: date, by: int) -> date | None:
    number = value.toordinal() + by
    return date.fromordinal(number) if 1 <= number <= date.max.toordinal() else None


def nearest(case: Case, leaf: Leaf, row: Row, most: int = 30) -> int | None:
    """By how many days the record's own date would have to be another for the condition to be met."""
    subject = subject_of(leaf)
    assert isinstance(subject, FieldValue)
    for by in range(most + 1):
        for sign in (1, -1):
            changed = {**row, subject.field.key: moved(row[subject.field.key], sign * by)}
            if Reference(case.world, case.clock).ask(leaf, changed) is True:
                return by
    return None


def is_about_own_day(leaf: Leaf) -> bool:
    subject, test = subject_of(leaf), leaf.tests[0]
    plain = isinstance(subject, FieldValue) and not subject.links and str(subject.type) == "date"
    is_timed = isinstance(test, OnDay) or (isinstance(test, Elapsed) and not test.yearly)
    return len(leaf.tests) == 1 and plain and is_timed


def test_near_is_by_how_many_days_the_date_would_have_to_be_another() -> None:
    """Found by trying the days one after the other; working days are counted in days that pass, not here."""
    seen = 0
    for seed in range(400):
        case = random_case(seed, MODELS, count=4)
        for noun in case.nouns:
            days = [one for one in leaves(noun) if is_about_own_day(one) and "working" not in repr(one)]
            for leaf in [replace(one, if_missing=None) for one in days[:1]]:
                (step,), _, _ = asked(case, leaf)
                records = said(case, leaf) or []
                missed = [row for row, whole, _ in records if whole is False]
                distances = [nearest(case, leaf, row) for row in missed]
                for near in step.near:
                    wanted = sum(one is not None and one <= near.within for one in distances)
                    assert near.count == wanted, (seed, leaf, near)
                    seen += wanted > 0
        if seen > 25:
            break
    assert seen > 25
