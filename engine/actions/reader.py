"""A list of steps as written becomes Steps, each with its path in the file."""

from __future__ import annotations

from typing import Any

from engine.actions.table import ACTIONS
from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.kinds import Action, Schema
from engine.model.workflow import Step
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block, ref
from engine.shapes.shape import fits, note_kind
from engine.shapes.words import find_word, note_later_word

LATER_ACTIONS = ("webhook",)


def _beside(word: type[Action]) -> Schema:
    """The keys beside the verb that hold no steps."""
    found: Schema = getattr(word, "beside", {})
    return found


_BESIDE = {
    "name",
    *(sibling for word in ACTIONS.values() for sibling in word.siblings),
    *(key for word in ACTIONS.values() for key in _beside(word)),
}


def step_schema(word: type[Action]) -> dict[str, object]:
    """The shape of a step with that verb."""
    siblings: dict[str, Any] = {name: ref("steps") for name in word.siblings}
    needs: tuple[str, ...] = getattr(word, "needs", ())
    return block({word.name: word.schema, **_beside(word), **siblings, "name": TEXT}, word.name, *needs)


def read_steps(node: Node, path: str, reading: Reading) -> tuple[Step, ...]:
    """The steps of a list; a broken one is noted and left out, the others are read."""
    if not isinstance(node, Sequence):
        note_kind(node, path.rsplit("/", 1)[-1], "array", reading.problems)
        return ()
    if not node.items:
        note_kind(node, path.rsplit("/", 1)[-1], "array", reading.problems)
    found = (_read_step(item, f"{path}/{number}", reading) for number, item in enumerate(node.items))
    return tuple(step for step in found if step is not None)


def _read_step(node: Node, path: str, reading: Reading) -> Step | None:
    if not isinstance(node, Mapping):
        text = node.text if isinstance(node, Scalar) else "…"
        if text in ACTIONS:
            reading.problems.error(node.span, "W210", key=text)
            return None
        near = nearest(text, ACTIONS)
        reading.problems.error(node.span, "W220", value=text, nearest=near, known="、".join(ACTIONS))
        return None
    word = _verb(node, reading)
    if word is None:
        return None
    if not fits(node, step_schema(word), reading.problems):
        for sibling in word.siblings:  # its own lists of steps are checked all the same
            reading.in_branches().read_steps(node.get(sibling), f"{path}/{sibling}")
        return None
    action = word.read(node, path, reading)
    name = node.get("name")
    return (
        None
        if action is None
        else Step(path, action, node.span, name.text if isinstance(name, Scalar) else "")
    )


def _verb(node: Mapping, reading: Reading) -> type[Action] | None:
    has_verb = any(key in ACTIONS for key in node.keys())
    if not has_verb and note_later_word(node, LATER_ACTIONS, reading.problems):
        return None
    if not node.entries:
        reading.problems.error(node.span, "W210", key="actions")
    return find_word(node, ACTIONS, reading.problems, beside=_BESIDE)
