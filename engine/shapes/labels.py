"""A name for people, one for all languages or one for each: `客户`, `{zh: 客户, en: Customer}`."""

from __future__ import annotations

from engine.model.document import Mapping, Node, Scalar, is_nothing
from engine.model.entities import Labels
from engine.shapes.schema import TEXT, block

LABEL = {"anyOf": [TEXT, block({"zh": TEXT, "en": TEXT})]}


def labels_of(node: Node | None, default: str, also: tuple[str, ...] = ()) -> Labels:
    """The labels written there; `default` where there are none, the other language where one is missing."""
    if isinstance(node, Mapping):
        zh, en = _text(node.get("zh")), _text(node.get("en"))
        return Labels(zh or en or default, en or zh or default, also)
    text = _text(node) or default
    return Labels(text, text, also)


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) and not is_nothing(node) else ""
