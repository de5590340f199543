"""Two texts that come from one put together, line by line: what only one side has changed is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Clash:
    """A place where both sides have changed the same lines; it begins at a line of the merged text."""

    line: int
    mine: tuple[str, ...]
    theirs: tuple[str, ...]


@dataclass(frozen=True)
class Merged:
    """The text of both; where they clash it has mine."""

    text: str
    clashes: tuple[Clash, ...]


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Take from each side what the other has left as it was."""
    old, ours, others = (text.splitlines(keepends=True) for text in (base, mine, theirs))
    found, clashes = list[str](), list[Clash]()
    place = (0, 0, 0)
    for start in (*_common(old, ours, others), (len(old), len(ours), len(others))):
        was, my, their = (lines[i:j] for lines, i, j in zip((old, ours, others), place, start, strict=True))
        if their in (was, my):
            found += my
        elif my == was:
            found += their
        else:
            clashes.append(Clash(len(found) + 1, tuple(my), tuple(their)))
            found += my
        if start[0] < len(old):
            found.append(old[start[0]])
        place = (start[0] + 1, start[1] + 1, start[2] + 1)
    return Merged("".join(found), tuple(clashes))


def _common(old: Sequence[str], ours: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """The lines that all three have: where each stands."""
    mine, theirs = _kept(old, ours), _kept(old, others)
    for number in range(len(old)):
        if number in mine and number in theirs:
            yield number, mine[number], theirs[number]


def _kept(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Line of the old text -> the same line of the new one."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {one.a + step: one.b + step for one in blocks for step in range(one.size)}
