"""Sees steps that no record ever comes to: behind a stop, or behind an answer that nobody can give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.actions.update_field import UpdateField
from engine.checks.answers import NOT_YES, YES
from engine.checks.contradictions import note_condition, note_parts
from engine.checks.nouns import nouns_in
from engine.checks.places import Places, places_of, told_place
from engine.checks.possible import Wanted, conflict, never_holds, parts_of, possible
from engine.checks.steps import Branch, branches_of, ends, fields_written, takes_time
from engine.model.diagnostics import Problems
from engine.model.document import Document, Span
from engine.model.entities import Labels, Module
from engine.model.operands import Constant, FieldValue
from engine.model.predicates import Compare, Comparison, Leaf, Predicate
from engine.model.workflow import Step, Workflow
from engine.shapes.reading import Reading


def note_unreachable(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Every list of steps, with what is known of the records that come to it."""
    if workflow.condition is not None and never_holds(workflow.condition):
        return  # told already; behind it everything is unreachable
    known = [(one, YES) for one in parts_of(workflow.condition)]
    known += [(one.predicate, NOT_YES) for one in workflow.bars]
    walk = _Walk(workflow.module, places_of(document), reading.problems)
    walk.steps(workflow.steps, known)
    if workflow.goal is not None:
        walk.steps(workflow.goal.then, ())


@dataclass(frozen=True)
class _Walk:
    module: Module
    places: Places
    problems: Problems

    def steps(self, steps: Sequence[Step], known: Sequence[Wanted]) -> None:
        """Steps one after the other; what they change is not known afterwards."""
        for number, step in enumerate(steps):
            self._branches(step, known)
            self._changes(step, known)
            if ends(step) and number + 1 < len(steps):
                self.problems.warning(steps[number + 1].at, "W584", line=step.at.line)
                return
            known = _still_known(known, step)

    def _branches(self, step: Step, known: Sequence[Wanted]) -> None:
        if takes_time(step, inside=False):
            known = ()
        for branch in branches_of(step):
            wanted = [*known, *branch.asked]
            if branch.asked and not possible(wanted):
                self._warn(step, branch, wanted)
                continue
            if branch.is_asked_here:
                note_parts(branch.asked[-1][0], wanted[:-1], self.places, self.problems)
            self.steps(branch.steps, wanted)

    def _changes(self, step: Step, known: Sequence[Wanted]) -> None:
        """Values that all who come here have already."""
        for field, value in step.action.changes if isinstance(step.action, UpdateField) else ():
            if not isinstance(value, Constant) or value.value is None:
                continue
            same = Leaf("", (Compare(FieldValue(field, self.module), Comparison.IS, value),))
            wanted = [*known, (same, NOT_YES)]
            if not possible(wanted):
                guilty = (self.places(one.path) for one, _ in conflict(wanted) if one is not same)
                place = told_place(next((one for one in guilty if one is not None), None))
                facts = {"field": field.labels.told, "value": _told(value.value), "place": place}
                self.problems.warning(step.at, "W593", kind="already", **facts)

    def _warn(self, step: Step, branch: Branch, wanted: Sequence[Wanted]) -> None:
        """With the place of what makes it so: an earlier case, or a condition above."""
        own = branch.asked[-1][0]
        guilty = [self.places(one.path) for one, _ in conflict(wanted) if one is not own]
        place = told_place(next((one for one in guilty if one is not None), None))
        self.problems.warning(self.places(branch.path) or step.at, "W583", kind=branch.kind, place=place)


def _told(value: object) -> str:
    if isinstance(value, bool):
        return Labels("是", "yes").told if value else Labels("否", "no").told
    return str(value)


def _still_known(known: Sequence[Wanted], step: Step) -> Sequence[Wanted]:
    if takes_time(step, inside=True):
        return ()
    written = set(fields_written((step,)))
    if not written:
        return known
    return [(one, answers) for one, answers in known if not written & set(nouns_in(one))]


def note_unreachable_cases(
    cases: Sequence[Predicate | None], places: Places, problems: Problems, last: Span | None = None
) -> None:
    """Of cases where the first that holds counts, those that an earlier one always takes.

    None is a case for all the rest; only the last can be one, and it stands at `last`.
    """
    before: list[Wanted] = []
    for predicate in cases:
        wanted = [*before, *([] if predicate is None else [(predicate, YES)])]
        if predicate is not None and never_holds(predicate):
            note_condition(predicate, places, problems)
        elif not possible(wanted):
            guilty = [places(one.path) for one, _ in conflict(wanted) if one is not predicate]
            at = last if predicate is None else places(predicate.path)
            if at is not None:
                problems.warning(at, "W583", kind="case", place=told_place(next(iter(guilty), None)))
        elif predicate is not None:
            note_parts(predicate, before, places, problems)
        if predicate is not None:
            before.append((predicate, NOT_YES))
