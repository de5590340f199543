"""What a path in a text means: a field, a colleague's field, today; and what may be done with its value."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.model.colleagues import LookedUp
from engine.model.diagnostics import nearest
from engine.model.document import Span
from engine.model.entities import FieldType, Relation
from engine.model.moments import Anchor, Moment
from engine.model.operands import FieldValue, MomentValue, Operand, RecordKey
from engine.shapes.fields import is_event, of_event, resolve_field
from engine.shapes.people import Recipient, people_in_text
from engine.shapes.reading import Reading
from engine.shapes.relations import find_relation
from engine.text import Path, Reference, is_in_row, is_list

TODAY = ("today", "今天")
ROOTS = ("owner", "supervisor", "to", "today")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def resolve_path(reference: Reference, at: Span, reading: Reading, to: Recipient | None) -> Operand | None:
    """The value of a path; None with the mistake noted. `to` is whom the text is for."""
    operand = _resolve(reference, at, reading, to)
    if operand is None or _fits(reference, operand, at, reading):
        return operand
    return None


def is_of_recipient(path: Path) -> bool:
    """Whether a path such as `to.姓名` is about whom the text is for."""
    return path[0] == "to" and len(path) > 1 and not is_list(path)


def listed_relation(name: str, at: Span, reading: Reading) -> Relation | None:
    """The related records that a `for` goes over, the newest first by the day they happen on."""
    relation = find_relation(name, at, reading)
    if relation is not None and relation.module.happens_on:
        reading.uses.add(("field", f"{relation.module.key}.{relation.module.happens_on}"))
    return relation


def _resolve(reference: Reference, at: Span, reading: Reading, to: Recipient | None) -> Operand | None:
    if is_in_row(reference.path):
        return _shown(".".join(reference.path[2:]), at, reading)
    root, *rest = reference.path
    if root in TODAY and not rest:
        return MomentValue(Moment(Anchor.TODAY, text="today"), FieldType.DATE)
    if is_of_recipient(reference.path) and to is not None:
        return _of_recipient(to, ".".join(rest), at, reading)
    links = people_in_text(reading).get(root)
    if links and rest:
        return _of_colleague(links, ".".join(rest), at, reading)
    if rest and is_event(root, reading):
        return of_event(".".join(reference.path), at, reading, _shown)
    if not _is_known(root, reading) and _note_root(reference, at, reading):
        return None
    return _shown(".".join(reference.path), at, reading)


def _is_known(root: str, reading: Reading) -> bool:
    return reading.module.field(root) is not None


def _note_root(reference: Reference, at: Span, reading: Reading) -> bool:
    """Whether a word that is no field was meant as something else that texts know; it is noted."""
    root, *rest = reference.path
    if reading.model.relation(reading.module, root) is not None:
        facts = {"value": root, "field": rest[0] if rest else "…"}
        reading.problems.error(at, "W568", **facts)
        return True
    near = nearest(root, [*reading.module.field_names(), *ROOTS])
    if near in ROOTS:
        meant = ".".join((near, *rest))
        reading.problems.error(at, "W569", value=reference.written, nearest=meant)
        return True
    return False


def _of_recipient(to: Recipient, name: str, at: Span, reading: Reading) -> Operand | None:
    """A field of whom the text is for: of a colleague, else of the record itself."""
    if to.related is not None:
        return _shown(name, at, reading.about(to.related.relation.module))
    people = reading.model.people
    if to.key is None or people is None:
        return _shown(name, at, reading)
    staff = reading.model.modules[people.module]
    operand = _shown(name, at, reading.about(staff))
    return None if operand is None else LookedUp(to.key, operand, staff, operand.type)


def _of_colleague(links: tuple[FieldValue, ...], name: str, at: Span, reading: Reading) -> Operand | None:
    """A field of the colleague at the end of links; a computed one is worked out for them."""
    people, way = reading.model.people, tuple(one.field for one in links)
    assert people is not None
    staff = reading.model.modules[people.module]
    operand = _shown(name, at, reading.about(staff))
    if isinstance(operand, FieldValue | RecordKey):
        return replace(operand, links=(*way, *operand.links))
    return None if operand is None else LookedUp(RecordKey(staff, way), operand, staff, operand.type)


def _shown(name: str, at: Span, reading: Reading) -> Operand | None:
    """The operand of a field; a link shows the title of the record it points to."""
    operand = resolve_field(name, at, reading)
    if isinstance(operand, FieldValue) and operand.type is FieldType.LINK:
        linked = reading.model.linked(operand.field)
        if linked.title_field is not None:
            return FieldValue(linked.title_field, linked, (*operand.links, operand.field))
    return operand


def _fits(reference: Reference, operand: Operand, at: Span, reading: Reading) -> bool:
    """Whether the value can be rounded and compared as the text does it."""
    if reference.rounded and not operand.type.is_numeric:
        reading.problems.error(at, "W566", field=reference.written, type=operand.type, word="round")
        return False
    for constant in reference.compared:
        facts = {"field": reference.written, "value": str(constant)}
        if not _comparable(operand.type, constant):
            kind = (
                "number" if operand.type.is_numeric else operand.type if operand.type in _TOLD_KINDS else ""
            )
            reading.problems.error(at, "W567", kind=kind, type=operand.type, **facts)
            return False
        options = operand.field.options if isinstance(operand, FieldValue) else ()
        if operand.type is FieldType.CHOICE and options and isinstance(operand, FieldValue):
            known = (*options, *operand.field.retired)
            if constant not in known:
                near = operand.field.option(str(constant)) or nearest(str(constant), options)
                place = reading.place(operand.field.at)
                reading.problems.error(
                    at, "W205", nearest=near, known="、".join(options), place=place, **facts
                )
                return False
    return True


_TOLD_KINDS = {FieldType.YES_NO, FieldType.DATE, FieldType.TAGS}
"""What can be said of a comparison with a value of these types."""


def _comparable(kind: FieldType, constant: object) -> bool:
    """Whether a value of a type can be told equal to or ordered with what stands in the text."""
    if isinstance(constant, bool):
        return kind is FieldType.YES_NO
    if not isinstance(constant, str):
        return kind.is_numeric
    if kind is FieldType.DATE:
        return _DAY.fullmatch(constant) is not None
    return kind.is_text or kind in {FieldType.CHOICE, FieldType.LINK}
