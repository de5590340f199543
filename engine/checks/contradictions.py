"""Sees conditions that nothing meets, that everything meets, and alternatives that are never the case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.checks.answers import NOT_YES, YES
from engine.checks.asked import conditions_of_steps
from engine.checks.lengths import note_long
from engine.checks.places import Places, places_of, told_place
from engine.checks.possible import (
    Wanted,
    always_holds,
    conflict,
    never_holds,
    only_asks_for_a_value,
    parts_of,
    possible,
)
from engine.checks.windows import note_window
from engine.model.diagnostics import Problems
from engine.model.document import Document, Span
from engine.model.document import Sequence as List
from engine.model.operands import Aggregate, ExpectedNext, Operand, Series, UsualGap
from engine.model.predicates import All, AnyOf, Leaf, NoneOf, Predicate, operands_of
from engine.model.workflow import Barred, Workflow
from engine.shapes.reading import Reading


def note_contradictions(workflow: Workflow, document: Document, reading: Reading) -> None:
    """What the conditions, the goal, the stop rules and the steps of a workflow ask."""
    places = places_of(document)
    if workflow.condition is not None:
        note_condition(workflow.condition, places, reading.problems)
    for bar in workflow.bars:
        if bar.kind is Barred.STOPPED:
            note_bar(bar.predicate, places, reading.problems)
    for predicate, beside in conditions_of_steps(workflow, places):
        note_condition(predicate, beside, reading.problems)
    if workflow.condition is not None and not never_holds(workflow.condition):
        _note_nobody_starts(workflow, places, reading)


def note_condition(predicate: Predicate, places: Places, problems: Problems, always: str = "") -> None:
    """A whole condition: an error where nothing meets it, else a warning for each part without a use.

    `always` is the kind of message where every record meets it.
    """
    look = _Look(places, problems, always)
    if never_holds(predicate):
        look.blame(predicate)
    else:
        look.within(predicate, ())


def note_bar(predicate: Predicate, places: Places, problems: Problems) -> None:
    """A condition that keeps records out: an error as well where every record meets it."""
    at = places(predicate.path)
    if at is not None and always_holds(predicate):
        problems.error(at, "W580", kind="bar")
    else:
        note_condition(predicate, places, problems)


def note_parts(predicate: Predicate, beside: Sequence[Wanted], places: Places, problems: Problems) -> None:
    """The parts of a condition that can be met; `beside` is what is known of the records that come to it."""
    _Look(places, problems).within(predicate, beside)


@dataclass(frozen=True)
class _Look:
    places: Places
    problems: Problems
    always: str = ""

    def blame(self, predicate: Predicate) -> None:
        """The parts that exclude each other, as few and as small as can be told."""
        guilty = conflict([(one, YES) for one in parts_of(predicate)])
        if len(guilty) == 1:
            self._blame_one(guilty[0][0])
            return
        *others, last = sorted((one for one, _ in guilty), key=lambda one: self._at(one) or _NOWHERE)
        at = self._at(last)
        if at is not None:
            known = "、".join(dict.fromkeys(told_place(self._at(one)) for one in others))
            self.problems.error(at, "W580", kind="several", known=known)

    def _blame_one(self, predicate: Predicate) -> None:
        inner = None
        if isinstance(predicate, NoneOf):
            inner = next((one for one in predicate.items if always_holds(one)), None)
        at = self._at(inner or predicate)
        if at is not None:
            kind = "none" if inner is not None else "" if isinstance(predicate, Leaf) else "group"
            self.problems.error(at, "W580", kind=kind)

    def within(self, predicate: Predicate, beside: Sequence[Wanted]) -> None:
        """The parts of a condition; `beside` is what holds around it."""
        if always_holds(predicate):
            self._warn_always(predicate)
        elif isinstance(predicate, All):
            for one in predicate.items:
                siblings = [(other, YES) for other in predicate.items if other is not one]
                self.within(one, (*beside, *siblings))
        elif isinstance(predicate, AnyOf | NoneOf):
            for one in predicate.items:
                if possible([*beside, (one, YES)]):
                    self.within(one, beside)
                else:
                    self._warn_never(one, beside, excluded=isinstance(predicate, NoneOf))
        else:
            self._within_leaf(predicate)

    def _within_leaf(self, leaf: Leaf) -> None:
        at = self._at(leaf)
        if at is not None and only_asks_for_a_value(leaf):
            self.problems.warning(at, "W582", kind="known")
        note_long(leaf, self.places, self.problems)
        for test in leaf.tests:
            note_related(operands_of(test)[0], self.places.below(leaf.path), self.problems)

    def _warn_always(self, predicate: Predicate) -> None:
        inner = next((one for one in _inside(predicate) if always_holds(one)), None)
        if inner is not None:
            self._warn_always(inner)
        elif (at := self._at(predicate)) is not None:
            self.problems.warning(at, "W582", kind=self.always)

    def _warn_never(self, predicate: Predicate, beside: Sequence[Wanted], *, excluded: bool) -> None:
        guilty = [one for one, _ in conflict([*beside, (predicate, YES)]) if one is not predicate]
        at, other = self._at(predicate), self._at(guilty[0]) if guilty else None
        if at is not None:
            kind = "none" if excluded else ""
            self.problems.warning(at, "W581", kind=kind, place=told_place(other))

    def _at(self, predicate: Predicate) -> Span | None:
        return self.places(predicate.path)


_NOWHERE = Span("", 0, 0, 0, 0)


def note_related(operand: Operand, places: Places, problems: Problems) -> None:
    """Which related records a value is made of: the days looked at, and the condition on them."""
    of = operand.of if isinstance(operand, Series) else operand
    of = of.gap if isinstance(of, ExpectedNext) else of
    if isinstance(of, Aggregate):
        note_window(of, places, problems)
    if isinstance(of, Aggregate | UsualGap) and of.where is not None:
        note_condition(of.where, places, problems)


def _inside(predicate: Predicate) -> Iterator[Predicate]:
    if isinstance(predicate, All | AnyOf):
        yield from predicate.items


def _note_nobody_starts(workflow: Workflow, places: Places, reading: Reading) -> None:
    """Whom the conditions want, a stop rule, the goal or an exclusion of the workspace keeps out."""
    asked = [(one, YES) for one in parts_of(workflow.condition)]
    for bar in workflow.bars:
        wanted = [*asked, (bar.predicate, NOT_YES)]
        guilty = () if possible(wanted) else conflict(wanted)
        at = next((places(one.path) for one, _ in guilty if one is not bar.predicate), None)
        if at is not None:
            other = places(bar.path) or _place_of_exclusion(bar.path, reading)
            reading.problems.error(at, "W580", kind="nobody", known=told_place(other))


def _place_of_exclusion(path: str, reading: Reading) -> Span | None:
    """Exclusions stand in the settings of the workspace."""
    written = reading.settings.exclusions
    number = next((int(part) for part in path.split("/") if part.isdigit()), -1)
    items = written.items if isinstance(written, List) else ()
    return items[number].span if 0 <= number < len(items) else None
