"""segments.yaml: named conditions, and how their lists are shown (LANGUAGE section 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Node, Scalar, Sequence, Span
from engine.model.operands import Operand
from engine.shapes.fields import read_field
from engine.shapes.labels import LABEL, labels_of
from engine.shapes.modules import find_module
from engine.shapes.people import read_people
from engine.shapes.reading import Reading, Segment, SegmentList
from engine.shapes.schema import FIRST, TEXT, block, listed, ref
from engine.shapes.shape import fits, note_kind

LIST = block({"columns": listed(ref("field")), "first": FIRST, "visible_to": ref("people")})
SCHEMA = block(
    {"module": TEXT, "label": LABEL, "conditions": ref("condition"), "list": LIST}, "module", "conditions"
)


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """One entry of segments.yaml as written."""

    name: str
    node: Mapping
    at: Span


def find_segments(document: Document | None, problems: Problems) -> dict[str, SegmentFile]:
    """The entries that have the shape of a segment, by name; the others are noted."""
    found: dict[str, SegmentFile] = {}
    root = document.root if document is not None else None
    for name, node in root.entries if root is not None else ():
        if not isinstance(node, Mapping):
            note_kind(node, name.text, "object", problems)
        elif "/" in name.text:
            problems.error(name.span, "W511", value=name.text)
        elif fits(node, SCHEMA, problems):
            found[name.text] = SegmentFile(name.text, node, name.span)
    return found


def read_segment(file: SegmentFile, reading: Reading) -> Segment | None:
    """A segment with its list; None with the mistakes noted."""
    conditions = file.node.get("conditions")
    module = find_module(file.node.get("module"), reading.model, reading.problems)
    if module is None or conditions is None:
        return None
    # A record that cannot be decided is in no list: unknown answers are allowed here.
    own = replace(reading, module=module, elsewhere=False)
    predicate = own.read_condition(conditions, "conditions")
    shown = _list(file.node.get("list"), replace(own, elsewhere=True))
    if predicate is None:
        return None
    labels = labels_of(file.node.get("label"), file.name)
    return Segment(file.name, labels, module, predicate, file.at, shown)


def _list(node: Node | None, reading: Reading) -> SegmentList:
    if not isinstance(node, Mapping):
        return SegmentList()
    columns, first, visible = node.get("columns"), node.get("first"), node.get("visible_to")
    shown: list[tuple[str, Operand]] = []
    for one in columns.items if isinstance(columns, Sequence) else ():
        operand = read_field(one, reading)
        if operand is not None and isinstance(one, Scalar):
            shown.append((one.text, operand))
    order: Operand | None = None
    if isinstance(first, Mapping) and first.entries:
        order = read_field(first.entries[0][1], reading)
    if visible is not None:
        read_people(visible, reading)
    highest = not (isinstance(first, Mapping) and "lowest" in first)
    return SegmentList(tuple(shown), order, highest, visible)
