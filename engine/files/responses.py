"""`simulation` of workspace.yaml: how people are assumed to answer while nights are only played."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.actions.create_record import CreateRecord
from engine.actions.update_field import UpdateField
from engine.files.scalars import text_of
from engine.model.diagnostics import Problems
from engine.model.document import Mapping, Node, Scalar, Sequence, Span
from engine.model.effects import Written
from engine.model.entities import Model, Module
from engine.model.lengths import parse_length
from engine.model.moments import Length, Unit
from engine.shapes.modules import find_module
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block, listed, one_of_words
from engine.shapes.times import note_calendar
from engine.shapes.zones import read_share

TASK, MESSAGE, NOTICE, ASK = KINDS = ("task", "message", "notice", "ask")
RECEIPTS = ("delivered", "opened", "clicked", "replied")
_FITS = {"done": TASK, "receipt": MESSAGE, "answer": ASK}
"""What happens only to an effect of that kind."""
_VERBS = (*_FITS, "create_record", "update_field")
RESPONSE = block(
    {
        "to": one_of_words(*KINDS),
        "every": {"type": "string", "examples": ["30 days"]},
        "share": TEXT,
        "within": {"type": "string", "examples": ["3 days"]},
        "workflow": {"type": "string", "examples": ["silent-sequence"]},
        "module": TEXT,
        "done": {"const": True},
        "receipt": one_of_words(*RECEIPTS),
        "answer": TEXT,
        "create_record": CreateRecord.schema,
        "update_field": UpdateField.schema,
    },
    "share",
)
SIMULATION = block({"responses": listed(RESPONSE)}, "responses")
A_DAY = Length(1, Unit.DAYS)


@dataclass(frozen=True)
class Response:
    """What a share of people do: about an effect of the kind `to` within a length, or, where that is empty,
    of their own accord, so many in each `every`. `module` is what changes and created records are about.
    """

    at: Span
    share: float
    to: str
    every: Length | None
    within: Length
    workflow: str
    module: Module
    done: bool = False
    receipt: str = ""
    answer: str = ""
    creates: CreateRecord | None = None
    changes: UpdateField | None = None


def read_responses(node: Node | None, reading: Reading) -> tuple[Response, ...]:
    """The responses that could be read, in their order; mistakes are noted.

    None of a model that could not be read: its own mistakes are told, and everything here would follow them.
    """
    if not reading.model.modules:
        return ()
    block_ = node.get("responses") if isinstance(node, Mapping) else None
    items = block_.items if isinstance(block_, Sequence) else ()
    found = [_read(one, reading) for one in items if isinstance(one, Mapping)]
    return tuple(one for one in found if one is not None)


def _read(node: Mapping, reading: Reading) -> Response | None:
    problems = Problems()
    own = replace(reading, problems=problems, uses=set(), elsewhere=True, before_start=True)
    share = read_share(node.get("share"), problems)
    module = _module(node, own)
    _note_pairs(node, problems)
    lengths = {key: _length(node, key, own) for key in ("every", "within")}
    creates = changes = None
    if module is not None:
        about = replace(own, module=module, known=set())
        creates = _creates(node, about)
        changes = UpdateField.read(node, "", about) if "update_field" in node else None
    reading.problems.found += problems.found
    if problems.has_errors or share is None or module is None:
        return None
    return Response(
        at=node.span,
        share=share,
        to=text_of(node.get("to")),
        every=lengths["every"],
        within=lengths["within"] or A_DAY,
        workflow=text_of(node.get("workflow")),
        module=module,
        done="done" in node,
        receipt=text_of(node.get("receipt")),
        answer=text_of(node.get("answer")),
        creates=creates,
        changes=changes,
    )


def _note_pairs(node: Mapping, problems: Problems) -> None:
    """One of `to` and `every`; something that happens; nothing that does not fit it."""
    if ("to" in node) == ("every" in node):
        problems.error(node.span.start(), "W518", kind="both" if "to" in node else "")
        return
    if text_of(node.get("to")) != ASK and not any(verb in node for verb in _VERBS):
        problems.error(node.span.start(), "W519")
    for verb, kind in _FITS.items():
        if verb in node and text_of(node.get("to")) != kind:
            problems.error(node.key(verb).span, "W532", key=verb, kind=kind)
    for key in ("within", "workflow"):
        if key in node and "every" in node:
            problems.error(node.key(key).span, "W532", key=key, kind="to")


def _length(node: Mapping, key: str, reading: Reading) -> Length | None:
    """A length of whole days."""
    written = node.get(key)
    if not isinstance(written, Scalar):
        return None
    found = parse_length(written.text)
    if found is None or not found.counts_days or not found.amount:
        reading.problems.error(written.span, "W564", key=key, value=written.text)
        return None
    if found.is_working:
        note_calendar(written, reading)
    return found


def _module(node: Mapping, reading: Reading) -> Module | None:
    written = node.get("module")
    if written is None:
        return concerned(reading.model)
    return find_module(written, reading.model, reading.problems)


def concerned(model: Model) -> Module:
    """Whom it is all about: those that tasks belong to, else the first module that has an owner, else the
    first. The model has at least one module.
    """
    tasks = model.tasks
    home = model.modules.get(tasks.module) if tasks is not None else None
    if tasks is not None and home is not None:
        link = home.fields.get(tasks.fields.get("record", ""))
        if link is not None and link.to in model.modules:
            return model.modules[link.to]
    return next((one for one in model.modules.values() if one.owner), next(iter(model.modules.values())))


def _creates(node: Mapping, reading: Reading) -> CreateRecord | None:
    """A record that happens on its day, whether that is said or not; its texts are plain."""
    details = node.get("create_record")
    if not isinstance(details, Mapping):
        return None
    module, fields = reading.model.module(text_of(details.get("module"))), details.get("fields")
    day = module.fields.get(module.happens_on) if module is not None else None
    if day is not None and isinstance(fields, Mapping):
        known = [module.field(key.text) for key, _ in fields.entries] if module is not None else []
        if day not in known:
            at = fields.span
            today = (Scalar(day.key, quoted=False, span=at), Scalar("today", quoted=False, span=at))
            fields = replace(fields, entries=(*fields.entries, today))
            entries = tuple((key, fields if key.text == "fields" else one) for key, one in details.entries)
            node = replace(node, entries=tuple(
                (key, replace(details, entries=entries) if key.text == "create_record" else one)
                for key, one in node.entries
            ))  # fmt: skip
    found = CreateRecord.read(node, "", reading)
    if found is not None:
        _note_texts(found, node, reading)
    return found


def _note_texts(found: CreateRecord, node: Mapping, reading: Reading) -> None:
    """A text with places in it would need somebody to fill them."""
    details = node.get("create_record")
    fields = details.get("fields") if isinstance(details, Mapping) else None
    for key, value in fields.entries if isinstance(fields, Mapping) else ():
        field = found.module.field(key.text)
        if (
            field is not None
            and isinstance(found.values.get(field.key), Written)
            and isinstance(value, Scalar)
        ):
            facts = {"value": value.text, "field": field.labels.told}
            reading.problems.error(value.span, "W294", kind="", **facts)
