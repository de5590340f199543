"""An explanation for people: the verdict first, then every condition with what it saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.conditions import CONDITIONS
from engine.course import Course
from engine.explain import Conditions, Explanation
from engine.funnel import Lacking
from engine.model.document import Mapping, Scalar
from engine.model.operands import FieldValue
from engine.model.predicates import (
    leaves,
    wanted,
)
from engine.model.workflow import Workflow
from engine.report.bars import told_bar
from engine.report.conditions_told import AnswerTold, ConditionsTold
from engine.report.course import told_course, told_gates
from engine.report.effects import EffectWords
from engine.report.layout import columns, indented
from engine.report.phrases import Phrases
from engine.texts import Texts
from engine.verdicts import Verdict
from engine.workspace import Workspace

_MARKS = {True: "✓", False: "✗", None: "?"}


def explanation_json(found: Explanation, course: Course | None) -> dict[str, Any]:
    """For machines."""
    return {**found.as_json(), "course": None if course is None else course.as_json()}


def render_explanation(found: Explanation, course: Course | None, language: str) -> str:
    """The whole explanation as text, with how far the record has come."""
    texts, dry = Texts.of(language), found.dry
    words = EffectWords(texts, dry.workspace, dry.session)
    title = words.title(dry.workflow.module, found.plan.record)
    lines = [
        f"{dry.workflow.names.of(language)} · {title}",
        texts.say("explain.verdict", verdict=texts.say(f"verdict.{found.plan.verdict}")),
    ]
    lines += [f"  {line}" for line in (*told_before(found, texts), *told_gates(found, words))]
    if found.conditions.answers:
        lines += ["", told_conditions(found.conditions, texts)]
    if found.plan.effects or found.plan.error:
        lines += [
            "",
            texts.say("explain.effects"),
            indented("\n".join(words.lines(found.plan, dry.workflow))),
        ]
    if found.settled:
        lines += ["", words.settled(found.settled)]
    if course is not None:
        lines += ["", *told_course(course, words)]
    return "\n".join(lines).rstrip()


def told_conditions(found: Conditions, texts: Texts, today: Conditions | None = None) -> str:
    """Every condition with what it saw, a line each; where that is not known, with what it sees `today`.

    Then what would have to change, if anything.
    """
    words, values = EffectWords(texts, found.asked.workspace, found.asked.session), today or found
    rows = list(_rows(ConditionsTold(found, values, words).tree()))
    return "\n".join([columns(rows), *told_needs(found, texts)])


def _rows(told: Iterable[AnswerTold], depth: int = 1) -> Iterator[tuple[str, str, str]]:
    """A line for each condition, what belongs to a group further in."""
    for one in told:
        place = f"{one.file}:{one.line}" if one.file else ""
        yield f"{'  ' * depth}{_MARKS[one.answer]} {one.text}", one.seen, place
        yield from _rows(one.parts, depth + 1)


def told_needs(found: Conditions, texts: Texts) -> list[str]:
    """What would have to be so for the record to match, in one line; of several ways each.

    Of a record that cannot be decided, what it lacks.
    """
    if found.lacks:
        asked, phrases = found.asked, Phrases(texts, found.asked.workspace.model)
        what = (told_subject(one, asked.workspace, asked.workflow, phrases) for one in found.lacks)
        return [f"  {texts.say('explain.lacks', what=texts.say('plan.list').join(what))}"]
    ways = [texts.say("explain.and").join(_wish(found, path, texts) for path in way) for way in found.needs]
    return [f"  {texts.say('explain.needs', ways=texts.say('explain.or').join(ways))}"] if ways else []


def told_subject(one: Lacking, workspace: Workspace, workflow: Workflow, phrases: Phrases) -> str:
    """What is missing: a field by its label, else what the condition asks about in its own words."""
    if isinstance(one.subject, FieldValue):
        return one.subject.field.labels.of(phrases.words.language)
    node = workspace.node_at(workflow.file, one.paths[0])
    word = next((key for key in node.keys() if key in CONDITIONS), "") if isinstance(node, Mapping) else ""
    written = node.get(word) if isinstance(node, Mapping) and word else None
    if isinstance(written, Scalar):
        return written.text
    return asked_for(workspace, workflow, one.paths[0], phrases)


def _wish(found: Conditions, path: str, texts: Texts) -> str:
    asked = found.asked
    return asked_for(asked.workspace, asked.workflow, path, Phrases(texts, asked.workspace.model))


def asked_for(workspace: Workspace, workflow: Workflow, path: str, phrases: Phrases) -> str:
    """What a condition, by its path, asks for in words; below a `none`, what it must not be."""
    told = phrases.of(workspace.node_at(workflow.file, path), path, workflow.module)
    is_met = is_to_be_met(workflow, path)
    return told if is_met else phrases.words.say("explain.not", condition=told)


def is_to_be_met(workflow: Workflow, path: str) -> bool:
    """Whether what stands at a path is to be so; not what stands below a `none`."""
    condition = workflow.condition
    answers = () if condition is None else zip(leaves(condition), wanted(condition), strict=True)
    return next((right for leaf, right in answers if leaf.path == path), True)


def told_before(found: Explanation, texts: Texts) -> list[str]:
    """What stands before the conditions."""
    lines = []
    if not found.dry.workflow.active:
        lines.append(texts.say("explain.paused"))
    if found.started_on is not None and found.plan.verdict is not Verdict.MATCH:
        lines.append(texts.say("explain.already", day=found.started_on, run=found.started_run))
        if found.undone_by is not None:
            lines.append(texts.say("explain.undone", undo=found.undone_by, run=found.started_run))
    elif found.plan.verdict is Verdict.ALREADY:
        lines.append(texts.say("explain.unchanged"))
    if found.plan.bar is not None:
        reason = told_bar(found.plan.bar, found.dry.workspace, found.dry.workflow, texts)
        lines.append(texts.say(f"explain.{found.plan.bar.kind}", reason=reason))
    if found.plan.verdict is Verdict.DEFERRED:
        lines.append(texts.say("explain.deferred"))
    return lines
