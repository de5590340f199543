"""The gates that a record meets, and how far it has come: what was done for it, what is still to come."""

from __future__ import annotations

from collections.abc import Iterator

from engine.course import Course
from engine.explain import Explanation
from engine.gates import Gate
from engine.guards import Held
from engine.model.document import Mapping
from engine.model.workflow import Workflow
from engine.report.effects import EffectWords
from engine.report.layout import columns, indented, shortened
from engine.report.lists import row_json
from engine.report.phrases import Phrases
from engine.report.phrases.steps import verb_of
from engine.report.phrases.verbs import VERBS
from engine.texts import Texts
from engine.workspace import Workspace

_CELLS = 70


def told_gates(found: Explanation, words: EffectWords) -> Iterator[str]:
    """A line a gate; that the file lets the workflow rest is told with the verdict."""
    for gate in found.gates:
        told = _GATES.get(gate.kind)
        if told is not None:
            yield told(gate, words)


def _rests(gate: Gate, words: EffectWords) -> str:
    return words.texts.message(gate.facts["code"], gate.facts)


def _held(gate: Gate, words: EffectWords) -> str:
    reason = Held.of(gate.facts).told(words.texts)
    return words.texts.say("explain.held", run=gate.facts["run"], reason=reason)


def _letter(gate: Gate, words: EffectWords) -> str:
    facts = {"to": gate.facts["to"], "until": words.moment(gate.facts["until"])}
    return words.texts.say(f"explain.letter_{gate.facts['code']}", **facts)


_GATES = {
    "rests": _rests,
    "unpublished": lambda gate, words: words.texts.say("plan.unpublished", id=gate.facts["id"]),
    "due": lambda gate, words: words.texts.say("explain.due", at=words.moment(gate.facts["at"])),
    "not_due": lambda gate, words: words.texts.say("explain.not_due", at=words.moment(gate.facts["at"])),
    "held": _held,
    "letter": _letter,
}


def told_course(course: Course, words: EffectWords) -> list[str]:
    """What became of the newest enrollment, step by step."""
    say, walk = words.texts.say, course.enrollment
    lines = [say("course.title", day=walk["started_on"], run=walk["run"])]
    rows = [row_json(row, words.model) for row in course.taken]
    taken = [
        (
            say(f"effect.{row['kind']}"),
            shortened(words.journal_line(row), _CELLS),
            say("course.run", run=row["run"]),
        )
        for row in rows
    ]
    if taken:
        lines.append(indented(columns(taken)))
    if course.waits:
        until = say("course.until", until=words.moment(walk["until"])) if walk["until"] else ""
        step = _step(course, walk["path"], words.texts)
        lines.append(indented(say("course.waits", step=step, until=until)))
        if course.to_come:
            lines.append(indented(say("course.to_come")))
            lines += [indented(indented(_step(course, path, words.texts))) for path in course.to_come]
    else:
        reason = words.ending(walk["reason"] or "", workflow=None)
        lines.append(
            indented(say("course.over", state=say(f"state.{walk['state']}"), reason=reason).rstrip("：: "))
        )
    return lines


def _step(course: Course, path: str, texts: Texts) -> str:
    """A step in words, with its place; its path alone where the version cannot be read any more."""
    return path if course.one is None else told_step(course.one.workspace, course.one.workflow, path, texts)


def told_step(workspace: Workspace, workflow: Workflow, path: str, texts: Texts) -> str:
    """A step of a workflow in words, with its place; its path alone where it cannot be told."""
    node = workspace.node_at(workflow.file, path)
    word = verb_of(node) if isinstance(node, Mapping) else ""
    if not isinstance(node, Mapping) or not word:
        return path
    phrases = Phrases(texts, workspace.model)
    told = VERBS[word](phrases, node, workflow.module)
    return texts.say("course.step", step=told, file=node.span.file, line=node.span.line)
