"""An explanation for people: the verdict first, then every condition with what it saw."""

from __future__ import annotations

from decimal import Decimal

from engine.explain import Explanation, LeafAnswer
from engine.model.entities import FieldType
from engine.model.lengths import show_kept, show_length
from engine.model.moments import Length
from engine.model.operands import Series
from engine.model.predicates import Leaf, leaves, operands_of
from engine.model.values import Show, Value, plain
from engine.records.tracing import demanded_by
from engine.report.bars import told_bar
from engine.report.effects import EffectWords
from engine.report.layout import columns, indented
from engine.report.phrases import Phrases
from engine.texts import Texts
from engine.verdicts import Verdict

_MARKS = {True: "✓", False: "✗", None: "?"}


def render_explanation(found: Explanation, language: str) -> str:
    """The whole explanation as text."""
    texts, dry = Texts.of(language), found.dry
    words = EffectWords(texts, dry.workspace.model, dry.session)
    title = words.title(dry.workflow.module, found.plan.record)
    lines = [
        f"{dry.workflow.names.of(language)} · {title}",
        texts.say("explain.verdict", verdict=texts.say(f"verdict.{found.plan.verdict}")),
    ]
    lines += [*_gates(found, texts), ""]
    lines.append(columns([_row(one, found, texts) for one in found.answers]))
    if found.plan.effects or found.plan.error:
        lines += ["", texts.say("explain.effects"), indented("\n".join(words.lines(found.plan)))]
    return "\n".join(lines).rstrip()


def _gates(found: Explanation, texts: Texts) -> list[str]:
    """What stands before the conditions."""
    lines = []
    if not found.dry.workflow.active:
        lines.append(texts.say("explain.paused"))
    if found.started_on is not None and found.plan.verdict is not Verdict.MATCH:
        lines.append(texts.say("explain.already", day=found.started_on, run=found.started_run))
    elif found.plan.verdict is Verdict.ALREADY:
        lines.append(texts.say("explain.unchanged"))
    if found.plan.bar is not None:
        reason = told_bar(found.plan.bar, found.dry.workspace, found.dry.workflow, texts)
        lines.append(texts.say(f"explain.{found.plan.bar.kind}", reason=reason))
    if found.plan.verdict is Verdict.DEFERRED:
        lines.append(texts.say("explain.deferred"))
    return [f"  {line}" for line in lines]


def _row(one: LeafAnswer, found: Explanation, texts: Texts) -> tuple[str, str, str]:
    dry = found.dry
    phrases = Phrases(texts, dry.workspace.model)
    node = dry.workspace.node_at(dry.workflow.file, one.path)
    condition = phrases.of(node, one.path, dry.workflow.module)
    leaf = (
        next(item for item in leaves(dry.workflow.condition) if item.path == one.path)
        if dry.workflow.condition
        else None
    )
    told = [_actual(one, leaf, found, texts)]
    if one.demanded is not None:
        other = demanded_by(leaf) if leaf is not None else None
        kind = FieldType.LENGTH if other is None else other.type
        told.append(texts.say("explain.required", value=_told(one.demanded, kind, found, texts)))
    if one.short is not None:
        by_days = one.days_ago is not None
        told.append(
            texts.say(
                "explain.short_days" if by_days else "explain.short_amount",
                days=one.short,
                amount=_amount(one, leaf, found, texts),
            )
        )
    return (
        f"  {_MARKS[one.answer]} {condition}",
        texts.say("plan.clause").join(told),
        f"{one.at.file}:{one.at.line}",
    )


def _amount(one: LeafAnswer, leaf: Leaf | None, found: Explanation, texts: Texts) -> str:
    """What is missing, in the way of its kind."""
    kind = operands_of(leaf.tests[0])[0].type if leaf is not None else FieldType.NUMBER
    return _told(one.short, kind, found, texts) if isinstance(one.short, Decimal) else str(plain(one.short))


def _actual(one: LeafAnswer, leaf: Leaf | None, found: Explanation, texts: Texts) -> str:
    subject = operands_of(leaf.tests[0])[0] if leaf is not None else None
    if isinstance(subject, Series) and one.units:
        values = [_told(value, subject.of.type, found, texts) for value in one.units]
        return texts.say("explain.actual_units", values=texts.say("explain.then").join(values))
    kind = FieldType.TEXT if subject is None else subject.type
    told = _told(one.actual, kind, found, texts)
    if one.ranked is not None and one.actual is not None:
        return texts.say("explain.actual_rank", place=told, count=one.ranked)
    away = one.days_ahead if one.days_ago is None else -one.days_ago
    if away is not None:
        kind_of_day = "explain.actual_ahead" if away > 0 else "explain.actual_days"
        return texts.say(kind_of_day, actual=told, days=abs(away))
    return texts.say("explain.actual", actual=told)


def _told(value: Value, kind: FieldType, found: Explanation, texts: Texts) -> str:
    if value is None:
        return texts.say("answer.empty")
    if isinstance(value, Length):
        kept = value.counts_days or value.is_working
        return show_length(value, texts.language) if kept else show_kept(value.minutes, texts.language)
    settings = found.dry.workspace.settings
    return Show(texts.language, settings.currency, settings.zone).value(kind, value)
