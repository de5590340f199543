"""A module by name: its key or label."""

from __future__ import annotations

from engine.model.diagnostics import Problems, nearest
from engine.model.document import Node, Scalar, is_nothing
from engine.model.entities import Model, Module


def find_module(written: Node | None, model: Model, problems: Problems) -> Module | None:
    """The module named there, or None with W201 noted; an absent or blank name is told by the shape."""
    if not isinstance(written, Scalar) or is_nothing(written):
        return None
    module = model.module(written.text)
    if module is None:
        names = model.module_names()
        near, known = nearest(written.text, names), "、".join(names)
        problems.error(written.span, "W201", value=written.text, nearest=near, known=known)
    return module
