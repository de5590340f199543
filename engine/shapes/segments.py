"""A segment by name: a condition that segments.yaml keeps under a name, and the list of who fits it."""

from __future__ import annotations

from engine.model.diagnostics import nearest
from engine.model.document import Node, Scalar
from engine.model.predicates import Predicate
from engine.shapes.reading import Reading
from engine.shapes.shape import note_kind


def find_segment(node: Node, reading: Reading) -> Predicate | None:
    """What a segment asks, or None with the mistake noted."""
    if not isinstance(node, Scalar):
        note_kind(node, "segment", "string", reading.problems)
        return None
    segment = reading.segments.get(node.text)
    if segment is None:
        if node.text not in reading.segment_names:  # a broken segment is told in its own file
            known = list(reading.segment_names)
            near = nearest(node.text, known)
            reading.problems.error(node.span, "W509", value=node.text, nearest=near, known="、".join(known))
        return None
    if segment.module is not reading.module:
        reading.problems.error(
            node.span, "W510", value=node.text, place=reading.place(segment.at),
            module=segment.module.labels.told, wanted=reading.module.labels.told,
        )  # fmt: skip
        return None
    reading.uses.add(("segment", node.text))
    return segment.predicate
