"""Steps in words, as a numbered outline: “2.1 通知主管：……”."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step in words, where it stands in the file, and what may follow from it."""

    number: str
    text: str
    step: Mapping
    branches: tuple[BranchTold, ...] = ()


@dataclass(frozen=True, slots=True)
class BranchTold:
    """Steps that are done in one case; the heading says which, and is empty where the step itself does."""

    heading: str
    steps: tuple[StepTold, ...]


def tell_steps(phrases: Phrases, node: Node | None, module: Module) -> tuple[StepTold, ...]:
    """The steps of a list, numbered; those of all branches of a step are numbered through."""
    return tuple(_told(phrases, node, module, before="", first=1))


def outline(steps: Iterable[StepTold], depth: int = 0) -> Iterator[Line]:
    """The same line by line, what belongs to a step further in."""
    for one in steps:
        yield Line(depth, one.number, one.text)
        for branch in one.branches:
            if branch.heading:
                yield Line(depth + 1, "", branch.heading)
            yield from outline(branch.steps, depth + 1)


def _told(
    phrases: Phrases, node: Node | None, module: Module, *, before: str, first: int
) -> Iterator[StepTold]:
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
        branches = BRANCHES[word](phrases, step, module) if word in BRANCHES else []
        below = tuple(_branches(phrases, branches, module, before=f"{own}."))
        yield StepTold(own, phrases.words.sentence(told), step, below)


def _branches(
    phrases: Phrases, branches: list[Branch], module: Module, *, before: str
) -> Iterator[BranchTold]:
    number = 1
    for branch in branches:
        heading = phrases.words.sentence(branch.heading) if branch.heading else ""
        steps = tuple(_told(phrases, branch.steps, module, before=before, first=number))
        yield BranchTold(heading, steps)
        number += len(steps)


def verb_of(step: Mapping) -> str:
    """The word a step is written with; empty when it has none."""
    return next((key for key in step.keys() if key in VERBS), "")


__all__ = ["BranchTold", "Line", "StepTold", "outline", "tell_steps", "verb_of"]
