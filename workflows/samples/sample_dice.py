"""Draws that are the same on every machine and Python version."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws made of `Random.random()` and plain arithmetic only, the same on every machine."""

    def __init__(self, seed: int) -> None:
        self.roll = Random(seed).random

    def chance(self, share: float) -> bool:
        return self.roll() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.roll() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.roll() * len(options))]

    def weighted(self, table: Sequence[tuple[T, int]]) -> T:
        """One value of a table of (value, weight) pairs; whole weights, as `sum` of floats differs by version."""
        left = self.roll() * sum(weight for _, weight in table)
        for value, weight in table:
            left -= weight
            if left < 0:
                return value
        return table[-1][0]

    def curve(self, points: Sequence[tuple[float, int]]) -> int:
        """A value of a distribution given by its quantiles, straight between two points."""
        share = self.roll()
        for (x0, y0), (x1, y1) in pairwise(points):
            if share <= x1:
                return y0 + int((share - x0) / (x1 - x0) * (y1 - y0))
        return points[-1][1]
