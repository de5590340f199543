"""Made-up records that may meet a condition, put together from what each of its parts asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product

from engine.boundaries import Probe
from engine.model.entities import Module
from engine.model.predicates import AnyOf, Empty, Leaf, NoneOf, Predicate, leaves

_MOST_WAYS = 24


@dataclass(frozen=True)
class Fitting:
    """Records of a module; `probes` gives what may be held for a leaf."""

    module: Module
    probes: Callable[[Leaf], tuple[Probe, ...]]

    def records(
        self, predicate: Predicate | None, onto: Probe = (), through: Leaf | None = None
    ) -> Iterator[Probe]:
        """Records that may meet a condition, the likeliest first; of `any` through a leaf of one's choice."""
        for way in islice(self._ways(predicate), _MOST_WAYS):
            if through is None or through in way:
                # That there is a value at all comes last: what else is asked of it gives it one.
                needed = sorted(way, key=lambda leaf: isinstance(leaf.tests[0], Empty))
                yield from map(self.needful, self._extended(onto, needed))

    def needful(self, held: Probe) -> Probe:
        """Without what every record holds by default."""
        fields = self.module.fields
        return tuple(
            one
            for one in held
            if one.rows != ()
            and (one.key not in fields or fields[one.key].default != one.text or not one.text)
        )

    def _ways(self, predicate: Predicate | None) -> Iterator[tuple[Leaf, ...]]:
        """Which leaves to meet: of `any` as many as it needs, first those that can be met; `none` is left."""
        if predicate is None or isinstance(predicate, NoneOf):
            yield ()
        elif isinstance(predicate, Leaf):
            yield (predicate,)
        elif isinstance(predicate, AnyOf):
            items = sorted(predicate.items, key=lambda one: not self._can(one))
            for some in combinations(items, predicate.needs):
                yield from self._together(some)
        else:
            yield from self._together(predicate.items)

    def _together(self, items: Sequence[Predicate]) -> Iterator[tuple[Leaf, ...]]:
        each = [list(islice(self._ways(one), _MOST_WAYS)) for one in items]
        for ways in product(*each):
            yield tuple(chain.from_iterable(ways))

    def _can(self, predicate: Predicate) -> bool:
        return all(self.probes(leaf) for leaf in leaves(predicate))

    def _extended(self, held: Probe, needed: Sequence[Leaf]) -> Iterator[Probe]:
        """The record with what each leaf needs, in all ways that fit together."""
        if not needed:
            yield held
            return
        probes = self.probes(needed[0])
        fitting = [both for one in probes if (both := joined(held, one)) is not None]
        is_there = isinstance(needed[0].tests[0], Empty) and any(
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
