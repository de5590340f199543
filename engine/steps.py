"""Names of steps and starts of other workflows: what refers to them must find them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from engine.actions.ask import Ask
from engine.actions.create_task import CreateTask
from engine.actions.notify import Notify
from engine.actions.send_template import SendTemplate
from engine.model.diagnostics import Problems, nearest
from engine.model.document import Document, Node, Scalar, Sequence, Span, node_at
from engine.model.document import Mapping as Block
from engine.model.kinds import Action
from engine.model.workflow import Step, Workflow, all_steps
from engine.shapes.reading import Reading

_OF_FIELDS = ("update_field", "fields")
"""What stands under these are fields, and one may be called `step`."""

_OF_TASKS = ("done", "open", "overdue")
_OF_MESSAGES = ("sent", "delivered", "opened", "clicked", "replied", "failed", "unreachable")
_OUTCOMES: Mapping[type[Action], tuple[str, ...]] = MappingProxyType(
    {CreateTask: _OF_TASKS, SendTemplate: _OF_MESSAGES, Notify: _OF_MESSAGES, Ask: _OF_TASKS}
)
"""What may become of a step; a question waits for somebody as a task does, and has its answers besides."""

_TOLD = 12
"""So many ids are told; of thousands, the nearest is what helps."""


def note_steps(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Two steps of one name; a reference to a step that is not there, or not there yet."""
    problems = reading.problems
    named: dict[str, Step] = {}
    for step in all_steps(workflow.steps):
        if step.name and step.name in named:
            line = named[step.name].at.line
            problems.error(step.at.start(), "W548", kind="double", value=step.name, line=line, nearest="")
        elif step.name:
            named[step.name] = step
    root = document.root
    if root is None:
        return
    for part in ("actions", "goal", "stop_when"):
        for block in _references(root.get(part)):
            name = block.get("step")
            assert isinstance(name, Scalar)
            _note_reference(name, named, problems, must_be_earlier=part == "actions")
            if name.text in named:
                _note_outcomes(block, named[name.text], problems)
                _note_undone(block, named[name.text], reading)
    goal = () if workflow.goal is None else workflow.goal.then
    for step in all_steps((*workflow.steps, *goal)):
        _note_done_when(step, root, reading)


def _references(node: Node | None) -> Iterator[Block]:
    """The blocks with `step: NAME`: conditions, and what stands behind `since`."""
    if isinstance(node, Sequence):
        for one in node.items:
            yield from _references(one)
    elif isinstance(node, Block):
        if isinstance(node.get("step"), Scalar):
            yield node
        for key, value in node.entries:
            if key.text not in _OF_FIELDS:
                yield from _references(value)


def _note_outcomes(block: Block, step: Step, problems: Problems) -> None:
    """An answer that the question does not offer, or a word for what never becomes of such a step."""
    answers = [one.answer for one in step.action.cases] if isinstance(step.action, Ask) else []
    known = [*answers, *_OUTCOMES.get(type(step.action), ())]
    for word in ("is", "is_not"):
        asked = block.get(word)
        for one in asked.items if isinstance(asked, Sequence) else (asked,):
            if not isinstance(one, Scalar) or one.text in known:
                continue
            if known:
                is_of_others = one.text in (*_OF_TASKS, *_OF_MESSAGES)
                near = "" if is_of_others else nearest(one.text, known)
                facts = {"nearest": near, "known": "、".join(known)}
                problems.error(one.span, "W542", step=step.name, value=one.text, **facts)
            else:
                problems.error(one.span, "W534", step=step.name)


def _note_undone(block: Block, step: Step, reading: Reading) -> None:
    """What became of a task is asked, and the model does not say how a task shows that it is done."""
    tasks = reading.model.tasks
    if not isinstance(step.action, CreateTask) or tasks is None or tasks.done:
        return
    for word in ("is", "is_not"):
        asked = block.get(word)
        for one in asked.items if isinstance(asked, Sequence) else (asked,):
            if isinstance(one, Scalar) and one.text in _OF_TASKS:
                reading.problems.error(one.span, "W570", file=reading.model.file)


def _note_done_when(step: Step, root: Block, reading: Reading) -> None:
    """A task that is to be done by itself, and nothing could show that it is."""
    tasks, node = reading.model.tasks, node_at(root, step.path)
    details = node.get(CreateTask.name) if isinstance(node, Block) else None
    if tasks is not None and not tasks.done and isinstance(details, Block) and "done_when" in details:
        reading.problems.error(details.key("done_when").span, "W570", file=reading.model.file)


def _note_reference(
    name: Scalar, named: Mapping[str, Step], problems: Problems, *, must_be_earlier: bool
) -> None:
    step = named.get(name.text)
    if step is None:
        problems.error(name.span, "W548", kind="", value=name.text, line=0, nearest=nearest(name.text, named))
    elif must_be_earlier and _begin(step.at) > _begin(name.span):
        problems.error(name.span, "W548", kind="later", value=name.text, line=step.at.line, nearest="")


def _begin(at: Span) -> tuple[int, int]:
    return at.line, at.column


def note_starts(
    starts: Mapping[str, Mapping[str, Span]], known: Collection[str] | None, problems: Problems
) -> None:
    """A workflow that starts itself, directly or not, or one that is in no file (`known`: ids of all)."""
    for name, targets in starts.items():
        for target, at in targets.items():
            if known is not None and target not in known:
                near = nearest(target, known)
                problems.error(at, "W546", value=target, nearest=near, known="、".join(sorted(known)[:_TOLD]))
            elif name in _reached(target, starts):
                problems.error(at, "W547", id=name, value=target)


def starts_of(workflow: Workflow) -> Iterator[tuple[str, Span]]:
    """The workflows that a workflow starts, each with the place of its step."""
    goal = workflow.goal.then if workflow.goal is not None else ()
    for step in all_steps((*workflow.steps, *goal)):
        target = getattr(step.action, "workflow", "")
        if target:
            yield target, step.at


def _reached(first: str, starts: Mapping[str, Mapping[str, Span]]) -> set[str]:
    """Everything that is started when `first` is, itself included."""
    found, waiting = {first}, [first]
    while waiting:
        for target in starts.get(waiting.pop(), {}):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found
