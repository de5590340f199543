"""Operations of the form, carried out on the text by the engine's span patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from editor.words import words_in
from engine import Diagnostic, Edit, Problems, Refused, Texts, load_document, paths_in, plain_value, rewritten

_KINDS = frozenset({"set", "unset", "insert", "remove", "move", "rename"})
_MOST, _DEEPEST = 100, 100


@dataclass(frozen=True)
class Done:
    """The new text, and what was done last."""

    text: str
    kind: str

    def said(self, language: str) -> str:
        """In one short sentence, for those who do not see it."""
        return words_in(language).say(f"form.said_{self.kind}")


@dataclass(frozen=True)
class Refusal:
    """Nothing was done."""

    diagnostics: tuple[Diagnostic, ...]

    def told(self, language: str) -> str:
        """Why, in one sentence."""
        if not self.diagnostics:
            return words_in(language).say("form.no_operation")
        one = self.diagnostics[0]
        return Texts.of(language).message(one.code, dict(one.facts))


def _with_copies(text: str, operations: Sequence[dict[str, Any]], file: str) -> list[dict[str, Any]]:
    """What is inserted as a copy gets the value that stands there; a copy of nothing has none."""
    if not any("of" in one for one in operations):
        return list(operations)
    root = load_document(text, file, Problems()).root
    known = {} if root is None else {path: plain_value(node) for path, node in paths_in(root)}
    held = [(one, "/".join(map(str, one.get("of", ())))) for one in operations]
    return [{**one, "value": known[path]} if path in known else one for one, path in held]


def carried_out(text: str, operations: Sequence[Any], file: str) -> Done | Refusal:
    """A text with all operations carried out, or none."""
    if not isinstance(operations, list) or not 0 < len(operations) <= _MOST:
        return Refusal(())
    if not all(map(_is_operation, operations)):
        return Refusal(())
    known = _with_copies(text, operations, file)
    if any("of" in one and "value" not in one for one in known):
        return Refusal(())
    try:
        done = rewritten(text, [_edit(one) for one in known], file)
    except UnicodeEncodeError:  # half a character is none
        return Refusal(())
    if isinstance(done, Refused):
        return Refusal(done.diagnostics)
    return Done(done.text, operations[-1]["kind"])


def _is_operation(one: Any) -> bool:
    """Whether it has the form that pages send; whether it can be done is for the engine to say."""
    if not isinstance(one, dict) or not isinstance(one.get("kind"), str) or one["kind"] not in _KINDS:
        return False
    path, to = one.get("path"), one.get("to")
    if (
        not isinstance(path, list)
        or not _is_path(path)
        or ("of" in one and not (one["kind"] == "insert" and _is_path(one["of"])))
    ):
        return False
    if one["kind"] in {"insert", "remove", "move"} and not isinstance(path[-1], int):
        return False
    return {"move": isinstance(to, int), "rename": isinstance(to, str)}.get(one["kind"], True)


def _is_path(path: Any) -> bool:
    """Whether it leads to a value of a file."""
    return (
        isinstance(path, list)
        and 0 < len(path) <= _DEEPEST
        and all(isinstance(part, str | int) for part in path)
    )


def _edit(one: dict[str, Any]) -> Edit:
    """As the engine calls it: the last part of what is inserted is its place in the list."""
    kind, path = one["kind"], tuple(one["path"])
    if kind == "insert":
        return Edit(kind, path[:-1], value=one.get("value"), at=path[-1])
    if kind == "move":
        return Edit(kind, path, to=(*path[:-1], one["to"]))
    if kind == "rename":
        return Edit(kind, path, value=one.get("to"))
    return Edit(kind, path, value=one.get("value"))
