"""PEOPLE and channels in words: “负责人和主管”, “职位是“采购”的联系人”, “企业微信、邮件”."""

from __future__ import annotations

from engine.model.document import Mapping, Node
from engine.model.entities import Module
from engine.report.phrases.conditions import Phrases
from engine.report.phrases.wording import items_of, text_of

PEOPLE = ("owner", "supervisor", "customer", "role", "person", "field", "table", "records")


def tell_people(phrases: Phrases, node: Node | None, module: Module) -> str:
    """All of them."""
    told = [tell_person(phrases, one, module) for one in items_of(node)]
    return phrases.words.listed(told, "and")


def tell_person(phrases: Phrases, node: Node, module: Module) -> str:
    """One of PEOPLE; a name that is none is said as it is written."""
    say = phrases.words.say
    if not isinstance(node, Mapping):
        written = text_of(node)
        return phrases.words.say_or(f"phrase.people.{written}", written) if written in PEOPLE else written
    word = next((key for key in node.keys() if key in PEOPLE), "")
    name = text_of(node.get(word))
    if word == "records":
        return _tell_records(phrases, node, module)
    if word == "field":
        return phrases.names.field(name, module)
    return say(f"phrase.people.{word}", name=name) if word in {"role", "person", "table"} else name


def _tell_records(phrases: Phrases, node: Mapping, module: Module) -> str:
    related = phrases.names.related(text_of(node.get("records")), module)
    where = node.get("where")
    if where is None:
        return phrases.words.say("phrase.people.records", name=related.label)
    condition = phrases.condition(where, related.module or module, inner=True)
    return phrases.words.say("phrase.people.records_where", name=related.label, condition=condition)


def tell_channels(phrases: Phrases, node: Node | None, module: Module) -> list[str]:
    """The channels of `via`, in order; a field stands for the channel that it names."""
    return [
        phrases.values.value(one, module)
        if isinstance(one, Mapping)
        else phrases.words.say_or(f"phrase.channel.{text_of(one)}", text_of(one))
        for one in items_of(node)
    ]
