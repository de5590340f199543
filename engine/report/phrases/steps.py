"""Steps in words, as a numbered outline: “2.1 通知主管：……”."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.document import Mapping, Node
from engine.model.entities import Module
from engine.report.phrases.branches import BRANCHES, Branch
from engine.report.phrases.conditions import Phrases
from engine.report.phrases.verbs import VERBS
from engine.report.phrases.wording import blocks_of, text_of


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the outline; a heading of a branch has no number."""

    depth: int
    number: str
    text: str


def tell_steps(phrases: Phrases, node: Node | None, module: Module) -> list[Line]:
    """The lines of a list of steps."""
    return _lines(phrases, node, module, before="", depth=0, first=1)


def _lines(
    phrases: Phrases, node: Node | None, module: Module, *, before: str, depth: int, first: int
) -> list[Line]:
    found: list[Line] = []
    for number, step in enumerate(blocks_of(node), start=first):
        own = f"{before}{number}"
        word = verb_of(step)
        told = (
            VERBS[word](phrases, step, module)
            if word
            else phrases.words.say("phrase.step.unknown", word=" ".join(step.keys()))
        )
        if step.get("name") is not None:
            told = phrases.words.say("phrase.step.named", name=text_of(step.get("name")), step=told)
        found.append(Line(depth, own, phrases.words.sentence(told)))
        branches = BRANCHES[word](phrases, step, module) if word in BRANCHES else []
        found += _branch_lines(phrases, branches, module, before=f"{own}.", depth=depth + 1)
    return found


def _branch_lines(
    phrases: Phrases, branches: list[Branch], module: Module, *, before: str, depth: int
) -> list[Line]:
    """The steps of all branches, numbered through."""
    found: list[Line] = []
    number = 1
    for branch in branches:
        if branch.heading:
            found.append(Line(depth, "", phrases.words.sentence(branch.heading)))
        found += _lines(phrases, branch.steps, module, before=before, depth=depth, first=number)
        number += len(blocks_of(branch.steps))
    return found


def verb_of(step: Mapping) -> str:
    """The word a step is written with; empty when it has none."""
    return next((key for key in step.keys() if key in VERBS), "")


__all__ = ["Line", "tell_steps", "verb_of"]
