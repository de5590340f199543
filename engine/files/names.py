"""Names of model.yaml that a database, a list of tags or a path would misread, noted where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from engine.model.diagnostics import Problems
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.entities import Field, Module

T = TypeVar("T", Module, Field)

RESERVED = ("wakeline_", "sqlite_")
"""Tables of these names belong to the ledger and to the database itself."""

BETWEEN_TAGS = "|;；,，、"
"""What parts the tags of a record where they are kept, imported and written."""

_DOT = "."


def note_clashes(modules: Iterable[Module], problems: Problems) -> None:
    """Databases do not tell A from a: such tables and columns would be one."""
    known = list(modules)
    for module in known:
        if module.key.casefold().startswith(RESERVED) and not module.table:
            problems.error(module.at, "W297", name=module.key, known="、".join(RESERVED))
        elif module.table.rpartition(_DOT)[-1].casefold().startswith(RESERVED):
            problems.error(module.at, "W297", name=module.table, known="、".join(RESERVED))
        _note_columns(module, problems)
    for one, other in _alike(known, lambda module: module.table or module.key):
        problems.error(one.at, "W295", name=one.key, other=other.key, line=other.at.line)


def note_tag_names(node: Node | None, problems: Problems) -> None:
    """A tag with a sign that parts tags would come back as two."""
    for one in node.items if isinstance(node, Sequence) else ():
        sign = next((sign for sign in BETWEEN_TAGS if isinstance(one, Scalar) and sign in one.text), "")
        if isinstance(one, Scalar) and sign:
            problems.error(one.span, "W298", value=one.text, sign=sign)


def note_dots(key: Scalar, node: Mapping, problems: Problems) -> None:
    """A path parts at its dots, so that a module, field or relation with one in its name cannot be named."""
    label = node.get("label")
    names = [one for _, one in label.entries] if isinstance(label, Mapping) else [label]
    for one in (key, node.get("as")):
        if isinstance(one, Scalar) and _DOT in one.text:
            problems.error(one.span, "W335", kind="key", name=one.text, nearest=one.text.replace(_DOT, "_"))
    for one in names:
        if isinstance(one, Scalar) and _DOT in one.text:
            problems.error(one.span, "W335", name=one.text, nearest=one.text.replace(_DOT, "-"))


def _note_columns(module: Module, problems: Problems) -> None:
    fields = list(module.fields.values())
    stored = [one for one in fields if one.computed is None]
    if module.record_key not in fields:
        stored.insert(0, module.record_key)
    clashes = dict(_alike(fields, lambda field: field.key))
    for one, other in _alike(stored, lambda field: field.column):
        clashes.setdefault(one, other)
    for one, other in clashes.items():
        kind = "key" if other is module.record_key and other not in fields else ""
        problems.error(one.at, "W296", kind=kind, name=one.key, other=other.key, line=other.at.line)


def _alike(known: Iterable[T], name: Callable[[T], str]) -> Iterator[tuple[T, T]]:
    """Each whose name an earlier one has too, but for capital letters, with that earlier one."""
    seen: dict[str, T] = {}
    for one in known:
        first = seen.setdefault(name(one).casefold(), one)
        if first is not one:
            yield one, first
