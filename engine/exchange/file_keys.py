"""The keys of a file by their hashes: eight bytes a row, where the keys themselves would take a hundred."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise

from engine.exchange.rows import Key

_PARTS = 8
"""Sorted in parts, because one list of all would take five times the memory."""


class FileKeys:
    """Which keys a file has, and which of them more than one row may have."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._parts = [array("q") for _ in range(_PARTS)]
        for key in keys:
            one = hash(key)
            self._parts[one % _PARTS].append(one)
        self._doubles: set[int] = set()
        for n, part in enumerate(self._parts):
            self._parts[n] = array("q", sorted(part))
            self._doubles.update(one for one, other in pairwise(self._parts[n]) if one == other)

    def __contains__(self, key: Key | None) -> bool:
        if key is None:
            return False
        part, one = self._parts[hash(key) % _PARTS], hash(key)
        place = bisect_left(part, one)
        return place < len(part) and part[place] == one

    def may_be_double(self, key: Key) -> bool:
        """Whether more than one row may have the key; the keys themselves are compared later."""
        return hash(key) in self._doubles
