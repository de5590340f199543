"""Whether a node has the shape of a word: jsonschema's findings as diagnostics with places."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from engine.model.diagnostics import Problems, nearest
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, Sequence, Span, is_nothing, plain_value, walk
from engine.shapes.foreign import REMARKS, SIGN, condition_of, our_word, word_of_sign
from engine.shapes.surely import surely_fits

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


def fits(node: Node, schema: Mapping[str, Any], problems: Problems) -> bool:
    """Whether the node has the schema's shape; every deviation is noted.

    References to shared shapes are left open here: their own readers judge them, with better words.
    """
    value = plain_value(node)
    if surely_fits(value, schema):
        return True
    found = list(_validator_of(schema).iter_errors(value))
    dedented = _note_dedented(found, node, problems) if found else set()
    for error in _told_once(found):
        _note(error, node, problems, dedented)
    return not found


def _told_once(found: Iterable[ValidationError]) -> list[ValidationError]:
    """One mistake of a value: that it is none of some words says more than that it is no text.

    A list or a block in place of a word is of another kind, and none of them anyhow.
    """
    found = list(found)
    kinds = {tuple(one.absolute_path) for one in found if one.validator == "type"}
    words = {tuple(one.absolute_path) for one in found if one.validator == "enum"}
    return [
        one
        for one in found
        if tuple(one.absolute_path) not in kinds & words
        or (one.validator == "type") is isinstance(one.instance, list | dict)
    ]


_VALIDATORS: dict[int, tuple[Mapping[str, Any], Draft202012Validator]] = {}
_MOST_VALIDATORS = 512


def _validator_of(schema: Mapping[str, Any]) -> Draft202012Validator:
    """The validator of a schema; most are constants, known again without being written out."""
    known = _VALIDATORS.get(id(schema))
    if known is None or known[0] is not schema:
        if len(_VALIDATORS) >= _MOST_VALIDATORS:
            _VALIDATORS.clear()
        known = _VALIDATORS[id(schema)] = (schema, _validator(json.dumps(schema)))
    return known[1]


@lru_cache(maxsize=512)
def _validator(schema: str) -> Draft202012Validator:
    from referencing import Registry  # noqa: PLC0415 - an empty registry: nothing is ever fetched

    opened = json.loads(schema, object_hook=lambda found: {} if "$ref" in found else found)
    return cast("Draft202012Validator", _kind_of_validators()(opened, registry=Registry()))


@lru_cache(maxsize=1)
def _kind_of_validators() -> Any:
    """jsonschema's, but `2.0` is no whole number: its text is read again later."""
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - 80 ms, only where something is wrong

    types = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, one: isinstance(one, int) and not isinstance(one, bool)
    )
    return validators.extend(Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]  # jsonschema's extend has no types


def _note(error: ValidationError, root: Node, problems: Problems, dedented: Collection[Span] = ()) -> None:
    node, key, is_direct = _at(root, error.absolute_path)
    if key is not None and key.span in dedented:
        return
    span = key.span if key is not None and is_direct and not isinstance(node, Scalar) else node.span
    known = list(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
    if error.validator == "additionalProperties" and isinstance(node, Block):
        for name, _ in node.entries:
            if name.text not in known and name.span not in dedented:
                note_unknown_key(name, known, problems, present=node)
    elif error.validator == "required" and isinstance(node, Block):
        missing = error.message.split("'")[1]
        if missing not in _misspelt(node, known):
            problems.error(span if key and is_direct else node.span.start(), "W211", key=missing)
    elif is_nothing(node):
        _note_nothing(key.span if key and is_direct else span, key.text if key else "", problems)
    elif inner := _meant(error):
        for one in _told_once(inner):
            _note(one, root, problems, dedented)
    else:
        _note_value(error, node, key.text if key else "", span=span, problems=problems)


def _note_dedented(found: list[ValidationError], root: Node, problems: Problems) -> set[Span]:
    """Keys that stand beside a key without a value, and fit nowhere: they belong below it.

    Returns the keys that this explains, the empty one too.
    """
    strange = _strange_keys(found, root)
    dedented: dict[Scalar, list[Scalar]] = {}
    for block in walk(root) if strange else ():
        above: Scalar | None = None
        for key, value in block.entries if isinstance(block, Block) else ():
            if is_nothing(value) and isinstance(value, Scalar) and not value.text:
                above = key
            elif above is None or key.span not in strange or key.span.column != above.span.column:
                above = None
            else:
                dedented.setdefault(above, []).append(key)
    for above, keys in dedented.items():
        problems.error(keys[0].span, "W120", key=keys[0].text, above=above.text, count=len(keys))
    return {one.span for above, keys in dedented.items() for one in (above, *keys)}


def _strange_keys(found: list[ValidationError], root: Node) -> set[Span]:
    """The keys that are not known where they stand, or whose values are of another kind."""
    strange: set[Span] = set()
    for error in found:
        node, key, is_direct = _at(root, error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(node, Block):
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            strange |= {name.span for name, _ in node.entries if name.text not in known}
        elif error.validator in {"type", "anyOf"} and key is not None and is_direct:
            strange.add(key.span)
    return strange


def _misspelt(node: Block, known: list[str]) -> set[str]:
    """The words that unknown keys of a block were probably meant to be: they are not missing as well."""
    return {_meant_word(name, known).partition(":")[0] for name in node.keys() if name not in known}


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


def _meant_word(word: str, known: Collection[str]) -> str:
    """The known word that was meant: what other products call it, or what is spelt like it."""
    of_any_case = {name.casefold(): name for name in known}
    return our_word(word, known) or of_any_case.get(word.casefold(), "") or nearest(word, known)


def note_unknown_key(
    key: Scalar, known: Iterable[str], problems: Problems, *, present: Block | None = None
) -> None:
    """A key that has no meaning there, with the word that has; those `present` were not meant once more."""
    names = list(known)
    free = [name for name in names if present is None or name not in present]
    near = our_word(key.text, free) or _meant_word(key.text, names)
    if condition := condition_of(key.text) if "field" in names else "":
        problems.error(key.span, "W119", kind="formula", sign=key.text, nearest=condition)
    elif SIGN.fullmatch(key.text) and word_of_sign(key.text) in names:
        problems.error(key.span, "W119", kind="", sign=key.text, nearest=word_of_sign(key.text))
    elif our_word(key.text, free):
        kind = "" if key.text.isascii() else "chinese"
        near = _with_values(near, present.get(key.text) if present is not None else None)
        problems.error(key.span, "W121", kind=kind, key=key.text, nearest=near)
    elif "id" in names and key.text.casefold() in REMARKS:
        problems.error(key.span, "W121", kind="comment", key=key.text, nearest="# ")
    elif near:
        problems.error(key.span, "W212", key=key.text, nearest=near, known="、".join(names))
    else:
        kind = "subject" if {"field", "count_of"} <= set(names) and not key.text.isascii() else ""
        problems.error(key.span, "W214", kind=kind, key=key.text, known="、".join(names))


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_RANGES = (r"\s*(?:~|～|至|到|,|，|\band\b|\bto\b)\s*", r"(?<=\d)\s*[-–—]+\s*(?=\d)")


def _with_values(phrase: str, node: Node | None) -> str:
    """The example of a phrase with the values that were written: `at_least: 5, at_most: 9`."""
    if phrase == our_word("between", ["at_least"]) and (bounds := _bounds(node)):
        of_days = all(_DAY.match(bound) for bound in bounds)
        lower, upper = ("on_or_after", "on_or_before") if of_days else ("at_least", "at_most")
        return f"{lower}: {bounds[0]}, {upper}: {bounds[1]}"
    values = _texts(node)
    return phrase.replace("A, B", ", ".join(values)) if phrase.endswith("[A, B]") and values else phrase


def _bounds(node: Node | None) -> list[str]:
    """The two ends of a range: `[5, 9]`, `5 - 9`; empty for anything else."""
    if isinstance(node, Scalar):
        parted = [re.split(pattern, node.text) for pattern in _RANGES]
        return next((ends for ends in parted if len(ends) == 2 and all(ends)), [])
    found = _texts(node)
    return found if len(found) == 2 else []


def _texts(node: Node | None) -> list[str]:
    """The values of a list, or the only one."""
    nodes = node.items if isinstance(node, Sequence) else (node,)
    return [one.text for one in nodes if isinstance(one, Scalar) and one.text]


def note_kind(node: Node, key: str, expected: str, problems: Problems) -> None:
    """A value of the wrong kind (`expected`: string, array, object), or none at all."""
    if is_nothing(node) or (isinstance(node, Sequence) and not node.items):
        _note_nothing(node.span, key, problems)
    elif key in _CONDITIONS and isinstance(node, Sequence):
        problems.error(node.span.start(), "W122", key=key)
    elif key in _CONDITIONS and (condition := condition_of(_text(node))):
        problems.error(node.span, "W119", kind="formula", sign=_text(node), nearest=condition)
    else:
        _note_wrong_kind(node, key, expected, problems=problems, span=node.span)


def _note_nothing(at: Span, key: str, problems: Problems) -> None:
    problems.error(at, "W210", kind="below" if key in _LONG else "", key=key)


_LONG = (
    "actions",
    "then",
    "else",
    "otherwise",
    "conditions",
    "all",
    "any",
    "none",
    "fields",
    "rows",
    "versions",
)
"""Words whose values stand in the lines below them."""
_CONDITIONS = ("conditions", "if", "where", "all", "any", "none", "wait_until", "done_when")
"""Where a condition stands."""


def _note_wrong_kind(node: Node, key: str, expected: str, *, span: Span, problems: Problems) -> None:
    found, value = _found(node), _text(node)
    if expected == "array" and isinstance(node, Block) and _is_on_lines(node):
        first = node.entries[0][0]
        problems.error(first.span, "W114", kind="list", key=key, nearest=f"- {first.text}:")
        return
    kind = "trigger" if key == "trigger" else expected
    near = our_word(value, ("true", "false")) if expected == "boolean" else ""
    problems.error(
        span, "W213", kind=kind, key=key, expected=expected, found=found, value=value, nearest=near
    )


def _is_on_lines(node: Block) -> bool:
    """Whether a block is written on lines of its own, without braces."""
    return bool(node.entries) and node.entries[0][0].span.start() == node.span.start()


def _note_value(error: ValidationError, node: Node, key: str, *, span: Span, problems: Problems) -> None:
    value: Any = error.validator_value
    if error.validator in {"enum", "const"}:
        written = value if error.validator == "enum" else [str(value).lower()]
        _note_choice(node, key, [str(one) for one in written], problems)
    elif error.validator in {"type", "anyOf"}:
        _note_wrong_kind(node, key, _expected(error), span=span, problems=problems)
    elif error.validator in {"minItems", "minProperties"}:
        problems.error(span, "W210", key=key)
    else:
        kind = f"{error.validator}_{key}" if error.validator == "pattern" else str(error.validator)
        problems.error(node.span, "W216", kind=kind, key=key, value=_text(node) or "…", bound=str(value))


def _note_choice(node: Node, key: str, known: list[str], problems: Problems) -> None:
    text = _text(node) or "…"
    word, sign, rest = re.match(r"(.*?)\s*(#|//|＃|$)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]  # an end always fits
    if sign and word in known:
        problems.error(node.span, "W116", kind="", sign=sign, nearest=f"{word} # {rest.strip()}")
        return
    near = our_word(text, known).partition(":")[0] or nearest(text, known)
    problems.error(node.span, "W215", key=key, value=text, known="、".join(known), nearest=near)


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
