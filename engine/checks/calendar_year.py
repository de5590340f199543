"""Sees a tier that follows a sum of the calendar year: on 1 January every record falls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.actions.update_field import UpdateField
from engine.checks.places import Places, places_of, told_place
from engine.checks.possible import parts_of
from engine.checks.steps import branches_of
from engine.model.below import below
from engine.model.document import Document, Span
from engine.model.entities import Field, FieldType
from engine.model.moments import Anchor, Reach, Unit
from engine.model.operands import Aggregate, Function, Window
from engine.model.predicates import Leaf, Predicate, leaves
from engine.model.workflow import Step, Workflow
from engine.shapes.reading import Reading

_SUMS = {Function.SUM, Function.COUNT}


def note_calendar_year(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Whatever decides how a workflow sets an ordered field."""
    asked = tuple(one for part in parts_of(workflow.condition) for one in leaves(part))
    for field, at, sums in _decided(workflow.steps, asked, places_of(document)):
        place = next((told_place(_defined(one, reading)) for one in sums), "")
        reading.problems.warning(at, "W591", field=field.labels.told, place=place)
        return


def note_calendar_year_of_fields(documents: Mapping[str, Document], reading: Reading) -> None:  # noqa: ARG001 - as all of its kind
    """Ordered fields that are computed."""
    for (module, key), operand in reading.computed.items():
        field = reading.model.modules[module].fields[key]
        sums = list(_sums_in(operand)) if field.type is FieldType.CHOICE and field.ordered else []
        if sums:
            place = told_place(_defined(sums[0], reading))
            reading.problems.warning(field.at, "W591", field=field.labels.told, place=place)


def _decided(
    steps: tuple[Step, ...], asked: tuple[Leaf, ...], places: Places
) -> Iterator[tuple[Field, Span, list[Aggregate]]]:
    """Each ordered field that is set, the place that decides, and the sums of the year behind it."""
    for step in steps:
        for field, value in step.action.changes if isinstance(step.action, UpdateField) else ():
            if not (field.type is FieldType.CHOICE and field.ordered):
                continue
            if sums := list(_sums_in(value)):
                yield field, step.at, sums
            for leaf in asked:
                if (sums := list(_sums_in(leaf))) and (at := places(leaf.path)) is not None:
                    yield field, at, sums
        for branch in branches_of(step):
            own: list[Predicate] = [one for one, _ in branch.asked]
            yield from _decided(
                branch.steps, (*asked, *(leaf for one in own for leaf in leaves(one))), places
            )


def _sums_in(noun: object) -> Iterator[Aggregate]:
    if isinstance(noun, Aggregate) and noun.function in _SUMS and _is_this_year(noun.window):
        yield noun
    for part in below(noun):
        yield from _sums_in(part)


def _is_this_year(window: Window | None) -> bool:
    """`this year`, or since the `start of year`."""
    period = None if window is None else window.period
    if period is None:
        return False
    if period.since is not None:
        return period.since.anchor is Anchor.START_OF and period.since.unit is Unit.YEARS
    return period.reach is Reach.THIS and period.unit is Unit.YEARS


def _defined(aggregate: Aggregate, reading: Reading) -> Span | None:
    """Where the sum stands in the model, if a field is computed so."""
    keys = (key for key, operand in reading.computed.items() if operand == aggregate)
    found = next(keys, None)
    return None if found is None else reading.model.modules[found[0]].fields[found[1]].at
