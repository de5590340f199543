"""The `tests:` of a workflow file: their shape, and what can be told of them without trying one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from engine.actions import ACTIONS
from engine.actions.ask import Ask
from engine.model.calendars import PLAIN
from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Sequence, is_nothing
from engine.model.entities import Module
from engine.model.lengths import nearest_length, parse_length
from engine.model.moments import shift_day
from engine.model.workflow import Example, Later, Workflow, all_steps
from engine.shapes.fields import find_field
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block, listed, one_of_words
from engine.shapes.shape import note_kind, note_unknown_key
from engine.shapes.times import noted
from engine.shapes.values import read_value

GOAL = "goal"
"""The word for a goal that is reached, alone or in a list of effects."""
EXPECTED_WORDS = ("nothing", "started", "undecided", "stopped")
LATER_WORDS = ("nothing", "started", "stopped", GOAL)
MOST_DAYS = 1_100
"""Three years: every night of them is lived through."""

_EFFECTS = listed({"type": ["object", "string"]})
LATER = block(
    {
        "after": {"type": "string", "examples": ["7 days", "7 天"]},
        "given": {"type": "object"},
        "answer": TEXT,
        "expect": {"anyOf": [one_of_words(*LATER_WORDS), _EFFECTS]},
    },
    "after",
    "expect",
)
EXAMPLE = block(
    {
        "name": TEXT,
        "today": {"type": "string", "examples": ["2026-03-31"]},
        "given": {"type": "object"},
        "expect": {"anyOf": [one_of_words(*EXPECTED_WORDS), _EFFECTS]},
        "later": listed(LATER),
    },
    "name",
    "today",
    "expect",
)


def read_examples(node: Node | None, workflow: Workflow, reading: Reading) -> tuple[Example, ...]:
    """The examples of a workflow that is read but for them; what is wrong in one is noted.

    The version depends on what runs, not on what is tried.
    """
    found: list[Example] = []
    reading = replace(reading, uses=set(), named=set(), known=set())
    for item in node.items if isinstance(node, Sequence) else ():
        if not isinstance(item, Mapping):
            continue
        today, given, expect = item.get("today"), item.get("given"), item.get("expect")
        _note_given(given, reading)
        _note_all_expected(expect, reading, words=())
        day = _day(today, reading)
        if day is None or expect is None:
            continue
        later = tuple(_later(item.get("later"), day, workflow, reading))
        name, block_ = item.get("name"), given if isinstance(given, Mapping) else None
        told = name.text if isinstance(name, Scalar) and not is_nothing(name) else ""
        found.append(Example(told, day, block_, expect, item.span, later))
    return tuple(found)


# --- later ------------------------------------------------------------------------------------------------


def _later(node: Node | None, today: date, workflow: Workflow, reading: Reading) -> Iterator[Later]:
    """What happens on later days, each day after the one before."""
    before, told = today, "today"
    for item in node.items if isinstance(node, Sequence) else ():
        if not isinstance(item, Mapping):
            continue
        after, given, expect = item.get("after"), item.get("given"), item.get("expect")
        _note_given(given, reading)
        _note_all_expected(expect, reading, words=(GOAL,))
        _note_goal(expect, workflow, reading)
        answer, day = _answer(item.get("answer"), workflow, reading), _later_day(after, today, reading)
        if day is None or expect is None or not isinstance(after, Scalar):
            continue
        if day <= before:
            reading.problems.error(after.span, "W514", value=after.text, other=told)
            continue
        before, told = day, after.text
        yield Later(day, given if isinstance(given, Mapping) else None, answer, expect, item.span)


def _later_day(node: Node | None, today: date, reading: Reading) -> date | None:
    """The day that a length after `today` ends on."""
    if node is None:
        return None
    if not isinstance(node, Scalar) or is_nothing(node):
        note_kind(node, "after", "length", reading.problems)
        return None
    length = parse_length(node.text)
    if length is None:
        reading.problems.error(node.span, "W221", value=node.text, nearest=nearest_length(node.text))
        return None
    if not length.counts_days or not length.amount:
        reading.problems.error(node.span, "W513", kind="", value=node.text)
        return None
    noted(length, node, reading)
    calendar = reading.settings.calendar if length.is_working else PLAIN
    day = shift_day(today, length, 1, calendar)
    if (day - today).days > MOST_DAYS:
        reading.problems.error(node.span, "W513", kind="far", value=node.text)
        return None
    return day


def _answer(node: Node | None, workflow: Workflow, reading: Reading) -> Scalar | None:
    """The answer to a question of the workflow, whichever it is."""
    if not isinstance(node, Scalar) or is_nothing(node):
        return None
    questions = [one.action for one in all_steps(workflow.steps) if isinstance(one.action, Ask)]
    known = list(dict.fromkeys(case.answer for one in questions for case in one.cases))
    if not questions:
        reading.problems.error(node.span, "W516", value=node.text)
    elif node.text not in known:
        near, told = nearest(node.text, known), "、".join(known)
        reading.problems.error(node.span, "W515", value=node.text, nearest=near, known=told)
    return node


def _note_goal(expect: Node | None, workflow: Workflow, reading: Reading) -> None:
    items = expect.items if isinstance(expect, Sequence) else (expect,)
    for item in items if workflow.goal is None else ():
        if isinstance(item, Scalar) and item.text == GOAL:
            reading.problems.error(item.span, "W517")


# --- given and expected ------------------------------------------------------------------------------------


def _note_given(node: Node | None, reading: Reading) -> None:
    """Fields of the record, and lists of related records or of colleagues."""
    for key, value in node.entries if isinstance(node, Mapping) else ():
        module = _of_list(key, reading) if isinstance(value, Sequence) else None
        if module is None:
            _note_fact(key, value, reading)
            continue
        for row in value.items if isinstance(value, Sequence) else ():
            if isinstance(row, Mapping):
                for name, fact in row.entries:
                    _note_fact(name, fact, reading.about(module))
            else:
                note_kind(row, key.text, "object", reading.problems)


def _of_list(key: Scalar, reading: Reading) -> Module | None:
    """The module of a list of records: related ones, or more colleagues."""
    people, named = reading.model.people, reading.model.module(key.text)
    if people is not None and named is not None and named.key == people.module:
        return named
    relation = reading.model.relation(reading.module, key.text)
    return None if relation is None else relation.module


def _note_fact(key: Scalar, value: Node, reading: Reading) -> None:
    field = find_field(key.text, reading.module, key.span, reading)
    if field is not None and not is_nothing(value) and not isinstance(value, Sequence):
        read_value(value, field, reading)


_SHOWN_DETAILS = {
    "send_template": ("template", "channel", "to", "subject", "body"),
    "notify": ("to", "text", "channel"),
    "wait": ("until",),
    "wait_until": ("until",),
    "ask": ("to", "question", "until"),
}
"""What an example may say of an effect that is no change of fields."""


def _note_all_expected(node: Node | None, reading: Reading, words: Iterable[str]) -> None:
    """Each effect of a list; `words` may stand among them."""
    for expected in node.items if isinstance(node, Sequence) else ():
        if not (isinstance(expected, Scalar) and expected.text in words):
            _note_expected(expected, reading)


def _note_expected(node: Node, reading: Reading) -> None:
    """`update_field`, or `update_field: {沉默状态: 即将沉默}`."""
    key = (
        node
        if isinstance(node, Scalar)
        else node.entries[0][0]
        if isinstance(node, Mapping) and node.entries
        else None
    )
    if key is None:
        note_kind(node, "expect", "string|object", reading.problems)
        return
    if key.text not in ACTIONS:
        near = nearest(key.text, ACTIONS)
        reading.problems.error(key.span, "W220", value=key.text, nearest=near, known="、".join(ACTIONS))
        return
    details = node.get(key.text) if isinstance(node, Mapping) else None
    tasks = reading.model.tasks
    for name, value in details.entries if isinstance(details, Mapping) else ():
        if key.text in {"update_field", "assign"}:
            _note_fact(name, value, reading)
        elif key.text == "create_task" and tasks is not None and name.text not in tasks.fields:
            _note_fact(name, value, reading.about(reading.model.modules[tasks.module]))
        elif key.text in _SHOWN_DETAILS and name.text not in _SHOWN_DETAILS[key.text]:
            note_unknown_key(name, _SHOWN_DETAILS[key.text], reading.problems)


def _day(node: Node | None, reading: Reading) -> date | None:
    if not isinstance(node, Scalar) or is_nothing(node):
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.text, re.ASCII):
            return date.fromisoformat(node.text)
        reading.problems.error(node.span, "W228", field="today", value=node.text)
    except ValueError:
        reading.problems.error(node.span, "W229", value=node.text)
    return None
