"""One family of words as Markdown: a table of its words, or one word with its example and options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.actions import ACTIONS
from engine.catalogue.described import is_required, vocabulary
from engine.catalogue.samples import GROUPS, laid_out
from engine.catalogue.shapes import comparisons_of
from engine.catalogue.titles import Titles
from engine.conditions import CONDITIONS
from engine.text import FILTERS
from engine.triggers import TRIGGERS

WITH_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "trigger": TRIGGERS,
    "subject": CONDITIONS,
    "action": ACTIONS,
}
"""The families whose words are told one by one."""


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; columns that are empty in every row are left out."""
    lines = [list(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    kept = [number for number in range(len(lines[0])) if any(line[number] for line in lines[1:])]
    shown = [[line[number] for number in kept] for line in lines]
    rule = ["---"] * len(kept)
    return "\n".join(f"| {' | '.join(line)} |" for line in (shown[0], rule, *shown[1:])) if kept else ""


class Family:
    """The words of one family in one language."""

    def __init__(self, name: str, texts: Titles) -> None:
        self.name = name
        self.texts = texts
        self.words: Mapping[str, Any] = vocabulary()[name]

    def listing(self, only: Iterable[str] | None = None) -> str:
        """The words as a table: word, name, what it does, what may stand under it."""
        last = "example" if self.name == "shape" else "takes"
        heads = [self.texts.phrase(key) for key in ("key", "called", "meaning", last)]
        wanted = self.words if only is None else [word for word in self.words if word in set(only)]
        return table(heads, (self._row(word) for word in wanted))

    def entry(self, word: str, level: int = 3) -> str:
        """One word with everything that belongs to it."""
        head = f"{'#' * level} `{word}` · {self.texts.title(self.name, word)}"
        kind = WITH_EXAMPLES.get(self.name, {}).get(word)
        parts = [head, self.texts.help(self.name, word), self._takes(word)]
        if kind:
            parts += self._of_kind(kind)
        elif self.name == "group":
            parts.append(f"```yaml\n{laid_out(GROUPS[word])}\n```")
        else:
            parts.append(self._inside(word))
        return "\n\n".join(part for part in parts if part)

    def _row(self, word: str) -> list[str]:
        shown = FILTERS[word].usage if self.name == "filter" else word
        title = self.texts.title(self.name, word)
        if is_required(self.name, word):
            title += self.texts.phrase("required")
        schema = self.words[word]
        last = " ".join(_examples(schema)) if self.name == "shape" else self._taken(word)
        return [f"`{shown}`", title, self.texts.help(self.name, word), last]

    def _taken(self, word: str) -> str:
        schema = self.words[word]
        if self.name == "comparison":
            compared = [one for name, one in CONDITIONS.items() if name != "step"]  # its fates are told there
            schema = {"anyOf": [one.schema[word] for one in compared if word in one.schema]}
        return f" {self.texts.phrase('or')} ".join(dict.fromkeys(taken(schema, self.texts)))

    def _takes(self, word: str) -> str:
        shown = "" if self.name == "shape" else self._taken(word)
        return self._labelled("takes", shown)

    def _of_kind(self, kind: Any) -> list[str]:
        """Example, options and companions of a trigger, a subject or a verb."""
        parts = [f"```yaml\n{laid_out(kind.example)}\n```"]
        if self.name == "action":
            beside = [*getattr(kind, "beside", ()), *kind.siblings]
            siblings = Family("step", self.texts).listing(beside) if beside else ""
            return [
                *parts,
                self._inside(kind.name),
                self._labelled("siblings", siblings and f"\n\n{siblings}"),
            ]
        if self.name == "trigger":
            return [*parts, self._labelled("options", _words(one for one in kind.schema if one != kind.name))]
        options = _words([*kind.options, "if_missing"])
        compared = _words(comparisons_of(kind))
        return [*parts, self._labelled("comparisons", compared), self._labelled("options", options)]

    def _inside(self, word: str) -> str:
        """The keys below a word, where they are a family of their own."""
        return Family(word, self.texts).listing() if word in vocabulary() and self.words[word] else ""

    def _labelled(self, key: str, text: str) -> str:
        return (
            f"{self.texts.phrase(key)}{self.texts.phrase('separator')}{text}".replace(" \n", "\n")
            if text
            else ""
        )


def taken(schema: Mapping[str, Any] | None, texts: Titles) -> list[str]:
    """What may be written under a key, each possibility in a few words."""
    if not schema:
        return []
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [texts.title("shape", name) if name in vocabulary()["shape"] else texts.phrase("block")]
    if "const" in schema:
        return [f"`{str(schema['const']).lower()}`"]
    if schema.get("type") == "object":
        words = _words(schema["properties"]) if "anyOf" not in schema and "properties" in schema else ""
        return [
            f"{texts.phrase('block')}{texts.phrase('separator')}{words}" if words else texts.phrase("block")
        ]
    if schema.get("type") == "array":
        inner = " ".join(dict.fromkeys(taken(schema.get("items"), texts)))
        return [f"{texts.phrase('list')}{texts.phrase('separator')}{inner}"]
    if "anyOf" in schema:
        return [one for part in schema["anyOf"] for one in taken(part, texts)]
    if "enum" in schema:
        return [f"`{word}`" for word in schema["enum"]]
    return _plain(schema.get("type", []), texts)


_KINDS = {"string": "text", "number": "number", "integer": "whole", "boolean": "yes_no", "object": "block"}


def _plain(kinds: str | list[str], texts: Titles) -> list[str]:
    """Texts may be numbers wherever they stand, and numbers may be written `30 %`: that need not be said."""
    listed = [kinds] if isinstance(kinds, str) else kinds
    shown = listed[:1] if {"string", "number"} <= set(listed) else listed
    return [texts.phrase(_KINDS[kind]) for kind in shown]


def _examples(schema: Mapping[str, Any]) -> list[str]:
    parts = [schema, *schema.get("anyOf", [])]
    found = [one for part in parts for one in (*part.get("examples", []), *part.get("enum", []))]
    return [f"`{one}`" for one in found if isinstance(one, str)]


def _words(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)
