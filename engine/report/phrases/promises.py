"""What a workflow aims at, what ends it, and what it never does, in words."""

from __future__ import annotations

from collections.abc import Iterator

from engine.model.document import Mapping, Node
from engine.model.entities import Module
from engine.report.phrases.conditions import Phrases, group_of
from engine.report.phrases.related import RELATED
from engine.report.phrases.steps import StepTold, tell_steps
from engine.report.phrases.wording import blocks_of, entries_of, inside, items_of, text_of

_FROM = {"everything", "tasks", "messages", "notices"}
_FIELDS = {"field", "time_since", "time_until", "rank_of"}


def tell_goal(phrases: Phrases, node: Node | None, module: Module) -> tuple[str, tuple[StepTold, ...]]:
    """The goal, and the steps that follow when it is reached."""
    if not isinstance(node, Mapping):
        return "", ()
    say, within, then = phrases.words.say, node.get("within"), node.get("then")
    goal = say(
        "describe.goal_always" if within is None else "describe.goal",
        condition=phrases.condition(node.get("if"), module),
        length=phrases.values.length_node(within, module),
    )
    return say("describe.goal_alone" if then is None else "describe.goal_then", goal=goal), tell_steps(
        phrases, then, module
    )


def tell_stops(phrases: Phrases, node: Node | None, module: Module) -> list[str]:
    """Each rule that ends an enrollment, with its reason."""
    found = []
    for rule in blocks_of(node):
        condition, reason = phrases.condition(rule.get("if"), module), text_of(rule.get("because"))
        told = (
            phrases.words.say("describe.because", condition=condition, reason=reason) if reason else condition
        )
        found.append(told)
    return found


def tell_promises(phrases: Phrases, root: Mapping, module: Module) -> list[str]:
    """The control group, the limit and the guard."""
    told = (
        _control_group(phrases, root.get("control_group"), module),
        _limit(phrases, root.get("limit"), module),
        _guard(phrases, root.get("guard"), module),
    )
    return [one for one in told if one]


def _control_group(phrases: Phrases, node: Node | None, module: Module) -> str:
    share = text_of(inside(node, "share")) or text_of(node)
    if not share:
        return ""
    label = module.labels.of(phrases.words.language)
    return phrases.words.say("describe.control_group", share=phrases.values.literal(share), module=label)


def _limit(phrases: Phrases, node: Node | None, module: Module) -> str:
    count = text_of(inside(node, "per_owner_per_day"))
    if not count:
        return ""
    word, field = next(iter(entries_of(inside(node, "first"))), ("", None))
    key = f"limit_{word}" if word in {"highest", "lowest"} else "limit"
    return phrases.words.say(f"describe.{key}", count=count, name=phrases.names.field(text_of(field), module))


def _guard(phrases: Phrases, node: Node | None, module: Module) -> str:
    count, share = text_of(inside(node, "at_most")), text_of(inside(node, "share"))
    if not count and not share:
        return ""
    key = "guard_both" if count and share else "guard" if count else "guard_share"
    return phrases.words.say(
        f"describe.{key}",
        count=phrases.values.literal(count),
        share=phrases.values.literal(share),
        module=module.labels.of(phrases.words.language),
    )


def tell_exclusions(phrases: Phrases, node: Node | None, module: Module) -> list[str]:
    """Whom all workflows leave alone, as far as this module knows the fields asked about."""
    found = []
    for rule in blocks_of(node):
        condition = rule.get("if")
        if not _concerns(phrases, rule, module):
            continue
        words = [text_of(one) for one in items_of(rule.get("from"))] or ["everything"]
        for word in words:
            key = f"excluded_{word}" if word in _FROM else "excluded_other"
            told = phrases.words.say(
                f"describe.{key}",
                condition=phrases.condition(condition, module),
                module=module.labels.of(phrases.words.language),
                **{"from": word},
            )
            found.append(told)
    return found


def _concerns(phrases: Phrases, rule: Mapping, module: Module) -> bool:
    """Whether a rule is for this module: it says so, or all its names are known there."""
    written, model = text_of(rule.get("module")), phrases.names.model
    if written:
        return model.module(written) is module
    return all(_knows(phrases, node, module) for node in _asking(rule.get("if")))


def _asking(node: Node | None) -> Iterator[Mapping]:
    """The leaves of a condition."""
    for block in blocks_of(node):
        word = group_of(block)
        if word:
            for one in blocks_of(block.get(word)):
                yield from _asking(one)
        else:
            yield block


def _knows(phrases: Phrases, leaf: Mapping, module: Module) -> bool:
    for key, value in leaf.entries[:1]:
        name = text_of(value)
        if key.text in _FIELDS:
            return phrases.names.definition(name, module) is not None
        if key.text in RELATED:
            return phrases.names.related(name, module).module is not None
    return True
