"""Examples as text: what happened as `expect` would write it, and new entries at the end of `tests:`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from engine.actions.add_tag import AddTag
from engine.actions.remove_tag import RemoveTag
from engine.expectations import Happened
from engine.load import load_document
from engine.model.diagnostics import Problems, WrongUsage
from engine.model.document import Node
from engine.model.effects import EffectKind
from engine.model.entities import Field, FieldType, Model
from engine.rewriting.edits import Edit, Fragment, Operation
from engine.rewriting.rewrite import Rewritten, rewritten
from engine.rewriting.whole import write_whole
from engine.suggestions.borders import Borders
from engine.suggestions.boundaries import Held
from engine.trial_world import RECORD

Entry: TypeAlias = tuple[str, "str | Mapping[str, str]"]
"""A step's word with what it did: a text, or details by name."""
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=~][^:#\[\]{},\"'\n]*(?<! )\Z")
_SHOWN = {
    EffectKind.MESSAGE: ("template", "channel", "subject"),
    EffectKind.NOTICE: ("to", "text"),
    EffectKind.ASK: ("to", "question", "until"),
    EffectKind.WAIT: ("until",),
}
_LONGEST = 60


@dataclass(frozen=True)
class Writer:
    """Writes what happened as a file would; people by how they are called there, fields in one language."""

    model: Model
    zone: ZoneInfo
    borders: Borders

    def entry(self, one: Happened) -> Entry:
        """One effect."""
        effect = one.effect
        if one.word in {AddTag.name, RemoveTag.name}:
            return one.word, next(iter(_moved(effect.details["changes"])), "")
        if effect.kind in {EffectKind.UPDATE, EffectKind.CREATE}:
            return one.word, dict(self._fields(one))
        if effect.kind in {EffectKind.STOP, EffectKind.START}:
            return one.word, str(next(iter(effect.details.values()), ""))
        return one.word, dict(self._details(one))

    def _fields(self, one: Happened) -> Iterator[tuple[str, str]]:
        details = one.effect.details
        module = self.model.modules[details["module"]]
        is_update = one.effect.kind is EffectKind.UPDATE
        values: Mapping[str, Any] = details["changes" if is_update else "values"]
        for key, value in values.items():
            field, after = module.fields[key], value[1] if is_update else value
            text = self._value(field, after, one)
            if after != RECORD and text is not None:
                yield self.borders.name(field), text

    def _value(self, field: Field, value: Any, one: Happened) -> str | None:
        """None for what is too long to be read, or cannot be written."""
        if value is None:
            return "null" if one.effect.kind is EffectKind.UPDATE else None
        if field.type is FieldType.LINK:
            return self._person(str(value), one)
        if field.type is FieldType.YES_NO:
            return self.borders.written(bool(value), field)
        if field.type is FieldType.PERCENT:
            return f"{value} %"
        text = str(value)
        is_short = not isinstance(value, list) and len(text) <= _LONGEST and "\n" not in text
        return text if is_short else None

    def _details(self, one: Happened) -> Iterator[tuple[str, str]]:
        for name in _SHOWN.get(one.effect.kind, ()):
            value = one.effect.details.get(name)
            if value in {None, ""}:
                continue
            text = (
                self._person(str(value), one)
                if name == "to" and one.effect.kind is not EffectKind.MESSAGE
                else str(value)
            )
            if name == "until":
                text = f"{datetime.fromisoformat(text).astimezone(self.zone):%Y-%m-%d}"
            if len(text) <= _LONGEST and "\n" not in text:
                yield name, text

    @staticmethod
    def _person(key: str, one: Happened) -> str:
        return next((name for name, held in one.people.items() if held == key), key)


def _moved(changes: Mapping[str, Any]) -> list[str]:
    return [tag for before, after in changes.values() for tag in sorted({*(before or ())} ^ {*(after or ())})]


# --- YAML ---------------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """A text as a value inside braces: bare where that reads back as the same, else in quotes."""
    return text if _PLAIN.fullmatch(text) or text == "null" else json.dumps(text, ensure_ascii=False)


def given_text(held: Sequence[Held]) -> str:
    """`{客户层级: B, 订单: [{下单日期: today}]}`."""
    return _braces(
        (one.name, _rows(one) if one.rows is not None else quoted(one.text or "null")) for one in held
    )


def _rows(held: Held) -> str:
    rows = (_braces((name, quoted(text)) for name, text in row) for row in held.rows or ())
    return f"[{', '.join(rows)}]"


def _braces(pairs: Iterator[tuple[str, str]]) -> str:
    return f"{{{', '.join(f'{quoted(name)}: {text}' for name, text in pairs)}}}"


def entry_text(entry: Entry) -> str:
    """`notify: {to: owner}`; a word alone where there is nothing to say of it."""
    word, told = entry
    if not told:
        return word
    if isinstance(told, str):
        return f"{word}: {quoted(told)}"
    return f"{word}: {_braces((name, quoted(text)) for name, text in told.items())}"


def expect_lines(expect: str | Sequence[Entry], indent: str) -> list[str]:
    """`expect:` with its word, or with an effect a line."""
    if isinstance(expect, str):
        return [f"{indent}expect: {expect}"]
    return [f"{indent}expect:", *(f"{indent}  - {entry_text(one)}" for one in expect)]


def node_of(text: str) -> Node | None:
    """What a text says, as a value of a file."""
    root = load_document(f"value: {text}\n", "suggested", Problems()).root
    return None if root is None else root.get("value")


# --- a file -------------------------------------------------------------------------------------------------


def write_examples(path: Path, name: str, entries: Sequence[Sequence[str]]) -> None:
    """Put more entries at the end of `tests:` in a file, all at once or not at all. Raises WrongUsage."""
    if not entries:
        return
    new = with_examples(path.read_bytes().decode("utf-8"), entries)
    if new is None:
        raise WrongUsage("W928", name=name)
    write_whole(path, new.encode("utf-8"))


def with_examples(raw: str, entries: Sequence[Sequence[str]]) -> str | None:
    """A file with more entries at the end of its `tests:`, all else as it is; their lines begin with a dash.

    A last line without a line end gets one. None where `tests:` is written in brackets, which an entry of
    several lines does not fit into.
    """
    end = "" if not raw or raw.endswith("\n") else "\r\n" if "\r\n" in raw else "\n"
    texts = ("\n".join(line[2:] for line in entry) for entry in entries)
    done = rewritten(raw + end, [Edit(Operation.INSERT, ("tests",), Fragment(text)) for text in texts])
    return done.text if isinstance(done, Rewritten) and not done.anew else None
