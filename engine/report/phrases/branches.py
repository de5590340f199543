"""The lists of steps beside a verb, each with the words that lead to it: “否则：”, “如果答复是“放弃”：”."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table_
from dataclasses import dataclass
from types import MappingProxyType

from engine.model.document import Mapping, Node
from engine.model.entities import Module
from engine.report.phrases.conditions import Phrases
from engine.report.phrases.wording import blocks_of, text_of


@dataclass(frozen=True, slots=True)
class Branch:
    """Steps, and the heading that says when they are done."""

    heading: str
    steps: Node | None


def _otherwise(key: str) -> Callable[[Phrases, Mapping, Module], list[Branch]]:
    """Verbs with nothing beside them but `otherwise`."""

    def branches(phrases: Phrases, step: Mapping, _: Module) -> list[Branch]:
        return _named(phrases, step, "otherwise", key)

    return branches


def _named(phrases: Phrases, step: Mapping, sibling: str, key: str) -> list[Branch]:
    steps = step.get(sibling)
    return [] if steps is None else [Branch(phrases.words.say(f"phrase.step.{key}"), steps)]


def _if(phrases: Phrases, step: Mapping, _: Module) -> list[Branch]:
    return [Branch("", step.get("then")), *_named(phrases, step, "else", "else")]


def _choose(phrases: Phrases, step: Mapping, module: Module) -> list[Branch]:
    found = []
    for number, case in enumerate(blocks_of(step.get("choose"))):
        key = "choose_next" if number else "choose_first"
        condition = phrases.condition(case.get("if"), module)
        found.append(Branch(phrases.words.say(f"phrase.step.{key}", condition=condition), case.get("then")))
    return [*found, *_named(phrases, step, "otherwise", "choose_otherwise")]


def _split(phrases: Phrases, step: Mapping, _: Module) -> list[Branch]:
    return [
        Branch(
            phrases.words.say("phrase.step.share", share=phrases.values.literal(text_of(part.get("share")))),
            part.get("then"),
        )
        for part in blocks_of(step.get("split"))
    ]


def _ask(phrases: Phrases, step: Mapping, _: Module) -> list[Branch]:
    found = [
        Branch(
            phrases.words.say("phrase.step.answer", answer=phrases.words.quoted(text_of(one.get("answer")))),
            one.get("then"),
        )
        for one in blocks_of(step.get("answers"))
    ]
    return [*found, *_named(phrases, step, "otherwise", "not_answered")]


BRANCHES: Table_[str, Callable[[Phrases, Mapping, Module], list[Branch]]] = MappingProxyType(
    {
        "send_template": _otherwise("not_sent"),
        "wait_until": _otherwise("not_happened"),
        "if": _if,
        "choose": _choose,
        "split": _split,
        "ask": _ask,
    }
)
"""Every verb that has steps beside it: one line a word."""
