"""Single words of a file."""

from __future__ import annotations

from engine.model.document import Node, Scalar, Sequence, is_nothing


def text_of(node: Node | None, default: str = "") -> str:
    """The text of a scalar, or the default."""
    return node.text if isinstance(node, Scalar) and not is_nothing(node) else default


def texts_of(node: Node | None) -> tuple[str, ...]:
    """The texts of a list of scalars, or of a single one."""
    nodes = node.items if isinstance(node, Sequence) else (node,) if node is not None else ()
    return tuple(one.text for one in nodes if isinstance(one, Scalar))
