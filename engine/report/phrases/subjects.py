"""What a leaf asks about, read back in words: one function a subject, one line a word in the table."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table_
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.model.document import Mapping
from engine.model.entities import Module
from engine.report.phrases.bounds import bounds_of
from engine.report.phrases.related import RELATED, tell_related
from engine.report.phrases.wording import items_of, text_of

if TYPE_CHECKING:
    from engine.report.phrases.conditions import Phrases


def _field(phrases: Phrases, node: Mapping, module: Module) -> str:
    name = text_of(node.get("field"))
    return _plain(phrases, node, module, subject=phrases.names.field(name, module), name=name)


def _plain(phrases: Phrases, node: Mapping, module: Module, *, subject: str, name: str = "") -> str:
    field = phrases.names.definition(name, module) if name else None
    bounds = bounds_of(node, module, phrases.values, field=field)
    return phrases.words.say("phrase.frame.plain", subject=subject, bounds=bounds)


def _time(phrases: Phrases, node: Mapping, module: Module) -> str:
    word = next(one for one in ("time_since", "time_until") if one in node)
    name = phrases.names.field(text_of(node.get(word)), module)
    if "is_empty" in node:
        return _plain(phrases, node, module, subject=name)
    yearly = "_yearly" if text_of(node.get("yearly")).lower() == "true" else ""
    subject = phrases.words.say(f"phrase.subject.{word}{yearly}", name=name)
    family = word.removeprefix("time_")
    bounds = bounds_of(node, module, phrases.values, family=family)
    return phrases.words.say(f"phrase.frame.{family}", subject=subject, bounds=bounds)


def _band(phrases: Phrases, node: Mapping, module: Module) -> str:
    name = phrases.names.field(text_of(node.get("band_of")), module)
    return _plain(phrases, node, module, subject=phrases.words.say("phrase.subject.band_of", name=name))


def _rank(phrases: Phrases, node: Mapping, module: Module) -> str:
    each, among = text_of(node.get("in_each")), text_of(node.get("among"))
    say, scope = phrases.words.say, ""
    if each:
        scope = say("phrase.rank.in_each", name=phrases.names.field(each, module))
    if among:
        scope += say("phrase.rank.among", name=among)
    name = phrases.names.field(text_of(node.get("rank_of")), module)
    subject = say("phrase.subject.rank_of", name=name, scope=scope)
    bounds = bounds_of(node, module, phrases.values)
    return say("phrase.frame.rank", subject=subject, bounds=bounds, scope=scope)


def _step(phrases: Phrases, node: Mapping, module: Module) -> str:
    words, name, wanted = phrases.words, text_of(node.get("step")), node.get("is")
    fate = words.say_or(f"phrase.fate.{text_of(wanted)}", "")
    if fate:
        return words.say("phrase.step_is", name=name, fate=fate)
    subject = words.say("phrase.subject.step", name=name)
    for word in ("is", "is_not"):
        outcomes = [
            words.say_or(f"phrase.outcome.{text_of(one)}", text_of(one)) for one in items_of(node.get(word))
        ]
        if outcomes:
            told = words.listed([words.quoted(one) for one in outcomes], "or" if word == "is" else "and")
            many = "_many" if word == "is_not" and len(outcomes) > 1 else ""
            bounds = words.say(f"phrase.bound.{word}{many}", value=told)
            return words.say("phrase.frame.plain", subject=subject, bounds=bounds)
    return _plain(phrases, node, module, subject=subject)


def _segment(phrases: Phrases, node: Mapping, module: Module) -> str:  # noqa: ARG001 - the same for all subjects
    name = phrases.words.quoted(text_of(node.get("segment")))
    return phrases.words.say("phrase.subject.segment", value=name)


SUBJECTS: Table_[str, Callable[[Phrases, Mapping, Module], str]] = MappingProxyType(
    {
        "field": _field,
        "time_since": _time,
        "time_until": _time,
        "band_of": _band,
        **dict.fromkeys(RELATED, tell_related),
        "rank_of": _rank,
        "step": _step,
        "segment": _segment,
    }
)
