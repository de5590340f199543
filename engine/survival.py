"""How long silences last, and how many of those that have lasted some days end by themselves soon after.

The share of silences that last longer than a day is the product-limit estimate: of those that reach a day,
the share that does not end on it, multiplied over the days (Kaplan and Meier 1958). The last silence of
everybody is still open: it counts for the days it has lasted, and says nothing about later ones.

Who has ordered once comes back more rarely than who has ordered often, and the long silences of the past are
mostly theirs: all together they would say too little of the alarms to come. So silences after the first, the
second and later orders are estimated apart, and weighed as they will be among those who reach a length next:
those who are silent for less today, each by the chance to get there (direct standardisation, Makuch 1982).
At the CDNOW shop 34 of 100 alarms after 90 days were false in the half year to come; this says 33, all
silences in one would say 17 (tests/test_advise_real.py).

Silences of one customer are alike, so they are not so many independent ones. How far an estimate may be off
is seen by leaving out one twentieth of the customers after the other (the delete-a-group jackknife, Kott
2001); that error is worth so many independent silences, and these give the bounds (Korn and Graubard 1998,
with the score interval of Wilson 1927). A length is bounded where the bounds of its share cross what is asked
for (Brookmeyer and Crowley 1982).

The bounds know nothing of what changes with time, such as a season: an estimate looks back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from math import exp, inf, log, sqrt
from typing import TypeAlias

FIRSTS = 2
"""The silences after the first orders: 0 the first, 1 the second; all later ones are 2."""
FEWEST = 30
"""With fewer silences of a length nothing is said about it."""
_WIDTH = 2.093
"""Student's, for twenty parts: nineteen times out of twenty the true share lies between the bounds."""


class Course:
    """How many silences ended, and how many are still open, after so many days."""

    def __init__(self, ended: Mapping[int, int], still_open: Mapping[int, int]) -> None:
        self.longest = max([0, *ended, *still_open])
        span = range(self.longest + 1)
        self.ended = [ended.get(day, 0) for day in span]
        self.still_open = [still_open.get(day, 0) for day in span]

    @property
    def ends(self) -> int:
        """The number of silences that have ended."""
        return sum(self.ended)

    def open_for(self, day: int) -> int:
        """How many are open, and have lasted so many days or more."""
        return sum(self.still_open[max(day, 0) :])

    def outlasting(self, day: int) -> int:
        """How many have lasted longer than so many days, ended or not."""
        return self._reaching[day + 1] if day < self.longest else 0

    @cached_property
    def _reaching(self) -> list[int]:
        """How many have lasted so many days or more."""
        both = [one + other for one, other in zip(self.ended, self.still_open, strict=True)]
        return list(accumulate(reversed(both)))[::-1]

    @cached_property
    def _hazard(self) -> list[float]:
        """The sum to each day of the logarithms of the shares that do not end on a day."""
        steps = (
            0.0 if not ends else log(1 - ends / reach) if ends < reach else -inf
            for ends, reach in zip(self.ended, self._reaching, strict=True)
        )
        return list(accumulate(steps))

    @cached_property
    def _arriving(self) -> list[float]:
        """For each day: the open silences of so many days at most, each over its share that lasts as long."""
        shares = (
            count / exp(hazard) if count and hazard > -inf else 0.0
            for count, hazard in zip(self.still_open, self._hazard, strict=True)
        )
        return list(accumulate(shares))

    def to_come(self, day: int) -> float:
        """How many of the silences that are open will, as far as is known, have lasted so many days next."""
        if not self.outlasting(day):
            return 0.0
        return self._arriving[day] * exp(self._hazard[day])

    def chance(self, day: int, within: int) -> float | None:
        """The share of silences longer than `day` days that end at most `within` days later.

        None where no silence lasts that long, or the records do not reach that far.
        """
        if not self.outlasting(day):
            return None
        before, end = self._hazard[day], day + within
        after = self._hazard[min(end, self.longest)]
        if end > self.longest and after != -inf:
            return None
        return 1.0 if after == -inf else 1 - exp(after - before)


@dataclass(frozen=True, slots=True)
class Share:
    """A share from 0 to 1 with its bounds, and how many stand behind it."""

    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The fewest days with a share of at most what is asked for, and between which days they may lie.

    `longest` is None where the records do not reach that far.
    """

    days: int
    shortest: int
    longest: int | None
    share: Share


Part: TypeAlias = Mapping[tuple[int, int, bool], int]
"""Which silence of a customer it is (see FIRSTS), its days, whether it is open -> how many such."""


@dataclass(frozen=True)
class Silences:
    """The silences of some customers, who are parted by lot: `parts` are the silences of each part."""

    parts: Sequence[Part]
    _shares: dict[tuple[int, int], Share | None] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def whole(self) -> Course:
        """All of them."""
        return self._all.course(_EVERY)

    @cached_property
    def _all(self) -> _Sample:
        return _Sample(self.parts)

    @cached_property
    def _without(self) -> tuple[_Sample, ...]:
        """All but those of one part, for each part that has some."""
        return tuple(
            _Sample([*self.parts[:number], *self.parts[number + 1 :]])
            for number, part in enumerate(self.parts)
            if part
        )

    def ending(self, day: int, within: int) -> Share | None:
        """Of those longer than `day` days, the share that ends at most `within` days later."""
        if (day, within) not in self._shares:
            self._shares[day, within] = self._ending(day, within)
        return self._shares[day, within]

    def _ending(self, day: int, within: int) -> Share | None:
        apart = next((one for one in _APART if self._all.tells(one, day, within)), None)
        if apart is None:
            return None
        value, count = self._all.chance(apart, day, within), self.whole.outlasting(day)
        assert value is not None
        others = (course.chance(apart, day, within) for course in self._without)
        variance = _variance([one for one in others if one is not None])
        return Share(value, *_bounds(value, count, variance), count)

    def suggested(self, lengths: Iterable[int], within: int, most: float) -> Suggestion | None:
        """The first of some lengths, from short to long, with a share of at most `most` that ends soon after.

        No longer one has clearly more: those who never come back a second time make the share of very short
        silences small, too.
        """
        told = [(one, share) for one in lengths if (share := self.ending(one, within)) is not None]
        above = max((number for number, (_, share) in enumerate(told) if share.low > most), default=-1)
        rest = told[above + 1 :]
        chosen = next(((one, share) for one, share in rest if share.value <= most), None)
        if chosen is None:
            return None
        days, share = chosen
        longest = next((one for one, other in rest if one >= days and other.high <= most), None)
        return Suggestion(days, rest[0][0], longest, share)


_EVERY = frozenset(range(FIRSTS + 1))
_APART = tuple(
    tuple(frozenset(some) for some in ([*({one} for one in range(first)), {*range(first, FIRSTS + 1)}]))
    for first in range(FIRSTS, -1, -1)
)
"""How silences are told apart: by as many of the first ones as there are enough of."""


@dataclass(frozen=True)
class _Sample:
    """The silences of some parts, as one."""

    parts: Sequence[Part]
    _courses: dict[frozenset[int], Course] = field(default_factory=dict)

    def course(self, some: frozenset[int]) -> Course:
        """The silences that are the first, the second, … ones of their customers."""
        if some not in self._courses:
            ended, still_open = Counter[int](), Counter[int]()
            for part in self.parts:
                for (nth, days, is_open), count in part.items():
                    if nth in some:
                        (still_open if is_open else ended)[days] += count
            self._courses[some] = Course(ended, still_open)
        return self._courses[some]

    def tells(self, apart: Sequence[frozenset[int]], day: int, within: int) -> bool:
        """Whether there are enough of each kind to tell the chance of."""
        return all(
            course.outlasting(day) >= FEWEST and course.chance(day, within) is not None
            for course in map(self.course, apart)
        )

    def chance(self, apart: Sequence[frozenset[int]], day: int, within: int) -> float | None:
        """The chances of each kind, weighed by how many are to come; if none are, by how many there were."""
        courses = [self.course(one) for one in apart]
        weights = [one.to_come(day) for one in courses]
        if not any(weights):
            weights = [float(one.outlasting(day)) for one in courses]
        known = [
            (weight, one)
            for weight, course in zip(weights, courses, strict=True)
            if weight and (one := course.chance(day, within)) is not None
        ]
        total = sum(weight for weight, _ in known)
        return sum(weight * one for weight, one in known) / total if total else None


def _variance(others: Sequence[float]) -> float:
    """The jackknife's: how much the estimates without one part differ."""
    if len(others) < 2:
        return 0.0
    mean = sum(others) / len(others)
    return (len(others) - 1) / len(others) * sum((one - mean) ** 2 for one in others)


def _bounds(value: float, count: int, variance: float) -> tuple[float, float]:
    """Wilson's interval, for as many independent silences as have this variance."""
    spread = value * (1 - value)
    worth = min(float(count), spread / variance) if variance > 0 and spread > 0 else float(count)
    middle = (value + _WIDTH**2 / (2 * worth)) / (1 + _WIDTH**2 / worth)
    half = _WIDTH / (1 + _WIDTH**2 / worth) * sqrt(spread / worth + _WIDTH**2 / (4 * worth**2))
    return max(0.0, middle - half), min(1.0, middle + half)
