"""Related records by name, and the day on which they happen."""

from __future__ import annotations

from engine.model.diagnostics import nearest
from engine.model.document import Span
from engine.model.entities import Field, Relation
from engine.shapes.reading import Reading


def find_relation(name: str, at: Span, reading: Reading) -> Relation | None:
    """The records related to those of the present module, or None with W209 noted."""
    relation = reading.model.relation(reading.module, name)
    if relation is None:
        known = [one.name for one in reading.model.relations(reading.module)]
        reading.problems.error(
            at, "W209", module=reading.module.labels.told, value=name,
            nearest=nearest(name, known), known="、".join(known),
        )  # fmt: skip
        return None
    reading.uses.add(("field", f"{relation.module.key}.{relation.link.key}"))
    return relation


def day_of(relation: Relation, at: Span, reading: Reading) -> Field | None:
    """The day that the related records happen on; W263 noted when the model names none."""
    on = relation.module.fields.get(relation.module.happens_on)
    if on is None:
        place = reading.place(relation.module.at)
        reading.problems.error(at, "W263", module=relation.module.labels.told, place=place)
        return None
    reading.uses.add(("field", f"{relation.module.key}.{on.key}"))
    return on
