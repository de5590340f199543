"""Yes, no, unknown, for groups and for whole modules (LANGUAGE, Meaning 1; DESIGN section 8, funnel)."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.funnel import FunnelStep, funnel
from engine.model.predicates import All, AnyOf, Leaf, NoneOf, Predicate, leaves, whole_answer
from engine.records.answering import Answers
from engine.verdicts import Counts, count_verdicts
from tests.reference.rights import rights

Y, N, U = True, False, None
Answer = bool | None


def leaf(path: str = "") -> Leaf:
    return Leaf(path, ())


def group(word: str, count: int, needs: int = 1) -> Predicate:
    items = tuple(leaf(str(number)) for number in range(count))
    return {"all": All("", items), "any": AnyOf("", items, needs), "none": NoneOf("", items)}[word]


ALL = [
    ((), Y), ((Y,), Y), ((N,), N), ((U,), U),
    ((Y, Y), Y), ((Y, N), N), ((N, Y), N), ((Y, U), U), ((U, Y), U),
    ((N, U), N), ((U, N), N), ((U, U), U), ((N, N), N),
    ((Y, Y, U), U), ((U, U, N), N),
]  # fmt: skip
ANY = [
    ((), N), ((Y,), Y), ((N,), N), ((U,), U),
    ((Y, Y), Y), ((Y, N), Y), ((N, Y), Y), ((Y, U), Y), ((U, Y), Y),
    ((N, U), U), ((U, N), U), ((U, U), U), ((N, N), N),
    ((N, N, U), U), ((U, U, Y), Y),
]  # fmt: skip
TWO = [
    ((Y, Y), Y), ((Y, N), N), ((Y, U), U), ((U, U), U), ((N, U), N), ((N, N), N),
    ((Y, Y, U), Y), ((Y, U, N), U), ((U, N, N), N), ((Y, N, N), N), ((U, U, N), U), ((U, Y, Y), Y),
]  # fmt: skip


@pytest.mark.parametrize("digits, answer", ALL)
def test_all_is_no_when_any_is_no_else_unknown_when_any_is(
    digits: tuple[Answer, ...], answer: Answer
) -> None:
    assert whole_answer(group("all", len(digits)), digits) is answer


@pytest.mark.parametrize("digits, answer", ANY)
def test_any_is_yes_when_one_is(digits: tuple[Answer, ...], answer: Answer) -> None:
    assert whole_answer(group("any", len(digits)), digits) is answer


@pytest.mark.parametrize("digits, answer", ANY)
def test_none_is_the_opposite_of_any(digits: tuple[Answer, ...], answer: Answer) -> None:
    assert whole_answer(group("none", len(digits)), digits) is (None if answer is None else not answer)


@pytest.mark.parametrize("digits, answer", TWO)
def test_any_that_needs_two(digits: tuple[Answer, ...], answer: Answer) -> None:
    assert whole_answer(group("any", len(digits), needs=2), digits) is answer


@pytest.mark.parametrize("answer", [Y, N, U])
def test_leaf_is_its_own_answer(answer: Answer) -> None:
    assert whole_answer(leaf(), [answer]) is answer


# --- against a definition that tries everything -------------------------------------------------------------


def predicates() -> st.SearchStrategy[Predicate]:
    one = st.just(leaf())
    return st.recursive(
        one,
        lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
            lambda items: st.one_of(
                st.just(All("", tuple(items))),
                st.just(NoneOf("", tuple(items))),
                st.integers(1, len(items)).map(lambda needs: AnyOf("", tuple(items), needs)),
            )
        ),
        max_leaves=7,
    )


@st.composite
def asked(draw: st.DrawFn) -> tuple[Predicate, list[Answer]]:
    predicate = draw(predicates())
    count = len(list(leaves(predicate)))
    return predicate, draw(st.lists(st.sampled_from([Y, N, U]), min_size=count, max_size=count))


def plainly(predicate: Predicate, digits: list[bool]) -> bool:
    """The answer when nothing is unknown; takes its digits from the front."""
    if isinstance(predicate, Leaf):
        return digits.pop(0)
    found = [plainly(item, digits) for item in predicate.items]
    if isinstance(predicate, All):
        return all(found)
    return not any(found) if isinstance(predicate, NoneOf) else sum(found) >= predicate.needs


def by_trying(predicate: Predicate, digits: list[Answer]) -> Answer:
    """Unknown when it depends on what the unknown would be."""
    choices = [[Y, N] if one is None else [one] for one in digits]
    found = {plainly(predicate, list(one)) for one in product(*choices)}
    return found.pop() if len(found) == 1 else None


@settings(max_examples=100, deadline=None)
@given(asked())
def test_unknown_is_what_the_missing_value_would_decide(pair: tuple[Predicate, list[Answer]]) -> None:
    assert whole_answer(*pair) is by_trying(*pair)


# --- counts -------------------------------------------------------------------------------------------------


def test_every_record_gets_one_verdict() -> None:
    answers = [Answers(Y, (Y,), 10), Answers(N, (N,), 5), Answers(U, (U,), 3), Answers(Y, (Y,), 2)]

    found = count_verdicts(answers, starts=7, deferred=4)

    assert found == Counts(
        checked=20, matched=7, not_matched=5, undecided=3, already=1, deferred=4, excluded=0, stopped=0
    )


def test_empty_module_counts_nothing() -> None:
    assert count_verdicts([], 0, 0) == Counts(0, 0, 0, 0, 0, 0, (), 0, 0)


@given(st.lists(st.tuples(st.sampled_from([Y, N, U]), st.integers(1, 50)), max_size=6), st.data())
def test_verdicts_add_up_to_all_records(groups: list[tuple[Answer, int]], data: st.DataObject) -> None:
    yes = sum(count for answer, count in groups if answer)
    starts = data.draw(st.integers(0, yes))
    deferred = data.draw(st.integers(0, yes - starts))

    found = count_verdicts((Answers(answer, (), count) for answer, count in groups), starts, deferred)

    parts = (found.matched, found.not_matched, found.undecided, found.already, found.deferred)
    assert sum(parts) == found.checked == sum(count for _, count in groups)
    assert min(parts) >= 0


# --- funnel -------------------------------------------------------------------------------------------------

TWO_LEAVES = All("", (leaf("all/0"), leaf("all/1")))


def answers_of(predicate: Predicate, *rows: tuple[tuple[Answer, ...], int]) -> list[Answers]:
    return [Answers(whole_answer(predicate, digits), digits, count) for digits, count in rows]


def test_funnel_counts_for_each_condition_alone() -> None:
    rows = answers_of(
        TWO_LEAVES,
        ((Y, Y), 1),
        ((Y, N), 2),
        ((N, Y), 4),
        ((N, N), 8),
        ((U, Y), 16),
        ((Y, U), 32),
        ((U, N), 64),
    )

    found = funnel(TWO_LEAVES, rows)

    assert found == [
        FunnelStep("all/0", passed=35, only_this=20, unknown=80),
        FunnelStep("all/1", passed=21, only_this=34, unknown=32),
    ]


def test_records_that_match_or_fail_two_conditions_are_in_nobodys_way() -> None:
    rows = answers_of(TWO_LEAVES, ((Y, Y), 5), ((N, N), 5), ((U, U), 5))

    assert [one.only_this for one in funnel(TWO_LEAVES, rows)] == [0, 0]


def test_each_of_any_would_do_alone() -> None:
    predicate = AnyOf("", (leaf("any/0"), leaf("any/1")))

    assert [one.only_this for one in funnel(predicate, answers_of(predicate, ((N, N), 3), ((Y, N), 4)))] == [
        3,
        3,
    ]


def test_workflow_without_conditions_has_no_funnel() -> None:
    assert funnel(None, [Answers(Y, (), 7)]) == []


@settings(max_examples=60, deadline=None)
@given(predicates(), st.data())
def test_funnel_is_what_counting_records_one_by_one_gives(predicate: Predicate, data: st.DataObject) -> None:
    count = len(list(leaves(predicate)))
    row = st.tuples(*[st.sampled_from([Y, N, U])] * count)
    rows = data.draw(st.lists(st.tuples(row, st.integers(1, 9)), max_size=6, unique_by=lambda pair: pair[0]))

    found = funnel(predicate, answers_of(predicate, *rows))

    for number, (step, (_, right)) in enumerate(zip(found, rights(predicate), strict=True)):
        records = [digits for digits, times in rows for _ in range(times)]
        assert step.passed == sum(digits[number] is right for digits in records)
        assert step.unknown == sum(digits[number] is None for digits in records)
        assert step.only_this == sum(_only(predicate, digits, number, right=right) for digits in records)


def _only(predicate: Predicate, digits: tuple[Answer, ...], number: int, *, right: bool) -> bool:
    if by_trying(predicate, list(digits)) is True:
        return False
    turned = [right if place == number else one for place, one in enumerate(digits)]
    return by_trying(predicate, turned) is True
