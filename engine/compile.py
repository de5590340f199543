"""Compile: the Document of a workflow file becomes a Workflow, typed and frozen, with its version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from engine.actions import read_steps
from engine.conditions import read_condition
from engine.example_shapes import EXAMPLE, read_examples
from engine.model.diagnostics import nearest
from engine.model.document import Document, Mapping, Node, Scalar, Sequence, is_nothing
from engine.model.entities import FieldType
from engine.model.lengths import nearest_length, parse_length
from engine.model.named import in_order
from engine.model.operands import Cell, Constant, Operand
from engine.model.predicates import All, Compare, Comparison, Leaf, Predicate
from engine.model.workflow import (
    ControlGroup,
    Goal,
    GuardLimits,
    Limit,
    Once,
    OncePer,
    StopRule,
    Workflow,
)
from engine.shapes.fields import read_field
from engine.shapes.labels import LABEL, labels_of
from engine.shapes.lots import WHOLE as WHOLE_SHARE
from engine.shapes.lots import read_percent
from engine.shapes.modules import find_module
from engine.shapes.people import owner_of
from engine.shapes.reading import Reading
from engine.shapes.schema import FIRST, TEXT, WHOLE, block, listed, one_of_words, ref
from engine.shapes.shape import fits, note_kind
from engine.shapes.times import noted, read_length
from engine.shapes.waits import read_wait
from engine.shapes.zones import read_share, read_whole
from engine.triggers import read_triggers
from engine.triggers.events import event_of, once_of

LATER_KEYS = ("exclusions",)
GUARD = block({"at_most": WHOLE, "share": TEXT})
LIMIT = block(
    {
        "per_owner_per_day": {**WHOLE, "minimum": 1},
        "first": FIRST,
    },
    "per_owner_per_day",
)
GOAL = block({"if": ref("condition"), "within": ref("length"), "then": ref("steps")}, "if", "within")
STOP_RULE = block({"if": ref("condition"), "because": TEXT}, "if", "because")
CONTROL_GROUP = {"anyOf": [TEXT, block({"share": TEXT, "group": TEXT}, "share")]}
SCHEMA = block(
    {
        "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"},
        "name": LABEL,
        "module": TEXT,
        "status": one_of_words("active", "paused"),
        "priority": {"type": "integer", "minimum": 0, "maximum": 1000},
        "trigger": ref("trigger"),
        "conditions": ref("condition"),
        "once_per": ref("once_per"),
        "goal": GOAL,
        "stop_when": listed(STOP_RULE),
        "control_group": CONTROL_GROUP,
        "limit": LIMIT,
        "guard": GUARD,
        "actions": ref("steps"),
        "tests": listed(EXAMPLE),
    },
    "id",
    "name",
    "module",
    "trigger",
    "actions",
)


def compile_workflow(
    document: Document, reading: Reading, version: Callable[[Reading], str]
) -> Workflow | None:
    """The workflow of a file; None, with every mistake noted, when it cannot run.

    `version` names the version from what the reading used; it is asked last.
    """
    root = document.root
    if root is None:
        return None
    _note_later_words(root, reading)
    shaped = fits(_without(root, LATER_KEYS), SCHEMA, reading.problems)
    module = find_module(root.get("module"), reading.model, reading.problems)
    if module is None:
        return None
    reading = replace(
        reading,
        module=module,
        condition=read_condition,
        steps=read_steps,
        uses=set(),
        named=set(),
        known=set(),
        elsewhere=False,
    )
    workflow = _read(document, root, reading)
    workflow = replace(workflow, examples=read_examples(root.get("tests"), workflow, reading))
    if not shaped or reading.problems.has_errors:
        return None
    # A part that could not be read for a mistake in another file: without it the rest means something else.
    parts = (("conditions", workflow.condition), ("goal", workflow.goal), ("control_group", workflow.control))
    lists = (("actions", workflow.steps), ("stop_when", workflow.stops))
    if any(key in root and part is None for key, part in parts):
        return None
    if any(len(found) != len(_items(root.get(key))) for key, found in lists):
        return None
    return replace(workflow, version=version(reading), named=in_order(reading.named))


def _read(document: Document, root: Mapping, reading: Reading) -> Workflow:
    conditions, trigger, actions = root.get("conditions"), root.get("trigger"), root.get("actions")
    triggers = read_triggers(trigger, reading) if trigger is not None else ()
    condition, reading = None, replace(reading, event=event_of(triggers))
    if conditions is not None:
        condition = replace(reading, before_start=True).read_condition(conditions, "conditions")
    once_per = once_of(_once_per(root.get("once_per"), reading), root, triggers, reading)
    return Workflow(
        id=_text(root, "id"),
        names=labels_of(root.get("name"), _text(root, "id")),
        module=reading.module,
        version="",
        file=document.file,
        active=_text(root, "status", "active") == "active",
        priority=read_whole(root.get("priority"), 100),
        triggers=triggers,
        condition=_with_length(condition, once_per),
        once_per=once_per,
        limit=_limit(root.get("limit"), reading),
        guard=_guard(root.get("guard"), reading),
        steps=reading.read_steps(actions, "actions"),
        examples=(),
        uses=(),
        goal=_goal(root.get("goal"), reading),
        stops=_stops(root.get("stop_when"), reading),
        control=_control(root.get("control_group"), reading),
        exclusions=reading.exclusions.get(reading.module.key, ()),
        tasks_per_person=reading.settings.tasks_per_person,
    )


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _text(root: Mapping, key: str, default: str = "") -> str:
    node = root.get(key)
    return node.text if isinstance(node, Scalar) and not is_nothing(node) else default


def _without(root: Mapping, keys: tuple[str, ...]) -> Mapping:
    return Mapping(tuple(entry for entry in root.entries if entry[0].text not in keys), root.span)


def _note_later_words(root: Mapping, reading: Reading) -> None:
    for key, _ in root.entries:
        if key.text in LATER_KEYS:
            reading.problems.error(key.span, "W290", word=key.text)


_CALENDAR = {Once.DAY, Once.WEEK, Once.MONTH, Once.QUARTER, Once.YEAR}


def _once_per(node: Node | None, reading: Reading) -> OncePer:
    if node is None:
        return OncePer()
    if isinstance(node, Mapping) and "table" in node:
        cell = read_length(node, "once_per", reading)
        return OncePer(Once.LENGTH, cell=cell) if isinstance(cell, Cell) else OncePer()
    if isinstance(node, Mapping):
        if fits(node, block({"field": ref("field")}, "field"), reading.problems):
            return OncePer(Once.FIELD, field=read_field(node.get("field"), reading))
        return OncePer()
    if not isinstance(node, Scalar) or is_nothing(node):
        note_kind(node, "once_per", "string", reading.problems)
        return OncePer()
    text = node.text
    if text in {Once.CUSTOMER, Once.EPISODE, Once.EVENT, *_CALENDAR}:
        return OncePer(Once(text))
    length = parse_length(text)
    if length is not None and length.amount and length.counts_days:
        return OncePer(Once.LENGTH, length=noted(length, node, reading))
    known = [one for one in Once if one not in {Once.LENGTH, Once.FIELD}]
    near = nearest_length(text) or nearest(text, known)
    reading.problems.error(node.span, "W252", value=text, nearest=near, known="、".join(known))
    return OncePer()


def _with_length(condition: Predicate | None, once_per: OncePer) -> Predicate | None:
    """A table that has no length for a record is not for it; no row: nobody can tell (Meaning 14)."""
    if once_per.cell is None:
        return condition
    nothing = Constant(Decimal(-1), FieldType.NUMBER)  # no length is that
    has_one = Leaf("once_per", (Compare(nothing, Comparison.IS_NOT, once_per.cell),))
    if condition is None:
        return has_one
    items = condition.items if isinstance(condition, All) and not condition.segment else (condition,)
    return All("conditions", (*items, has_one))


def _limit(node: Node | None, reading: Reading) -> Limit | None:
    if not isinstance(node, Mapping):
        return None
    a_day, first = node.get("per_owner_per_day"), node.get("first")
    owner = owner_of(reading, node.span)
    per_day = read_whole(a_day, 0)
    if owner is None or not per_day:
        return None
    order: Operand | None = None
    if isinstance(first, Mapping) and first.entries:
        order = read_field(first.entries[0][1], reading)
    highest = not (isinstance(first, Mapping) and "lowest" in first)
    return Limit(per_day, owner, order, highest)


def _goal(node: Node | None, reading: Reading) -> Goal | None:
    """What the workflow is for; its steps are done when it is reached."""
    if not isinstance(node, Mapping):
        return None
    asked, then = node.get("if"), node.get("then")
    branch = reading.in_branches()
    predicate = branch.read_condition(asked, "goal/if") if asked is not None else None
    within = read_wait(node.get("within"), "within", reading)
    steps = branch.read_steps(then, "goal/then")
    return None if predicate is None or within is None else Goal(predicate, within, steps)


def _stops(node: Node | None, reading: Reading) -> tuple[StopRule, ...]:
    """What ends an enrollment early, with its reason."""
    branch, found = reading.in_branches(), []
    for number, item in enumerate(_items(node)):
        asked = item.get("if") if isinstance(item, Mapping) else None
        if asked is None or not isinstance(item, Mapping):
            continue
        predicate = branch.read_condition(asked, f"stop_when/{number}/if")
        if predicate is not None:
            found.append(StopRule(predicate, _text(item, "because")))
    return tuple(found)


def _control(node: Node | None, reading: Reading) -> ControlGroup | None:
    """`10 %`, or a share with the name of a group that several workflows have in common."""
    if node is None:
        return None
    share = node.get("share") if isinstance(node, Mapping) else node
    percent = read_percent(share, reading.problems)
    if percent is None:
        return None
    if percent == WHOLE_SHARE:
        reading.problems.error(node.span, "W536")
        return None
    return ControlGroup(percent, _text(node, "group") if isinstance(node, Mapping) else "")


def _guard(node: Node | None, reading: Reading) -> GuardLimits | None:
    if not isinstance(node, Mapping):
        return None
    number = read_whole(node.get("at_most"), 0)
    share = read_share(node.get("share"), reading.problems)
    return GuardLimits(number, 0.0 if share is None else share)
