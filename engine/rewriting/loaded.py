"""What a text says, as plain data, and what the loader complains about in it."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.load import load_document
from engine.model.diagnostics import Diagnostic, Problems, Severity
from engine.model.document import Mapping, Node, Sequence, Span, plain_value
from engine.rewriting.edits import Fragment, Path
from engine.rewriting.parts import BREAK


@dataclass(frozen=True, slots=True)
class Loaded:
    """`data` is None when the text cannot be read; a text that holds nothing is a mapping without keys."""

    data: Any
    root: Node | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> Counter[str]:
        """The codes of the errors."""
        return Counter(one.code for one in self.diagnostics if one.severity is Severity.ERROR)

    def span(self, path: Path, name: str) -> Span:
        """The place of a path, as far as it is there."""
        node, span = self.root, Span(name, 1, 1, 1, 2)
        for part in path:
            if isinstance(node, Mapping) and part in node:
                span, node = node.key(str(part)).span, node.get(str(part))
            elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
                node = node.items[part]
                span = node.span.start()
            else:
                break
        return span


@lru_cache(maxsize=8)
def loaded(text: str, name: str = "") -> Loaded:
    """What a text says; nobody changes its data."""
    problems = Problems()
    root = load_document(text, name, problems).root
    found = problems.sorted()
    is_bare = [one.code for one in found] == ["W109"] and dict(found[0].facts).get("kind") == "empty"
    if root is None:
        return Loaded({} if is_bare or _is_empty(text) else None, None, () if is_bare else found)
    return Loaded(plain_value(root), root, found)


def _is_empty(text: str) -> bool:
    return all(not line.strip() or line.startswith(("#", "---")) for line in text.splitlines())


class NoValue(Exception):
    """What no file can hold."""


def meant(value: Any) -> Any:
    """A value as data that a file can hold: texts in their usual form. Raises NoValue."""
    if isinstance(value, Fragment):
        found = loaded("v:\n" + "".join(f"  {line}\n" for line in BREAK.split(value.text)))
        if found.data is None or found.errors:
            raise NoValue
        return found.data["v"]
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        if not all(isinstance(key, str) and key.strip() == key and key for key in value):
            raise NoValue
        return {_text(key): meant(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [meant(one) for one in value]
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise NoValue


def _text(text: str) -> str:
    if any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise NoValue
    return unicodedata.normalize("NFC", text)
