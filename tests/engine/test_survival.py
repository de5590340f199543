"""How long silences last: against an evaluator that asks every pair, and where the answer is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.survival import FEWEST, FIRSTS, Course, Part, Silences

DAY = st.integers(0, 12)
GAPS = st.lists(st.tuples(DAY, st.booleans()), max_size=25)
Gap = tuple[int, bool]
"""Its days, and whether it is still open."""


def course(gaps: Sequence[Gap]) -> Course:
    return Course(
        Counter(days for days, is_open in gaps if not is_open),
        Counter(days for days, is_open in gaps if is_open),
    )


def plain_chance(gaps: Sequence[Gap], day: int, within: int) -> Fraction | None:
    """The product-limit estimate as it is defined, from every silence on every day."""
    if not any(days > day for days, _ in gaps):
        return None
    lasting = Fraction(1)
    for one in range(day + 1, day + within + 1):
        reach = [gap for gap in gaps if gap[0] >= one]
        if not reach:
            return None if lasting else Fraction(1)
        lasting *= 1 - Fraction(sum(gap == (one, False) for gap in reach), len(reach))
    return 1 - lasting


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(GAPS, DAY, st.integers(1, 6))
def test_chance_is_the_product_limit(gaps: list[Gap], day: int, within: int) -> None:
    found, wanted = course(gaps).chance(day, within), plain_chance(gaps, day, within)

    assert found == (None if wanted is None else pytest.approx(float(wanted)))


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(GAPS, DAY)
def test_counts(gaps: list[Gap], day: int) -> None:
    found = course(gaps)

    assert found.outlasting(day) == sum(days > day for days, _ in gaps)
    assert found.open_for(day) == sum(is_open and days >= day for days, is_open in gaps)
    assert found.ends == sum(not is_open for _, is_open in gaps)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(GAPS, DAY)
def test_silences_to_come(gaps: list[Gap], day: int) -> None:
    """Each open one that is no longer yet, by its chance to last that long."""
    wanted = sum(
        1 - chance
        for days, is_open in gaps
        if is_open
        and days <= day
        and (chance := plain_chance([*gaps, (99, True)], days, day - days)) is not None
    )

    assert course([*gaps, (99, True)]).to_come(day) == pytest.approx(float(wanted))


def test_by_hand() -> None:
    """Ten silences: on day 3 two of ten end, on day 5 one of seven, on day 8 two of four."""
    gaps = (
        [(3, False)] * 2 + [(4, True)] + [(5, False)] + [(6, True)] * 2 + [(8, False)] * 2 + [(9, True)] * 2
    )
    found = course(gaps)

    assert found.chance(0, 3) == pytest.approx(0.2)
    assert found.chance(2, 3) == pytest.approx(1 - 8 / 10 * 6 / 7)
    assert found.chance(5, 4) == pytest.approx(0.5)
    assert found.chance(3, 1) == 0
    assert found.chance(5, 5) is None  # nobody was seen for ten days
    assert found.chance(9, 1) is None


def one_part(gaps: Sequence[Gap], nth: int = 0) -> Part:
    return {(nth, *gap): count for gap, count in Counter(gaps).items()}


def simulated(random: Random, chances: Sequence[float], customers: int) -> Silences:
    """Twenty parts of customers who order by the same chance every day, seen for up to 400 days."""
    parts: list[Counter[tuple[int, int, bool]]] = [Counter() for _ in range(20)]
    for number in range(customers):
        left, nth = random.randint(50, 400), 0
        while True:
            chance, days = chances[min(nth, FIRSTS)], 1
            while random.random() >= chance and days < left:
                days += 1
            is_open = days >= left
            parts[number % 20][nth, days, is_open] += 1
            if is_open:
                break
            left, nth = left - days, min(nth + 1, FIRSTS)
    return Silences(parts)


@pytest.mark.parametrize("days", [5, 30, 60])
def test_known_chance_is_found(days: int) -> None:
    """Without memory, who has been silent for long is as near to the next order as anybody."""
    share = simulated(Random(4), [0.02] * 3, 2000).ending(days, 30)

    assert share is not None
    assert share.value == pytest.approx(1 - 0.98**30, abs=0.02)
    assert share.low <= 1 - 0.98**30 <= share.high
    assert share.high - share.low < 0.08


def test_bounds_hold_as_often_as_they_say() -> None:
    true, held = 1 - 0.98**30, 0
    for seed in range(100):
        share = simulated(Random(seed), [0.02] * 3, 120).ending(30, 30)
        assert share is not None
        held += share.low <= true <= share.high

    assert held >= 85  # of 400 worlds 93 in 100 held


def test_alarms_to_come_are_weighed_as_they_will_be() -> None:
    """Of a thousand one in ten comes back after the first order, but those are long silent already."""
    firsts = [(20, False)] * 100 + [(300, True)] * 900
    laters = [(20, False)] * 500 + [(40, False)] * 400 + [(5, True)] * 100 + [(300, True)] * 100
    silences = Silences([{**one_part(firsts, 0), **one_part(laters, FIRSTS)}])

    share = silences.ending(10, 90)

    assert share is not None
    # Only the hundred with many orders come to ten days next: of 1,000 like them 900 came back.
    assert share.value == pytest.approx(0.9)


def test_many_alike_are_not_many() -> None:
    """The same silences, by twenty customers each of one kind or by four hundred of all kinds."""
    short, long = one_part([(10, False)] * 20), one_part([(10, True)] * 19 + [(60, True)])
    mixed = one_part([(10, False)] * 10 + [(10, True)] * 9 + [(60, True)])

    apart, together = Silences([short, long] * 10).ending(5, 5), Silences([mixed] * 20).ending(5, 5)

    assert apart is not None
    assert together is not None
    assert apart.high - apart.low > 3 * (together.high - together.low)


def test_nothing_is_said_of_a_few() -> None:
    few = one_part([(10, False)] * (FEWEST - 1) + [(50, True)] * 0)
    enough = one_part([(10, False)] * FEWEST)

    assert Silences([few]).ending(5, 5) is None
    assert Silences([enough]).ending(5, 5) is not None
    assert Silences([enough]).ending(10, 5) is None


def test_first_length_with_few_enough() -> None:
    """Half of a hundred come back on day 10, half of the rest on day 20, half of those on day 30."""
    gaps = [(10, False)] * 400 + [(20, False)] * 200 + [(30, False)] * 20 + [(90, True)] * 180
    silences = Silences([one_part(gaps)])

    found = silences.suggested([5, 10, 15, 20, 25, 30, 40], 10, 0.3)

    assert found is not None
    # Longer than 15 days: 400, of which 200 end by day 25; longer than 20: 200, of which 20 end.
    assert (found.days, found.shortest, found.longest) == (20, 20, 20)
    assert found.share.value == pytest.approx(0.1)
    assert found.share.of == 200
    assert silences.suggested([5, 10, 15], 10, 0.3) is None


def test_what_is_small_only_for_the_shortest_is_not_suggested() -> None:
    """Nobody comes back before day 20, half do then: five days would be called safe, and are not."""
    gaps = [(20, False)] * 400 + [(90, True)] * 400
    silences = Silences([one_part(gaps)])

    found = silences.suggested([5, 10, 15, 20, 25], 10, 0.3)

    assert found is not None
    after_five = silences.ending(5, 10)
    assert after_five is not None  # eight hundred stand behind it
    assert after_five.value == 0
    assert found.days == 20
