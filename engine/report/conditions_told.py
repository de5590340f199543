"""What each condition answered of a record, in words, as they stand in one another, with what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.explain import Conditions, LeafAnswer
from engine.model.document import Mapping, Node
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
    whole_answer,
)
from engine.model.values import Show, Value, plain
from engine.report.effects import EffectWords, field_at
from engine.report.phrases import Phrases
from engine.report.phrases.bounds import bounds_of
from engine.texts import Texts


@dataclass(frozen=True)
class AnswerTold:
    """A condition, or a group with its parts: its answer, its words, what it saw, where it stands.

    `field` is the label of what is asked about; `source` is `record`, `computed` or `related`, where known.
    """

    path: str
    answer: bool | None
    text: str
    seen: str
    file: str
    line: int
    field: str = ""
    source: str = ""
    short: str = ""
    parts: tuple[AnswerTold, ...] = ()


@dataclass(frozen=True)
class ConditionsTold:
    """The conditions as they stand in one another; what they saw is told from `values`.

    An `all` inside an `all` is no level of its own, nor is a `none`: each of its conditions is told as what
    it must not be.
    """

    found: Conditions
    values: Conditions
    words: EffectWords

    def tree(self) -> tuple[AnswerTold, ...]:
        """Each condition, and each group that does not follow from its place."""
        condition = self.found.asked.workflow.condition
        return () if condition is None else tuple(self._below(condition, 0, in_all=True))

    def leaf(self, path: str) -> AnswerTold:
        """One condition, by its path; below a `none` as what it must not be."""
        return next(one for one in _leaves(self.tree()) if one.path == path)

    def _below(
        self, part: Predicate, first: int, *, in_all: bool, opposite: bool = False
    ) -> Iterator[AnswerTold]:
        """`first` is the number of its first leaf; `in_all`: it stands among what must all be so."""
        if isinstance(part, Leaf):
            yield self._leaf(first, opposite=opposite)
            return
        if len(part.items) == 1 and not isinstance(part, NoneOf):
            yield from self._below(part.items[0], first, in_all=in_all, opposite=opposite)
            return
        follows = in_all and not opposite and not isinstance(part, AnyOf)
        is_none = follows and isinstance(part, NoneOf)
        parts: list[AnswerTold] = []
        number = first
        for item in part.items:
            parts += self._below(item, number, in_all=isinstance(part, All), opposite=is_none)
            number += len(list(leaves(item)))
        if follows:
            yield from parts
        else:
            yield self._group(part, first, tuple(parts), opposite=opposite)

    def _leaf(self, number: int, *, opposite: bool) -> AnswerTold:
        then, now = self.found.answers[number], self.values.answers[number]
        condition, seen, short = _row(then, now, self.values, self.words)
        answer, text = self._told(condition, then.answer, opposite=opposite)
        field, source = _subject(then, self.found, self.words)
        return AnswerTold(then.path, answer, text, seen, then.at.file, then.at.line, field, source, short)

    def _group(
        self, part: Predicate, first: int, parts: tuple[AnswerTold, ...], *, opposite: bool
    ) -> AnswerTold:
        asked = self.found.asked
        answers = [one.answer for one in self.found.answers[first : first + len(list(leaves(part)))]]
        needs = part.needs if isinstance(part, AnyOf) else 0
        kind = "needs" if needs > 1 else "any" if needs else "all" if isinstance(part, All) else "none"
        condition = self.words.texts.say(f"explain.group_{kind}", needs=needs)
        node = asked.workspace.node_at(asked.workflow.file, part.path)
        file, line = ("", 0) if node is None else (node.span.file, node.span.line)
        answer, text = self._told(condition, whole_answer(part, answers), opposite=opposite)
        return AnswerTold(part.path, answer, text, "", file, line, parts=parts)

    def _told(self, condition: str, answer: bool | None, *, opposite: bool) -> tuple[bool | None, str]:  # noqa: FBT001 - or unknown
        if not opposite:
            return answer, condition
        answer = None if answer is None else not answer
        return answer, self.words.texts.say("explain.not", condition=condition)


def _leaves(told: tuple[AnswerTold, ...]) -> Iterator[AnswerTold]:
    for one in told:
        if one.parts:
            yield from _leaves(one.parts)
        else:
            yield one


def _subject(one: LeafAnswer, found: Conditions, words: EffectWords) -> tuple[str, str]:
    """The label of the field that is asked about, and where its value comes from."""
    module, path = found.asked.workflow.module, one.field
    if path is None:
        return "", ""
    field = field_at(words.model, module.key, path)
    label = "" if field is None else field.labels.of(words.texts.language)
    if "." in path or module.field(path) is None:
        return label, "related"
    return label, "record" if field is None or field.computed is None else "computed"


def _row(
    told_then: LeafAnswer, one: LeafAnswer, found: Conditions, words: EffectWords
) -> tuple[str, str, str]:
    """What a condition asks, what it saw, and how far it is from yes."""
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
        return condition, now, ""
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
    short = ""
    if one.short is not None:
        by_days = not isinstance(one.short, Decimal)
        short = texts.say(
            "explain.short_days" if by_days else "explain.short_amount",
            days=one.short,
            amount=_amount(one, leaf, found, texts),
        )
        told.append(short)
    return condition, texts.say("plan.clause").join(told), short


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
