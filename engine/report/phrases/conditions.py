"""A condition as written, read back in words: `{time_since: F, at_least: 90 days}` is “距 F 已满 90 天”."""

from __future__ import annotations

from collections.abc import Mapping as Table_

from engine.model.document import Mapping, Node
from engine.model.entities import Model, Module
from engine.report.phrases.names import Names
from engine.report.phrases.subjects import SUBJECTS
from engine.report.phrases.values import Values
from engine.report.phrases.wording import Wording, blocks_of, text_of
from engine.shapes.reading import Table
from engine.texts import Texts

GROUPS = ("all", "any", "none")


class Phrases:
    """Reads nodes of conditions back in a language, fields by their labels in it."""

    def __init__(
        self,
        texts: Texts,
        model: Model,
        tables: Table_[str, Table] | None = None,
        workflows: Table_[str, str] | None = None,
    ) -> None:
        """With `tables` a cell is told with its numbers, with `workflows` an id by its name."""
        self.words = Wording(texts)
        self.names = Names(self.words, model, workflows)
        self.values = Values(self.names, tables or {})

    def of(self, node: Node | None, path: str, module: Module) -> str:
        """The condition that stands at a path, in words; the path itself when there is none."""
        if path == "once_per" and isinstance(node, Mapping):
            table = node.get("table")
            return self.words.say("phrase.once_per_table", name=text_of(table))
        return self.condition(node, module) if isinstance(node, Mapping) else path

    def condition(
        self, node: Node | None, module: Module, *, inner: bool = False, opposite: bool = False
    ) -> str:
        """A group or a leaf; `inner` stands inside another group, `opposite` inside a `none`."""
        if not isinstance(node, Mapping):
            return self.words.named(text_of(node))
        word = group_of(node)
        if not word:
            return self._leaf(node, module, opposite=opposite)
        nodes, needs = blocks_of(node.get(word)), text_of(node.get("needs"))
        if len(nodes) == 1 and word != "none":
            return self.condition(nodes[0], module, inner=inner, opposite=opposite)
        opposite = opposite or word == "none"
        parts = [self.condition(one, module, inner=True, opposite=opposite) for one in nodes]
        return self._group(word, parts, needs=needs, inner=inner)

    def _group(self, word: str, parts: list[str], *, needs: str, inner: bool) -> str:
        if word == "none" or needs not in {"", "1"}:
            items = self.words.joined(parts, "phrase.join_none")
            key = "phrase.none" if word == "none" else "phrase.needs"
            told = self.words.say(key, items=items, needs=needs)
        else:
            told = self.words.joined(parts, f"phrase.join_{word}")
        return self.words.say("phrase.group", items=told) if inner else told

    def _leaf(self, node: Mapping, module: Module, *, opposite: bool) -> str:
        word = next((key for key in node.keys() if key in SUBJECTS), "")
        if not word:
            return " ".join(f"{key.text}: {text_of(value)}".strip() for key, value in node.entries)
        told = SUBJECTS[word](self, node, module)
        missing = text_of(node.get("if_missing"))
        matters = missing == "match" or (missing == "no_match" and opposite)
        if not matters:
            return told
        more = "_more" if told.endswith(("）", ")")) else ""
        return self.words.say(f"phrase.missing_{missing}{more}", condition=told[:-1] if more else told)


def group_of(node: Mapping) -> str:
    """`all`, `any` or `none`; empty for a leaf."""
    return next((word for word in GROUPS if word in node), "")
