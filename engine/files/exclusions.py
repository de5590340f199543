"""`exclusions` of workspace.yaml: whom no workflow concerns, or who gets no tasks or messages from any."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import replace

from engine.model.diagnostics import Problems
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.entities import Module
from engine.model.predicates import Predicate
from engine.model.workflow import Exclusion
from engine.shapes.modules import find_module
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block, listed, one_of_words, one_or_many, ref

KINDS = ("everything", "tasks", "messages", "notices")
EXCLUSIONS = listed(
    block({"if": ref("condition"), "from": one_or_many(one_of_words(*KINDS)), "module": TEXT}, "if", "from")
)


def read_exclusions(node: Node | None, reading: Reading) -> Words[str, tuple[Exclusion, ...]]:
    """The exclusions by module key; without `module` an exclusion holds where all its names are known."""
    found: dict[str, tuple[Exclusion, ...]] = {}
    for number, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        asked = item.get("if") if isinstance(item, Mapping) else None
        if asked is None or not isinstance(item, Mapping):
            continue
        kinds, path = _kinds(item.get("from")), f"exclusions/{number}/if"
        for module, predicate in _by_module(item, asked, path, reading):
            one = Exclusion(predicate, path, kinds)
            found[module.key] = (*found.get(module.key, ()), one)
    return found


def _kinds(node: Node | None) -> frozenset[str]:
    nodes = node.items if isinstance(node, Sequence) else (node,)
    return frozenset(one.text for one in nodes if isinstance(one, Scalar))


def _by_module(item: Mapping, asked: Node, path: str, reading: Reading) -> list[tuple[Module, Predicate]]:
    if "module" in item:
        module = find_module(item.get("module"), reading.model, reading.problems)
        predicate = None if module is None else _read(asked, path, module, reading)
        return [] if module is None or predicate is None else [(module, predicate)]
    tried = {module.key: Problems() for module in reading.model.modules.values()}
    found = [
        (module, predicate)
        for module in reading.model.modules.values()
        if (predicate := _read(asked, path, module, replace(reading, problems=tried[module.key])))
    ]
    if tried and not found:  # told for the module that it fits best
        best = min(tried, key=lambda key: len(tried[key].found))
        reading.problems.found += tried[best].found
    return found


def _read(asked: Node, path: str, module: Module, reading: Reading) -> Predicate | None:
    """What cannot be told keeps nobody out, so a file need not say what missing means."""
    own = replace(reading, module=module, known=set(), uses=set(), elsewhere=False, before_start=True)
    return own.read_condition(asked, path)
