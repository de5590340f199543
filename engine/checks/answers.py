"""Sets of answers: what a group of conditions may answer, given what each of its parts may (Meaning 1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

YES, NO, UNKNOWN = 1, 2, 4
NOT_YES = NO | UNKNOWN
ANY = YES | NO | UNKNOWN
"""A set of answers is a sum of these. Too large a set costs a warning, too small a one would tell a lie."""


def every(sets: Sequence[int]) -> int:
    """Yes when all are, no when any is no, else unknown."""
    found = YES
    for one in sets:
        if not one & YES:
            found &= ~YES
        if one & NO:
            found |= NO
    if all(one & (YES | UNKNOWN) for one in sets) and any(one & UNKNOWN for one in sets):
        found |= UNKNOWN
    return found


def opposite(answers: int) -> int:
    """No for yes, yes for no."""
    return (answers & UNKNOWN) | (NO if answers & YES else 0) | (YES if answers & NO else 0)


def enough(sets: Iterable[int], needs: int) -> int:
    """Yes when at least `needs` are; no when they cannot be, even if the unknown were yes."""
    if needs == 1:
        return opposite(every([opposite(one) for one in sets]))
    counts = {(0, 0)}
    for one in sets:
        grown = set()
        for yes, unknown in counts:
            grown |= {(yes + 1, unknown)} if one & YES else set()
            grown |= {(yes, unknown + 1)} if one & UNKNOWN else set()
            grown |= {(yes, unknown)} if one & NO else set()
        counts = grown
    found = 0
    for yes, unknown in counts:
        found |= YES if yes >= needs else UNKNOWN if yes + unknown >= needs else NO
    return found


def settled(answers: int, if_missing: bool | None) -> int:  # noqa: FBT001 - a third value: not settled
    """What is left of unknown where a file says what missing means."""
    if if_missing is None or not answers & UNKNOWN:
        return answers
    return (answers & ~UNKNOWN) | (YES if if_missing else NO)
