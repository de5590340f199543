"""Sees conditions that nobody or everybody meets in what workflows stand on: segments, scores, exclusions,
roles; and cases of computed fields that no record ever comes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.checks.contradictions import note_bar, note_condition, note_related
from engine.checks.places import SETTINGS, Places, places_in
from engine.checks.reach import note_reach
from engine.checks.unreachable import note_unreachable_cases
from engine.model.diagnostics import Diagnostic, Problems
from engine.model.document import Document, Node, Sequence
from engine.model.document import Mapping as Block
from engine.model.operands import Cases
from engine.model.scores import Points, PointsEach, Score
from engine.model.workflow import Exclusion
from engine.shapes.reading import Reading


def note_segments(documents: Mapping[str, Document], reading: Reading) -> None:
    """Every segment's conditions."""
    for name, segment in reading.segments.items():
        root = documents[segment.at.file].root
        node = None if root is None else root.get(name)
        if node is not None:
            note_condition(segment.predicate, places_in(node), reading.problems)


def note_computed(documents: Mapping[str, Document], reading: Reading) -> None:  # noqa: ARG001 - as all of its kind
    """Every field that is computed: what a score asks, the cases, which related records are looked at."""
    for (module, key), operand in reading.computed.items():
        node = reading.model.modules[module].fields[key].computed
        if isinstance(node, Block) and isinstance(operand, Cases):
            _note_cases(operand, node, reading.problems)
        elif isinstance(node, Block) and isinstance(operand, Score):
            _note_score(operand, node, reading.problems)
        elif isinstance(node, Block):
            note_related(operand, places_in(node), reading.problems)


def _note_cases(operand: Cases, node: Block, problems: Problems) -> None:
    items = _items(node.get("cases"))
    written = [(f"cases/{number}", one.get("if")) for number, one in enumerate(items)]
    places = Places(tuple((path, asked) for path, asked in written if asked is not None))
    note_unreachable_cases([one for one, _ in operand.cases], places, problems)


def _note_score(score: Score, node: Block, problems: Problems) -> None:
    places = places_in(node)
    note_reach(score, places, problems)
    for number, one in enumerate(score.points):
        if isinstance(one, Points):
            note_condition(one.predicate, places, problems, "points")
        elif isinstance(one, PointsEach):
            note_related(one.aggregate, places.below(f"points/{number}"), problems)
    for place, dimension in enumerate(score.dimensions):
        for number, indicator in enumerate(dimension.indicators):
            beside = places.below(f"dimensions/{place}/indicators/{number}")
            note_related(indicator.operand, beside, problems)


def note_exclusions(documents: Mapping[str, Document], reading: Reading) -> None:
    """Whom the workspace keeps out; of an exclusion for several modules, what is so for all of them."""
    settings = documents.get(SETTINGS)
    if settings is None or settings.root is None:
        return
    told: dict[str, set[Diagnostic]] = {}
    for one in (one for each in reading.exclusions.values() for one in each):
        found = _told_of(one, places_in(settings.root))
        told[one.path] = found & told.get(one.path, found)
    reading.problems.found += [one for each in told.values() for one in sorted(each)]


def _told_of(one: Exclusion, places: Places) -> set[Diagnostic]:
    problems = Problems()
    if one.is_whole:
        note_bar(one.predicate, places, problems)
    else:
        note_condition(one.predicate, places, problems, "kept_out")
    return set(problems.found)


def note_roles(documents: Mapping[str, Document], reading: Reading) -> None:  # noqa: ARG001 - as all of its kind
    """Who has the roles of the workspace; what cannot be read was told already."""
    people = reading.model.people
    for name, node in reading.settings.roles.items():
        if people is None:
            return
        staff = reading.about(reading.model.modules[people.module])
        # Told already where it cannot be read, and what cannot be told leaves a colleague out.
        quiet = replace(staff, elsewhere=False, before_start=True, problems=Problems(), uses=set())
        predicate = quiet.read_condition(node, name)
        if predicate is not None:
            note_condition(predicate, Places(((name, node),)), reading.problems)


def _items(node: Node | None) -> list[Block]:
    items = node.items if isinstance(node, Sequence) else ()
    return [one for one in items if isinstance(one, Block)]
