"""Sees two workflows of one night that set one field of the same records to different values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.checks.facts import Demand, Facts, Write
from engine.checks.places import told_place
from engine.model.diagnostics import Problems

_MOST_COMPARED = 20
"""Of many files that set a field to one value, so many of the latest are looked at."""

Hand = tuple[Facts, Write]


def note_written_twice(files: Sequence[Facts], problems: Problems) -> None:
    """Each write that still meets records which another workflow has set otherwise just before."""
    before: dict[tuple[str, str], dict[str, list[Hand]]] = {}
    for file in sorted((one for one in files if one.nightly), key=lambda one: (one.priority, one.id)):
        for write in _tonight(file):
            by_value = before.get((file.module, write.field), {})
            first = next(
                (one for one in _earlier(file, write, by_value) if _may_meet(one, (file, write))), None
            )
            if first is not None:
                _warn(first[1], file, write, problems)
        for write in _tonight(file):
            by_value = before.setdefault((file.module, write.field), {})
            by_value.setdefault(write.value or "", []).append((file, write))


def _tonight(file: Facts) -> Iterator[Write]:
    return (one for one in file.writes if one.tonight and one.is_known and one.value is not None)


def _earlier(file: Facts, write: Write, by_value: dict[str, list[Hand]]) -> Iterator[Hand]:
    """Those who set another value that this one lets pass."""
    asked = _asked(file, write)
    for value, hands in by_value.items():
        if value != write.value and all(value in options for options in asked):
            yield from hands[-_MOST_COMPARED:]


def _asked(file: Facts, write: Write) -> list[frozenset[str]]:
    demands = (*file.demands, *write.asked)
    return [one.options for one in demands if one.roots == {write.field} and one.options is not None]


def _warn(one: Write, file: Facts, write: Write, problems: Problems) -> None:
    kind = "asked" if _asked(file, write) else ""
    facts = {"field": write.label, "value": write.value, "other": one.value, "place": told_place(one.at)}
    problems.warning(write.at, "W588", kind=kind, **facts)


def _may_meet(one: Hand, other: Hand) -> bool:
    """Whether what the first leaves behind meets the second, as far as it can be told for certain."""
    (first, write), (second, next_write) = one, other
    before = (*first.demands, *first.bars, *write.asked)
    after = (*second.demands, *second.bars, *next_write.asked)
    written = {one.field: one.value for one in first.writes if one.tonight}
    for demand in after:
        changed = demand.roots & written.keys()
        if changed and not (demand.options and demand.roots == changed):
            return False
        if changed and demand.options is not None:
            if not demand.options & {written[one] for one in changed}:
                return False
            continue
        if not all(_go_together(demand, other) for other in before if demand.roots & other.roots):
            return False
    return True


def _go_together(one: Demand, other: Demand) -> bool:
    """Two demands on the same thing: the same, or both understood and not excluding each other."""
    if one.text == other.text:
        return True
    known = one.subject == other.subject and one.is_known and other.is_known
    return known and not one.excludes(other)
