"""Made-up records that may meet a condition, put together from what each of its parts asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product
from typing import TypeAlias

from engine.model.entities import Module
from engine.model.predicates import All, AnyOf, Empty, Leaf, NoneOf, Predicate, leaves
from engine.suggestions.boundaries import Held, Probe

_MOST_WAYS = 24
Way: TypeAlias = tuple[tuple[Leaf, bool], ...]
"""Leaves with what they have to answer."""


@dataclass(frozen=True)
class Fitting:
    """Records of a module. `probes` gives what may be held for a leaf, `answer` what it says of that."""

    module: Module
    probes: Callable[[Leaf], tuple[Probe, ...]]
    answer: Callable[[Leaf, Probe], bool | None]

    def records(self, predicate: Predicate | None, onto: Probe = ()) -> Iterator[Probe]:
        """Records that may meet a condition, the likeliest first."""
        for way in islice(self._ways(predicate, wanted=True), _MOST_WAYS):
            # That there is a value at all comes last: what else is asked of it gives it one.
            met = (leaf for leaf, wanted in way if wanted)
            needed = sorted(met, key=lambda leaf: isinstance(leaf.tests[0], Empty))
            yield from map(self.needful, self._extended(onto, [(one, self.probes(one)) for one in needed]))

    def through(self, predicate: Predicate, leaf: Leaf | None, onto: Probe = ()) -> Iterator[Probe]:
        """The same, but met because of one leaf, if any: what stands beside it in an `any` is not met.

        Here the answers count, also those below a `none`, and what is held for one leaf may serve another
        that asks about the same.
        """
        found = self._ways(predicate, wanted=True, through=leaf)
        ways = (way for way in found if leaf is None or (leaf, True) in way)
        asked = list(leaves(predicate))
        for way in islice(ways, _MOST_WAYS):
            needed = [(one, self._answering(one, asked, wanted=wanted)) for one, wanted in way]
            yield from map(self.needful, self._extended(onto, needed))

    def _answering(self, leaf: Leaf, asked: Sequence[Leaf], *, wanted: bool) -> tuple[Probe, ...]:
        """What makes a leaf answer so: nothing, where it does so by itself; its own; that of other leaves."""
        own = self.probes(leaf)
        keys = {probe[-1].key for probe in own}
        others = (probe for one in asked for probe in self.probes(one) if probe[-1].key in keys)
        found = dict.fromkeys([(), *own, *others] if not wanted else [*own, *others, ()])
        return tuple(one for one in found if self.answer(leaf, one) is wanted)

    def needful(self, held: Probe) -> Probe:
        """Without what every record holds by default, be it nothing."""
        return tuple(one for one in held if one.rows != () and not self._is_default(one))

    def _is_default(self, held: Held) -> bool:
        field = self.module.fields.get(held.key)
        default = None if field is None else field.default
        return held.is_missing and default is None if not held.text else held.text == default

    def _ways(
        self, predicate: Predicate | None, *, wanted: bool, through: Leaf | None = None
    ) -> Iterator[Way]:
        """Which leaves to meet, or to fail: of `any` as many as it needs, first those that can be met.

        The others of an `any` are left as they are; not beside `through`.
        """
        if predicate is None:
            yield ()
        elif isinstance(predicate, Leaf):
            yield ((predicate, wanted),)
        elif isinstance(predicate, AnyOf) and wanted:
            items = sorted(predicate.items, key=lambda one: not self._can(one))
            is_beside = through is not None and through in leaves(predicate)
            for some in combinations(items, predicate.needs):
                others = [(one, False) for one in items if one not in some] if is_beside else []
                yield from self._together([*((one, True) for one in some), *others], through)
        elif isinstance(predicate, All if wanted else AnyOf) or (isinstance(predicate, NoneOf) and wanted):
            holds = wanted and isinstance(predicate, All)
            yield from self._together([(one, holds) for one in predicate.items], through)
        else:  # all of them fail where one does, none of them where one holds
            for one in self._apart(predicate.items, through):
                yield from self._ways(one, wanted=isinstance(predicate, NoneOf), through=through)

    def _together(self, items: Sequence[tuple[Predicate, bool]], through: Leaf | None) -> Iterator[Way]:
        each = [
            list(islice(self._ways(one, wanted=wanted, through=through), _MOST_WAYS)) for one, wanted in items
        ]
        for ways in product(*each):
            yield tuple(chain.from_iterable(ways))

    def _apart(self, items: Sequence[Predicate], leaf: Leaf | None) -> Sequence[Predicate]:
        """Those first that ask about other things than a leaf."""
        about = {probe[-1].key for probe in self.probes(leaf)} if leaf else set()
        return sorted(items, key=lambda one: any(about & keys for keys in self._asked(one)))

    def _asked(self, predicate: Predicate) -> Iterator[set[str]]:
        for leaf in leaves(predicate):
            yield {probe[-1].key for probe in self.probes(leaf)}

    def _can(self, predicate: Predicate) -> bool:
        return all(self.probes(leaf) for leaf in leaves(predicate))

    def _extended(self, held: Probe, needed: Sequence[tuple[Leaf, tuple[Probe, ...]]]) -> Iterator[Probe]:
        """The record with what each leaf needs, in all ways that fit together."""
        if not needed:
            yield held
            return
        leaf, probes = needed[0]
        fitting = [both for one in probes if (both := joined(held, one)) is not None]
        is_there = isinstance(leaf.tests[0], Empty) and any(
            one.key == other.key for probe in probes for one in probe for other in held
        )
        for one in [held] if is_there or not probes else fitting:
            yield from self._extended(one, needed[1:])


def joined(held: Probe, probe: Probe) -> Probe | None:
    """Both; None where they contradict each other."""
    for one in probe:
        before = next((other for other in held if other.key == one.key), None)
        if before is None:
            held = (*held, one)
        elif (before.text, before.rows) != (one.text, one.rows):
            return None
    return held


def over(held: Probe, probe: Probe) -> Probe:
    """The one, with the other in its place; without what is missing."""
    kept = [next((new for new in probe if new.key == one.key), one) for one in held]
    added = [one for one in probe if not any(one.key == other.key for other in held)]
    return tuple(one for one in (*kept, *added) if one.rows != () and not one.is_missing)


def news(probe: Probe, held: Probe) -> Probe:
    """What a record holds that another does not; all where there is no difference."""
    return tuple(one for one in probe if one not in held) or probe
