"""What somebody looks for in a list, as people write it: several words, and blanks where they like them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LOOSE = re.compile(r"(?<=\d)\s+(?=[^\W\d])|(?<=[\u4e00-\u9fff])\s+(?=\d)")
"""`90 天` and `90天` are the same, as are `满 90` and `满90`."""


def _plain(text: str) -> str:
    return _LOOSE.sub("", text.casefold())


@dataclass(frozen=True)
class Search:
    """The words that are looked for; none: everything is found."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, written: str) -> Search:
        """As it was typed."""
        return cls(tuple(_plain(written).split()))

    def finds(self, *texts: str) -> bool:
        """Whether every word stands somewhere in the texts."""
        found = _plain("\n".join(texts))
        return all(one in found for one in self.words)

    def first_in(self, texts: Iterable[str]) -> str:
        """The first text that holds one of the words; empty where there is none."""
        return next((text for text in texts if any(one in _plain(text) for one in self.words)), "")
