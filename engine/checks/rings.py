"""Sees workflows that set each other's status in a ring, night after night, with nothing else in between."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from engine.checks.facts import Facts, Write
from engine.checks.places import told_place
from engine.model.diagnostics import Problems

_LONGEST = 4
_MOST_FOLLOWED = 5
"""Of many files that ask for one value, so many are looked at."""

Link = tuple[Facts, Write]


def note_rings(files: Sequence[Facts], problems: Problems) -> None:
    """Each ring once, at the first of its workflows, the shortest rings first."""
    turns: dict[str, list[Link]] = {}
    for file in files:
        for write in _turns(file) if file.nightly and file.repeats else ():
            turns.setdefault(write.field, []).append((file, write))
    for field, links in sorted(turns.items()):
        told: set[str] = set()
        for ring in _rings(links, field, told):
            told |= {file.id for file, _ in ring}
            known = "、".join(f"{file.id} ({told_place(write.at)})" for file, write in ring)
            problems.warning(ring[0][1].at, "W589", field=ring[0][1].label, known=known)


def _turns(file: Facts) -> Iterator[Write]:
    """What every record that starts is set to, where that leads out of what was asked for."""
    writes: dict[str, list[Write]] = {}
    for one in file.writes:
        if one.always and one.tonight:
            writes.setdefault(one.field, []).append(one)
    for field, found in writes.items():
        asked = _options(file, field)
        if len(found) == 1 and asked is not None and found[0].value not in {None, *asked}:
            yield found[0]


def _options(file: Facts, field: str) -> frozenset[str] | None:
    found = [one.options for one in file.demands if one.roots == {field}]
    return found[0] if len(found) == 1 else None


def _rings(links: Sequence[Link], field: str, told: Collection[str]) -> Iterator[tuple[Link, ...]]:
    """Of each workflow not told yet the shortest ring; it begins with the one whose id comes first."""
    following: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        for value in _options(link[0], field) or ():
            following.setdefault((link[0].module, value), []).append(link)

    def follow(ring: tuple[Link, ...]) -> Iterator[tuple[Link, ...]]:
        file, write = ring[-1]
        for link in following.get((file.module, write.value or ""), [])[:_MOST_FOLLOWED]:
            if link is ring[0] and _have_nothing_between(ring, field):
                yield ring
            elif link[0].id > ring[0][0].id and link not in ring and len(ring) < _LONGEST:
                yield from follow((*ring, link))

    for link in sorted(links, key=lambda one: one[0].id):
        rings = () if link[0].id in told else follow((link,))
        ring = min(rings, key=len, default=None)
        if ring is not None:
            yield ring


def _have_nothing_between(ring: Sequence[Link], field: str) -> bool:
    """Whether one of them asks all that any of them asks, beside the field: then all go on matching."""
    asked = [[*file.demands, *file.bars] for file, _ in ring]
    others = [{one.text for one in each if one.roots != {field}} for each in asked]
    written = {write.field for file, _ in ring for write in file.writes} - {field}
    is_touched = any(one.roots & written for each in asked for one in each)
    return not is_touched and all(one <= max(others, key=len) for one in others)
