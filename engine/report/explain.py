"""An explanation for people: the verdict first, then every condition with what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.conditions import CONDITIONS
from engine.course import Course
from engine.explain import Conditions, Explanation, LeafAnswer
from engine.funnel import Lacking
from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import FieldType
from engine.model.lengths import show_kept, show_length
from engine.model.moments import Length
from engine.model.named import Named
from engine.model.operands import FieldValue, Operand, Series
from engine.model.predicates import (
    All,
    AnyOf,
    Leaf,
    NoneOf,
    Predicate,
    demanded_by,
    leaves,
    operands_of,
    subject_of,
    wanted,
    whole_answer,
)
from engine.model.values import Show, Value, plain
from engine.model.workflow import Workflow
from engine.report.bars import told_bar
from engine.report.course import told_course, told_gates
from engine.report.effects import EffectWords
from engine.report.layout import columns, indented
from engine.report.phrases import Phrases
from engine.report.phrases.bounds import bounds_of
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
    lines += [f"  {line}" for line in (*_gates(found, texts), *told_gates(found, words))]
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
    return "\n".join([columns(list(_Tree(found, values, words).rows())), *told_needs(found, texts)])


@dataclass(frozen=True)
class _Tree:
    """The conditions as they stand in one another; what they saw is told from `values`.

    An `all` inside an `all` is no level of its own, nor is a `none`: each of its conditions is told as what
    it must not be.
    """

    found: Conditions
    values: Conditions
    words: EffectWords

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """A line for each condition, and for each group that does not follow from its place."""
        condition = self.found.asked.workflow.condition
        return iter(()) if condition is None else self._below(condition, 0, 1, in_all=True)

    def _below(
        self, part: Predicate, first: int, depth: int, *, in_all: bool, opposite: bool = False
    ) -> Iterator[tuple[str, str, str]]:
        """`first` is the number of its first leaf; `in_all`: it stands among what must all be so."""
        if isinstance(part, Leaf):
            yield self._leaf(first, depth, opposite=opposite)
            return
        if len(part.items) == 1 and not isinstance(part, NoneOf):
            yield from self._below(part.items[0], first, depth, in_all=in_all, opposite=opposite)
            return
        follows = in_all and not opposite and not isinstance(part, AnyOf)
        if not follows:
            yield self._group(part, first, depth, opposite=opposite)
            depth += 1
        is_none = follows and isinstance(part, NoneOf)
        for item in part.items:
            yield from self._below(item, first, depth, in_all=isinstance(part, All), opposite=is_none)
            first += len(list(leaves(item)))

    def _leaf(self, number: int, depth: int, *, opposite: bool) -> tuple[str, str, str]:
        then, now = self.found.answers[number], self.values.answers[number]
        condition, seen, place = _row(then, now, self.values, self.words)
        return self._told(condition, depth, then.answer, opposite=opposite), seen, place

    def _group(self, part: Predicate, first: int, depth: int, *, opposite: bool) -> tuple[str, str, str]:
        asked = self.found.asked
        answers = [one.answer for one in self.found.answers[first : first + len(list(leaves(part)))]]
        needs = part.needs if isinstance(part, AnyOf) else 0
        kind = "needs" if needs > 1 else "any" if needs else "all" if isinstance(part, All) else "none"
        condition = self.words.texts.say(f"explain.group_{kind}", needs=needs)
        node = asked.workspace.node_at(asked.workflow.file, part.path)
        place = "" if node is None else f"{node.span.file}:{node.span.line}"
        return self._told(condition, depth, whole_answer(part, answers), opposite=opposite), "", place

    def _told(self, condition: str, depth: int, answer: bool | None, *, opposite: bool) -> str:  # noqa: FBT001 - or unknown
        if opposite:
            answer = None if answer is None else not answer
            condition = self.words.texts.say("explain.not", condition=condition)
        return f"{'  ' * depth}{_MARKS[answer]} {condition}"


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


def _gates(found: Explanation, texts: Texts) -> list[str]:
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


def _row(
    told_then: LeafAnswer, one: LeafAnswer, found: Conditions, words: EffectWords
) -> tuple[str, str, str]:
    """What a condition answered, and what it saw."""
    asked, texts = found.asked, words.texts
    phrases = Phrases(texts, asked.workspace.model)
    node = asked.workspace.node_at(asked.workflow.file, one.path)
    condition = phrases.of(node, one.path, asked.workflow.module)
    leaf = (
        next(item for item in leaves(asked.workflow.condition) if item.path == one.path)
        if asked.workflow.condition
        else None
    )
    if one is not told_then:  # another moment: what was asked for then is not held against it
        subject = operands_of(leaf.tests[0])[0] if leaf is not None else None
        now = texts.say("explain.now", value=_told_of(subject, one.actual, found, words))
        return condition, now, _place(told_then)
    is_known = one.actual is not None or leaf is None or isinstance(subject_of(leaf), FieldValue)
    told = [_actual(one, leaf, found, words)] if found.has_values and is_known else []
    other = demanded_by(leaf) if leaf is not None else None
    if isinstance(other, Named):
        told.append(texts.say("explain.required", value=_as_written(node, found, phrases)))
    elif one.within is not None:
        value = _as_written(node, found, phrases, family="amount")
        length = _told_of(other, one.within, found, words)
        told.append(texts.say("explain.required_within", value=value, length=length))
    elif one.demanded is not None:
        told.append(texts.say("explain.required", value=_told_of(other, one.demanded, found, words)))
    if one.short is not None:
        by_days = not isinstance(one.short, Decimal)
        told.append(
            texts.say(
                "explain.short_days" if by_days else "explain.short_amount",
                days=one.short,
                amount=_amount(one, leaf, found, texts),
            )
        )
    return condition, texts.say("plan.clause").join(told), _place(one)


def _place(one: LeafAnswer) -> str:
    return f"{one.at.file}:{one.at.line}"


def _as_written(node: Node | None, found: Conditions, phrases: Phrases, family: str = "bound") -> str:
    """What a condition asks for, in the words of its file: “不是王一、张三中的任何一个”, “至少1”."""
    module = found.asked.workflow.module
    return bounds_of(node, module, phrases.values, family=family) if isinstance(node, Mapping) else ""


def _told_of(operand: Operand | None, value: Value, found: Conditions, words: EffectWords) -> str:
    """The value of an operand; where a link leads, by the name that is borne there."""
    if isinstance(operand, FieldValue) and operand.type is FieldType.LINK and value is not None:
        if words.is_person(operand.field):
            return words.person(str(value))
        module = found.asked.workspace.model.module(operand.field.to)
        key = None if module is None else found.asked.session.record_key(module, str(value))
        return str(value) if module is None or key is None else words.title(module, key)
    kind = FieldType.LENGTH if operand is None else operand.type
    return _told(value, kind, found, words.texts)


def _amount(one: LeafAnswer, leaf: Leaf | None, found: Conditions, texts: Texts) -> str:
    """What is missing, in the way of its kind."""
    kind = operands_of(leaf.tests[0])[0].type if leaf is not None else FieldType.NUMBER
    return _told(one.short, kind, found, texts) if isinstance(one.short, Decimal) else str(plain(one.short))


def _actual(one: LeafAnswer, leaf: Leaf | None, found: Conditions, words: EffectWords) -> str:
    texts = words.texts
    subject = operands_of(leaf.tests[0])[0] if leaf is not None else None
    if isinstance(subject, Series) and one.units:
        values = [_told(value, subject.of.type, found, texts) for value in one.units]
        return texts.say("explain.actual_units", values=texts.say("explain.then").join(values))
    told = _told_of(subject, one.actual, found, words)
    if one.ranked is not None and one.actual is not None:
        return texts.say("explain.actual_rank", place=told, count=one.ranked)
    away = one.days_ahead if one.days_ago is None else -one.days_ago
    if away is not None:
        kind_of_day = "explain.actual_ahead" if away > 0 else "explain.actual_days"
        if not away:
            return texts.say("explain.actual_today", actual=told)
        return texts.say(kind_of_day, actual=told, days=abs(away))
    return texts.say("explain.actual", actual=told)


def _told(value: Value, kind: FieldType, found: Conditions, texts: Texts) -> str:
    if value is None:
        return texts.say("answer.empty")
    if isinstance(value, Length):
        kept = value.counts_days or value.is_working
        return show_length(value, texts.language) if kept else show_kept(value.minutes, texts.language)
    settings = found.asked.workspace.settings
    return Show(texts.language, settings.currency, settings.zone).value(kind, value)
