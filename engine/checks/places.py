"""Where a condition or a step stands, and how a message names that place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from engine.model.document import Document, Node, Span, node_at

Places: TypeAlias = Callable[[str], Span | None]
"""The place of a path, None where it is in another file."""


def places_of(document: Document) -> Places:
    """The places of a workflow's file; what a segment asks stands where the segment is named."""
    return lambda path: _span(node_at(document.root, path.partition("/segment/")[0]))


def places_in(root: Node) -> Places:
    """The places below a node, for paths that begin there."""
    return lambda path: _span(node_at(root, path))


def told_place(at: Span | None) -> str:
    """`model.yaml:8`, or nothing."""
    return "" if at is None else f"{at.file}:{at.line}"


def _span(node: Node | None) -> Span | None:
    return None if node is None else node.span
