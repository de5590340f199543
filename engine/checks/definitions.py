"""Sees segments that nobody can be in, and cases of computed fields that no record ever comes to."""

from __future__ import annotations

from collections.abc import Mapping

from engine.checks.contradictions import note_condition
from engine.checks.places import places_in
from engine.checks.unreachable import note_unreachable_cases
from engine.model.document import Document, Sequence
from engine.model.document import Mapping as Block
from engine.model.operands import Cases
from engine.shapes.reading import Reading


def note_segments(documents: Mapping[str, Document], reading: Reading) -> None:
    """Every segment's conditions."""
    for name, segment in reading.segments.items():
        root = documents[segment.at.file].root
        node = None if root is None else root.get(name)
        if node is not None:
            note_condition(segment.predicate, places_in(node), reading.problems)


def note_cases(documents: Mapping[str, Document], reading: Reading) -> None:  # noqa: ARG001 - as all of its kind
    """Every field that is computed by cases."""
    for (module, key), operand in reading.computed.items():
        node = reading.model.modules[module].fields[key].computed
        written = node.get("cases") if isinstance(node, Block) else None
        if not isinstance(operand, Cases) or not isinstance(written, Sequence):
            continue
        asked = [one.get("if") for one in written.items if isinstance(one, Block)]
        spans = [one.span for one in asked if one is not None]
        if len(spans) == len(operand.cases):
            note_unreachable_cases([one for one, _ in operand.cases], spans, reading.problems)
