"""Triggers and `once_per` in words: “每天 01:00”, “年度成交额变化时”, “同一个最近下单日期只启动一次”."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table_
from types import MappingProxyType

from engine.model.document import Mapping, Node, Sequence
from engine.model.entities import Module
from engine.report.phrases.conditions import Phrases
from engine.report.phrases.wording import blocks_of, inside, items_of, text_of

_UNITS = ("month", "quarter")
EVENTS = ("created", "changed")


def tell_triggers(phrases: Phrases, node: Node | None, module: Module) -> str:
    """All triggers of a workflow."""
    return phrases.words.joined(
        [tell_trigger(phrases, one, module) for one in blocks_of(node)], "phrase.trigger.also"
    )


def tell_trigger(phrases: Phrases, node: Mapping, module: Module) -> str:
    """One trigger with its zone, and what happens to times that it cannot keep."""
    word = next((key for key in node.keys() if key in TRIGGERS), "")
    if not word:
        return " ".join(f"{key.text}: {text_of(value)}".strip() for key, value in node.entries)
    told, zone, missed = (
        TRIGGERS[word](phrases, node, module),
        text_of(node.get("timezone")),
        node.get("catch_up"),
    )
    if zone:
        told = phrases.words.say("phrase.trigger.zone", trigger=told, zone=zone)
    if text_of(missed) in {"skip", "all"}:
        told = phrases.words.say(f"phrase.trigger.{text_of(missed)}", trigger=told)
    if text_of(node.get("overlap")) == "queue":
        told = phrases.words.say("phrase.trigger.queue", trigger=told)
    return told


def _every(phrases: Phrases, node: Mapping, module: Module) -> str:  # noqa: ARG001 - the same for all triggers
    every, day = node.get("every"), text_of(node.get("day"))
    words, word, at = phrases.words, text_of(every), _at(phrases, node)
    say = words.say
    if word in _UNITS:
        last = "_last" if day in {"last", ""} else ""
        return say(f"phrase.trigger.every_{word}{last}", day=day, at=at)
    if word == "festival":
        names = words.listed([text_of(one) for one in items_of(node.get("names"))], "or")
        return say("phrase.trigger.every_festival", names=names or say("phrase.trigger.festivals"), at=at)
    if word in {"day", "working day"}:
        return say(f"phrase.trigger.every_{word.replace(' ', '_')}", at=at)
    length = phrases.values.length(word)
    if length and not isinstance(every, Sequence):
        return say("phrase.trigger.every_length", length=length)
    days = [words.say_or(f"phrase.trigger.{text_of(one)}", text_of(one)) for one in items_of(every)]
    return say("phrase.trigger.every_weekday", days=words.listed(days, "and"), at=at)


def _at(phrases: Phrases, node: Mapping) -> str:
    at = text_of(node.get("at"))
    return phrases.words.say("phrase.trigger.at", time=at) if at else ""


def _schedule(phrases: Phrases, node: Mapping, module: Module) -> str:  # noqa: ARG001 - as above
    """A simple expression is told like `every`; any other stays as it is written."""
    cron = text_of(node.get("schedule"))
    minute, hour, day, month, weekday = [*cron.split(), "", "", "", "", ""][:5]
    if minute.isdecimal() and hour.isdecimal() and (day, month, weekday) == ("*", "*", "*"):
        at = phrases.words.say("phrase.trigger.at", time=f"{int(hour):02}:{int(minute):02}")
        return phrases.words.say("phrase.trigger.every_day", at=at)
    return phrases.words.say("phrase.trigger.schedule", cron=cron)


def _when(phrases: Phrases, node: Mapping, module: Module) -> str:
    kind, say = text_of(node.get("when")), phrases.words.say
    if kind == "created":
        return _created(phrases, node, module)
    if kind != "changed":
        return say("phrase.trigger.by_hand")
    name = text_of(node.get("field"))
    field = phrases.names.definition(name, module)
    old, new = (phrases.values.value(node.get(one), module, field) for one in ("from", "to"))
    key = "".join(f"_{word}" for word in ("from", "to") if node.get(word) is not None)
    return say(f"phrase.trigger.changed{key}", name=phrases.names.field(name, module), old=old, new=new)


def _created(phrases: Phrases, node: Mapping, module: Module) -> str:
    of, where = node.get("of"), node.get("where")
    related = phrases.names.related(text_of(of), module) if of is not None else None
    name = related.label if related else module.labels.of(phrases.words.language)
    about = related.module if related and related.module else module
    condition = phrases.condition(where, about, inner=True) if where is not None else ""
    key = "created_where" if condition else "created"
    return phrases.words.say(f"phrase.trigger.{key}", name=name, condition=condition)


TRIGGERS: Table_[str, Callable[[Phrases, Mapping, Module], str]] = MappingProxyType(
    {"every": _every, "schedule": _schedule, "when": _when}
)
"""Every trigger and how it is told: one line a word."""

ONCE = ("customer", "episode", "event", "day", "week", "month", "quarter", "year")


def is_event(node: Node | None) -> bool:
    """Whether something that happens starts the workflow, rather than a clock or a person."""
    return any(text_of(one.get("when")) in EVENTS for one in blocks_of(node))


def tell_once(phrases: Phrases, root: Mapping, module: Module) -> str:
    """How often one record starts; what a file does not say is told too."""
    node, say = root.get("once_per"), phrases.words.say
    if isinstance(node, Mapping):
        field = inside(node, "field")
        if field is not None:
            return say("phrase.once.field", name=phrases.names.field(text_of(field), module))
        value = phrases.words.say("phrase.cell", name=text_of(inside(node, "table")))
        return say("phrase.once.value", value=value)
    word = text_of(node) or ("event" if is_event(root.get("trigger")) else "episode")
    if word == "episode" and "conditions" not in root:
        word = "customer"  # without conditions an episode never ends
    if word in ONCE:
        return say(f"phrase.once.{word}")
    return say("phrase.once.length", length=phrases.values.length(word) or word)
