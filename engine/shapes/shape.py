"""Whether a node has the shape of a word: jsonschema's findings as diagnostics with places."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from engine.model.diagnostics import Problems, nearest
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, Sequence, Span, is_nothing, plain_value

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


def fits(node: Node, schema: Mapping[str, Any], problems: Problems) -> bool:
    """Whether the node has the schema's shape; every deviation is noted.

    References to shared shapes are left open here: their own readers judge them, with better words.
    """
    found = list(_validator(json.dumps(schema)).iter_errors(plain_value(node)))
    for error in found:
        _note(error, node, problems)
    return not found


@lru_cache(maxsize=512)
def _validator(schema: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - 80 ms, only when a file is checked
    from referencing import Registry  # noqa: PLC0415 - an empty registry: nothing is ever fetched

    opened = json.loads(schema, object_hook=lambda found: {} if "$ref" in found else found)
    # `2.0` is no whole number here: its text is read again later.
    types = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, one: isinstance(one, int) and not isinstance(one, bool)
    )
    strict = validators.extend(Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]  # jsonschema's extend has no types
    return cast("Draft202012Validator", strict(opened, registry=Registry()))


def _note(error: ValidationError, root: Node, problems: Problems) -> None:
    node, key, is_direct = _at(root, error.absolute_path)
    span = key.span if key is not None and is_direct and not isinstance(node, Scalar) else node.span
    known = list(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
    if error.validator == "additionalProperties" and isinstance(node, Block):
        for name, _ in node.entries:
            if name.text not in known:
                note_unknown_key(name, known, problems)
    elif error.validator == "required" and isinstance(node, Block):
        missing = error.message.split("'")[1]
        if missing not in _misspelt(node, known):
            problems.error(span if key and is_direct else node.span.start(), "W211", key=missing)
    elif is_nothing(node):
        problems.error(key.span if key and is_direct else span, "W210", key=key.text if key else "")
    elif inner := _meant(error):
        for one in inner:
            _note(one, root, problems)
    else:
        _note_value(error, node, key.text if key else "", span=span, problems=problems)


def _misspelt(node: Block, known: list[str]) -> set[str]:
    """The words that unknown keys of a block were probably meant to be: they are not missing as well."""
    return {nearest(name, known) for name in node.keys() if name not in known}


def _meant(error: ValidationError) -> list[ValidationError]:
    """What keeps a value from the one alternative that is of its kind (text, list or block)."""
    branches: dict[Any, list[ValidationError]] = {}
    for one in error.context or () if error.validator == "anyOf" else ():
        branches.setdefault(one.schema_path[0], []).append(one)
    of_its_kind = [
        found
        for found in branches.values()
        if not any(one.validator == "type" and not one.path for one in found)
    ]
    return of_its_kind[0] if len(of_its_kind) == 1 else []


def note_unknown_key(key: Scalar, known: Iterable[str], problems: Problems) -> None:
    """A key that has no meaning there, with the nearest that has."""
    names = list(known)
    near = nearest(key.text, names)
    if near:
        problems.error(key.span, "W212", key=key.text, nearest=near)
    else:
        kind = "thousands" if len(key.text) == 3 and key.text.isdigit() else ""
        problems.error(key.span, "W214", kind=kind, key=key.text, known="、".join(names))


def note_kind(node: Node, key: str, expected: str, problems: Problems) -> None:
    """A value of the wrong kind (`expected`: string, array, object), or none at all."""
    if is_nothing(node) or (isinstance(node, Sequence) and not node.items):
        problems.error(node.span, "W210", key=key)
    else:
        _note_wrong_kind(node, key, expected, problems=problems, span=node.span)


def _note_wrong_kind(node: Node, key: str, expected: str, *, span: Span, problems: Problems) -> None:
    found, value = _found(node), _text(node)
    problems.error(span, "W213", kind=expected, key=key, expected=expected, found=found, value=value)


def _note_value(error: ValidationError, node: Node, key: str, *, span: Span, problems: Problems) -> None:
    value: Any = error.validator_value
    if error.validator in {"enum", "const"}:
        written = value if error.validator == "enum" else [str(value).lower()]
        known, text = [str(one) for one in written], _text(node) or "…"
        problems.error(
            node.span, "W215", key=key, value=text, known="、".join(known), nearest=nearest(text, known)
        )
    elif error.validator in {"type", "anyOf"}:
        _note_wrong_kind(node, key, _expected(error), span=span, problems=problems)
    elif error.validator in {"minItems", "minProperties"}:
        problems.error(span, "W210", key=key)
    else:
        kind = f"{error.validator}_{key}" if error.validator == "pattern" else str(error.validator)
        problems.error(node.span, "W216", kind=kind, key=key, value=_text(node) or "…", bound=str(value))


def _expected(error: ValidationError) -> str:
    found: Any = [error.schema] if error.validator == "type" else error.validator_value
    kinds: list[str] = []
    for one in found:
        kind = one.get("type", "")
        kinds += kind if isinstance(kind, list) else [kind]
    return "|".join(dict.fromkeys(kind for kind in kinds if kind))


def _found(node: Node) -> str:
    if isinstance(node, Block):
        return "object"
    return "array" if isinstance(node, Sequence) else ""


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _at(root: Node, path: Iterable[str | int]) -> tuple[Node, Scalar | None, bool]:
    """The node at a path of keys and indexes, the last key on the way, and whether it ends there."""
    node, key, is_direct = root, None, False
    for part in path:
        is_direct = isinstance(part, str)
        if isinstance(node, Block) and isinstance(part, str):
            key = node.key(part)
            node = node.get(part) or node
        elif isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part]
    return node, key, is_direct
