"""Whatever is called contradictory, no record of any world meets; whatever is called always true, all do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.checks.answers import NO, UNKNOWN, YES, enough, every, opposite
from engine.checks.possible import always_holds, conflict, never_holds, only_asks_for_a_value, possible
from engine.model.entities import FieldType
from engine.model.moments import Anchor, Length, Moment, Unit
from engine.model.operands import Aggregate, Constant, FieldValue, Function, Operand
from engine.model.predicates import (
    All,
    Among,
    AnyOf,
    Carrying,
    Compare,
    Comparison,
    Elapsed,
    Empty,
    HasTags,
    Leaf,
    NoneOf,
    OnDay,
    Predicate,
    Test,
    leaves,
    operands_of,
)
from tests.reference.asking import MODELS, short
from tests.reference.evaluator import Reference
from tests.reference.evaluator import enough as enough_of
from tests.reference.evaluator import every as every_of
from tests.reference.generator import Case, Nouns, random_case
from tests.reference.models import TAGS
from tests.reference.worlds import COMPARED, EQUALITY, MOMENTS, ORDERED, Values, random_world

FUZZ = int(os.environ.get("WAKELINE_FUZZ", "0"))
SEEDS = st.integers(0, 2**48)
MEANING = {YES: True, NO: False, UNKNOWN: None}


def examples(count: int) -> settings:
    return settings(
        max_examples=FUZZ or count,
        derandomize=not FUZZ,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


# --- conditions that people could write: several about the same few values ----------------------------------


def related(random: Random, drawn: Nouns, module: Any) -> Predicate:
    """A group of conditions about two values only, so that they contradict or imply each other often."""
    operands = [_operand(random, drawn, module) for _ in range(random.choice((1, 1, 2)))]

    def leaf() -> Leaf:
        operand = random.choice(operands)
        tests = tuple(_test(random, drawn, operand, module) for _ in range(random.choice((1, 1, 2))))
        return Leaf("conditions", tests, random.choice((None, None, True, False)))

    def group(depth: int) -> Predicate:
        if depth == 2 or random.random() < 0.4:
            return leaf()
        items = tuple(group(depth + 1) for _ in range(random.choice((1, 2, 3))))
        if random.random() < 0.5:
            return All("conditions/all", items)
        if random.random() < 0.5:
            return NoneOf("conditions/none", items)
        return AnyOf("conditions/any", items, random.randint(1, len(items)))

    return group(0)


def _operand(random: Random, drawn: Nouns, module: Any) -> Operand:
    kind = random.choice((*COMPARED, FieldType.TAGS, FieldType.DATE, FieldType.CHOICE))
    paths = drawn.paths(module, kind)
    if random.random() < 0.3 and any(drawn.model.relations(module)):
        found = drawn.aggregate(module, FieldType.NUMBER, 1)
        return found if isinstance(found, Aggregate) else drawn.operand(module, kind)
    return random.choice(paths) if paths else drawn.operand(module, kind)


def _test(random: Random, drawn: Nouns, operand: Operand, module: Any) -> Test:
    kind = operand.type
    if random.random() < 0.2:
        return Empty(operand, wanted=random.choice((True, False)))
    if kind is FieldType.TAGS:
        names = tuple(random.sample((*TAGS["options"], *TAGS["retired"]), random.choice((1, 2))))
        return HasTags(operand, random.choice(tuple(Carrying)), names)
    if kind in MOMENTS and random.random() < 0.8:
        comparison = random.choice(tuple(Comparison))
        if random.random() < 0.5:
            return OnDay(operand, comparison, _moment(random, drawn, instants=kind is FieldType.DATETIME))
        length = random.choice((*drawn.values.lengths, *drawn.values.working))
        if random.random() < 0.3:
            length = random.choice((Length(1, Unit.MONTHS), Length(30, Unit.DAYS), Length(31, Unit.DAYS)))
        return Elapsed(operand, comparison, length, random.choice((True, False)), random.random() < 0.1)
    constants = drawn.values.of(kind)
    if isinstance(operand, Aggregate) and operand.function in {Function.COUNT, Function.DISTINCT}:
        constants = [*drawn.values.of(kind), *(type(drawn.values.of(kind)[0])(n) for n in range(3))]
    if random.random() < 0.3:
        values = tuple(Constant(random.choice(constants), kind) for _ in range(random.choice((1, 2))))
        return Among(operand, values, negated=random.choice((True, False)))
    comparison = random.choice(tuple(Comparison) if kind in ORDERED else EQUALITY)
    if random.random() < 0.1:
        return Compare(operand, comparison, drawn.cell(module, kind))
    return Compare(operand, comparison, Constant(random.choice(constants), kind))


def _moment(random: Random, drawn: Nouns, *, instants: bool) -> Moment:
    found = drawn.moment(instants=instants)
    if found.anchor is Anchor.NOW and random.random() < 0.5:
        return Moment(Anchor.TODAY, text="today")
    return found


def asked(case: Case, predicate: Predicate) -> Iterator[bool | None]:
    for row in case.world[case.module]:
        yield Reference(case.world, case.clock).ask(predicate, row)


def worlds(seed: int, count: int) -> Iterator[Case]:
    """The same module and question with other records; `nouns` of the case is the question."""
    case = random_case(seed, MODELS, count=1)
    random = Random(f"{seed} checks")
    model, values = MODELS[case.foreign], Values(case.clock, case.foreign, seed)
    question = related(random, Nouns(random, model, values), model.modules[case.module])
    for _ in range(count):
        yield replace(case, world=random_world(random, model, values), nouns=(question,))


@examples(300)
@given(SEEDS)
def test_no_record_meets_what_is_called_contradictory_and_all_meet_what_is_called_always_true(
    seed: int,
) -> None:
    cases = list(worlds(seed, 4))
    question = cases[0].nouns[0]
    never, always = never_holds(question), always_holds(question)

    answers = [answer for case in cases if never or always for answer in asked(case, question)]

    assert not (never and True in answers), short(question)
    assert not (always and set(answers) - {True}), short(question)


@examples(100)
@given(SEEDS)
def test_random_predicates_of_every_kind_are_not_wrongly_called_so(seed: int) -> None:
    case = random_case(seed, MODELS)
    for question in case.nouns:
        never, always = never_holds(question), always_holds(question)
        answers = set(asked(case, question)) if never or always else set()

        assert not (never and True in answers), short(question)
        assert not (always and answers - {True}), short(question)


@examples(300)
@given(SEEDS)
def test_whatever_only_asks_for_a_value_is_denied_by_no_record(seed: int) -> None:
    cases = list(worlds(seed, 4))
    found = [one for one in leaves(cases[0].nouns[0]) if only_asks_for_a_value(one)]

    answers = {
        answer for leaf in found for case in cases for answer in asked(case, replace(leaf, if_missing=None))
    }

    assert False not in answers, short(cases[0].nouns[0])


@examples(150)
@given(SEEDS)
def test_answers_called_impossible_are_given_by_no_record(seed: int) -> None:
    """What branches ask under conditions: some must answer yes, others must not."""
    random = Random(seed)
    case = random_case(seed, MODELS, count=1)
    model, values = MODELS[case.foreign], Values(case.clock, case.foreign, seed)
    drawn = Nouns(random, model, values)
    parts = [related(random, drawn, model.modules[case.module]) for _ in range(2)]
    wanted = [(one, random.choice((YES, NO | UNKNOWN))) for one in parts]

    if not possible(wanted):
        given = zip(*(asked(case, one) for one, _ in wanted), strict=True)
        allowed = [{MEANING[bit] for bit in MEANING if bit & answers} for _, answers in wanted]
        met = [each for each in given if all(one in fine for one, fine in zip(each, allowed, strict=True))]
        assert met == []
        assert not possible(conflict(wanted))


@examples(200)
@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(1, 4))
def test_sets_of_answers_hold_every_answer_there_can_be(sets: Sequence[int], needs: int) -> None:
    combined = [[]]
    for one in sets:
        combined = [[*before, MEANING[bit]] for before in combined for bit in MEANING if bit & one]

    bits = {answer: bit for bit, answer in MEANING.items()}
    assert every(sets) == sum({bits[every_of(one)] for one in combined})
    assert enough(sets, needs) == sum({bits[enough_of(one, needs)] for one in combined})
    assert opposite(opposite(every(sets))) == every(sets)


def test_the_random_questions_are_contradictory_or_always_true_often_enough() -> None:
    questions = [next(worlds(seed, 1)).nouns[0] for seed in range(400)]

    assert sum(never_holds(one) for one in questions) > 30
    assert sum(always_holds(one) for one in questions) > 5
    assert {
        type(operands_of(test)[0]) for one in questions if isinstance(one, Leaf) for test in one.tests
    } > {FieldValue}
