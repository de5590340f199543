"""A list of steps as written becomes Steps, each with its path in the file."""

from __future__ import annotations

from engine.actions.table import ACTIONS
from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.kinds import Action
from engine.model.workflow import Step
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block, ref
from engine.shapes.shape import fits, note_kind, note_unknown_key

LATER_ACTIONS = (
    "remove_tag", "create_record", "assign", "webhook", "wait", "wait_until", "choose", "split", "ask",
    "start_workflow",
)  # fmt: skip
LATER_OPTIONS = {"create_task": ("done_when",), "notify": ("via",)}


_BESIDE = {"name", *(sibling for word in ACTIONS.values() for sibling in word.siblings)}


def step_schema(word: type[Action]) -> dict[str, object]:
    """The shape of a step with that verb."""
    siblings = {name: ref("steps") for name in word.siblings}
    return block({word.name: word.schema, **siblings, "name": TEXT}, word.name)


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
    if word is None or _uses_later_option(node, word, reading):
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
    words = [key for key in node.keys() if key in ACTIONS]
    if len(words) == 1:
        return ACTIONS[words[0]]
    if len(words) > 1:
        reading.problems.error(node.key(words[1]).span, "W217", one=words[0], other=words[1])
        return None
    later = next((key for key in node.keys() if key in LATER_ACTIONS), "")
    if later:
        reading.problems.error(node.key(later).span, "W290", word=later)
    elif node.entries:
        known = [*ACTIONS, *LATER_ACTIONS]
        strange = [key for key, _ in node.entries if key.text not in _BESIDE]
        worst = next(
            (key for key in strange if nearest(key.text, known)), (strange or [node.entries[0][0]])[0]
        )
        note_unknown_key(worst, ACTIONS, reading.problems)
    else:
        reading.problems.error(node.span, "W210", key="actions")
    return None


def _uses_later_option(node: Mapping, word: type[Action], reading: Reading) -> bool:
    details = node.get(word.name)
    options = LATER_OPTIONS.get(word.name, ())
    later = (
        next((key for key, _ in details.entries if key.text in options), None)
        if isinstance(details, Mapping)
        else None
    )
    if later is not None:
        reading.problems.error(later.span, "W290", word=later.text)
    return later is not None
