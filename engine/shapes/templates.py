"""A template by name, its versions with their conditions, and which version is for whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar
from engine.model.effects import Chosen, Fixed, Skipped, Text, Versioned, Written
from engine.model.kinds import Drafting
from engine.model.operands import Gate
from engine.model.predicates import Predicate
from engine.shapes.people import Recipient
from engine.shapes.reading import Partial, Reading, Template, Version
from engine.shapes.shape import note_kind
from engine.shapes.texts import inner_span, read_body
from engine.text import PERSONAL

NO_VERSION = "W578"
"""The reason why nothing was said: no version fits the record (Meaning 14)."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """A version and for which records it is meant; None: for all that no earlier one was for."""

    predicate: Predicate | None
    version: Version


def find_template(name: Scalar, reading: Reading) -> Template | None:
    """The template of that name, or None with the mistake noted."""
    template = reading.templates.get(name.text)
    if template is None:
        known = list(reading.templates)
        near = nearest(name.text, known)
        reading.problems.error(name.span, "W283", value=name.text, nearest=near, known="、".join(known))
        return None
    reading.uses.add(("template", template.name))
    return template


def has_form(template: Template, channel: str, name: Scalar, reading: Reading) -> bool:
    """Whether any version says something on a channel; noted where none does."""
    if any(one.channel == channel for one in template.forms):
        return True
    known = "、".join(dict.fromkeys(one.channel for one in template.forms))
    place = reading.place(template.at)
    reading.problems.error(name.span, "W284", value=name.text, channel=channel, known=known, place=place)
    return False


def read_versions(template: Template, path: str, reading: Reading) -> tuple[Fitting, ...] | None:
    """The versions with their conditions about the records of the workflow; None with mistakes noted."""
    branch = reading.in_branches()
    found: list[Fitting] = []
    for number, version in enumerate(template.versions):
        predicate = None
        if version.condition is not None:
            predicate = branch.read_condition(version.condition, f"{path}/versions/{number}/if")
            if predicate is None:
                continue
        found.append(Fitting(predicate, version))
    return tuple(found) if len(found) == len(template.versions) else None


def with_personal(node: Node | None, reading: Reading) -> Reading:
    """The same pass, in which `{{ personal }}` stands for what a step says."""
    if node is None:
        return reading
    if not isinstance(node, Scalar):
        note_kind(node, "personal", "string", reading.problems)
        return reading
    at = inner_span(node)
    return reading.with_partials({PERSONAL: Partial(PERSONAL, node.text, at, at)})


def version_gates(
    predicates: Sequence[Predicate | None], path: str, drafting: Drafting
) -> tuple[list[Gate], Gate | None]:
    """The records for which each version is the first that fits, and those for which none does."""
    gate = drafting.gate
    found: list[Gate] = []
    for number, predicate in enumerate(predicates):
        if predicate is None:
            return [*found, gate], None
        answer = drafting.branch(f"{path}/versions/{number}/if", predicate)
        found.append(gate.and_branch(answer, answer=True))
        gate = gate.and_branch(answer, answer=False)
    return found, gate


def note_unused_personal(node: Node | None, texts: Sequence[Written], reading: Reading) -> bool:
    """Whether what a step says for `{{ personal }}` stands nowhere; it is noted."""
    if node is None or any(PERSONAL in text.partials for text in texts):
        return False
    reading.problems.error(node.span, "W579")
    return True


def read_text_from(details: Mapping, path: str, reading: Reading, to: Recipient | None) -> Versioned | None:
    """The texts for a task of the template that a step names, and what it says in them."""
    name = details.get("text_from")
    assert isinstance(name, Scalar)
    template = find_template(name, reading)
    if template is None or not has_form(template, "task", name, reading):
        return None
    versions = read_versions(template, path, reading)
    personal = details.get("personal")
    within = with_personal(personal, reading.with_partials(template.partials))
    forms = [(one.predicate, one.version.form("task")) for one in versions or ()]
    texts = [(predicate, read_body(form, within, to) if form else None) for predicate, form in forms]
    if versions is None or any(
        form and text is None for (_, form), (_, text) in zip(forms, texts, strict=True)
    ):
        return None
    if note_unused_personal(personal, [text for _, text in texts if text is not None], reading):
        return None
    return Versioned(tuple(texts))


def draft_versions(
    versioned: Versioned, path: str, drafting: Drafting, settled: Callable[[Written], Written]
) -> Chosen | Text | Fixed:
    """The text of the first version that fits; where none does, that is told. `settled` completes a text."""
    gates, nobody = version_gates([predicate for predicate, _ in versioned.texts], path, drafting)
    texts = [
        (gate, drafting.text(settled(text)))
        for gate, (_, text) in zip(gates, versioned.texts, strict=True)
        if text is not None
    ]
    if nobody is not None:
        drafting.add(Skipped(f"{path}/versions", nobody, NO_VERSION))  # beside what the step itself does
    return texts[0][1] if len(gates) == 1 and nobody is None else Chosen(tuple(texts))
