"""Where a condition or a step stands, and how a message names that place."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.document import Document, Node, Span, node_at

SETTINGS = "workspace.yaml"


@dataclass(frozen=True)
class Places:
    """Finds what stands at a path. `roots` are nodes and the paths that they stand at."""

    roots: tuple[tuple[str, Node], ...] = ()

    def __call__(self, path: str) -> Span | None:
        """The place of a path, None where it is in another file."""
        node = self.node(path)
        return None if node is None else node.span

    def node(self, path: str) -> Node | None:
        """What is written there; for what a segment asks, where the segment is named."""
        inside = path.partition("/segment/")[0]
        for start, root in self.roots:
            if inside == start:
                return root
            if not start or inside.startswith(f"{start}/"):
                return node_at(root, inside.removeprefix(start).removeprefix("/"))
        return None

    def below(self, path: str) -> Places:
        """The places of paths that begin at this one; none where it leads into a segment."""
        node = None if "/segment/" in path else self.node(path)
        return Places() if node is None else places_in(node)


def places_of(document: Document) -> Places:
    """The places of a workflow's file."""
    return Places() if document.root is None else places_in(document.root)


def places_in(root: Node) -> Places:
    """The places below a node, for paths that begin there."""
    return Places((("", root),))


def told_place(at: Span | None) -> str:
    """`model.yaml:8`, or nothing."""
    return "" if at is None else f"{at.file}:{at.line}"
