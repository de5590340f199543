"""A value as a file writes it: bare where it reads back as what was meant, else in quotes or as a text block.

What the loader would take for something else, or complain about, is quoted; so is what other programs, which
read YAML 1.1, would take for something else: `yes`, `on`, `2026-03-31`, `01:00`, `1_000`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from engine.load import load_document
from engine.misread import colon_slip
from engine.model.diagnostics import Problems
from engine.model.document import Mapping, plain_value

Plain: TypeAlias = "str | int | float | bool | None"


class Spot(StrEnum):
    """Where a value stands; the loader reads it a little differently in each."""

    VALUE = "v: {}\n"
    ITEM = "- {}\n"
    FLOW_VALUE = "{{v: {}}}\n"
    FLOW_ITEM = "[{}]\n"
    KEY = "{}: v\n"
    FLOW_KEY = "{{{}: v}}\n"

    @property
    def in_brackets(self) -> bool:
        """Whether it is on one line with others, so that a text cannot have lines of its own."""
        return self in {Spot.FLOW_VALUE, Spot.FLOW_ITEM, Spot.FLOW_KEY}

    @property
    def is_key(self) -> bool:
        """Whether it is that of a key."""
        return self in {Spot.KEY, Spot.FLOW_KEY}


class Risk(StrEnum):
    """What another reader may take a bare text for."""

    WORD = r"(?i:yes|no|on|off|true|false|null|~|<<|=|)"
    MOMENT = r"\d{4}-\d\d?-\d\d?([Tt\s].*)?|[-+]?\d+(:\d+)+(\.\d*)?"
    NUMBER = r"[-+]?(\.?\d[\d_]*(\.[\d_]*)?([eE][-+]?\d+)?|0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+|\.(?i:inf|nan))"
    BRACES = r"(?s:.*(\{\{|\{%).*)"
    SIGN = r"(?s:[@*&!%|>'\"{\[#?:,\]}`].*|-(?!\d).*|.*[ :])"


@dataclass(frozen=True, slots=True)
class Spelled:
    """A scalar as written; `lines` are those of a text block below, to be indented."""

    head: str
    lines: tuple[str, ...] = ()


_TO_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\u200b\u2060\ufeff\ufffe\uffff]")
_NEEDS_ESCAPE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_NO_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_SIMPLE = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*")


def risk(text: str) -> Risk | None:
    """What another reader may take a bare text for."""
    return next((one for one in Risk if re.fullmatch(one.value, text)), None)


def spelled(value: Plain, spot: Spot, old: Old | None = None, *, always_quoted: bool = False) -> Spelled:
    """A scalar for a place; `old` is what stood there before, whose manner is kept where it still works."""
    if not isinstance(value, str):
        return Spelled(json.dumps(value))
    candidates = _quoted(value, old) if always_quoted else _candidates(value, spot, old)
    *others, last = candidates
    return next((one for one in others if reads_back(one, value, spot)), last)


@dataclass(frozen=True, slots=True)
class Old:
    """A scalar that gives way to another, or stands beside it: its style and text."""

    style: str
    text: str


def _candidates(text: str, spot: Spot, old: Old | None) -> Iterator[Spelled]:
    style = "" if old is None else old.style
    has_lines = "\n" in text and not (spot.in_brackets or spot.is_key) and not _NO_LINES.search(text)
    if style == ">" and not (spot.in_brackets or spot.is_key):
        yield from _folded(text)
    if has_lines and text.strip():
        yield from _literal(text)
    if style not in {"'", '"'} and _may_be_bare(text, old, is_key=spot.is_key):
        yield Spelled(text)
    yield from _quoted(text, old)


def _may_be_bare(text: str, old: Old | None, *, is_key: bool) -> bool:
    """A date may follow a date, and a key may be a number or a date: keys are always texts."""
    if "\n" in text or _NEEDS_ESCAPE.search(text) or (is_key and colon_slip(text)):
        return False
    found = risk(text)
    if found in {Risk.MOMENT, Risk.NUMBER} and is_key:
        return True
    was = risk(old.text) if old is not None and not old.style else None
    return found is None or (found is was and found in {Risk.MOMENT, Risk.BRACES})


def _quoted(text: str, old: Old | None) -> Iterator[Spelled]:
    """Double quotes are the custom of these files; single ones spare quotes in a text their backslashes."""
    style = "" if old is None else old.style
    wants_single = style == "'" or (style != '"' and '"' in text and "'" not in text)
    if wants_single and not _NEEDS_ESCAPE.search(text):
        yield Spelled("'" + text.replace("'", "''") + "'")
    escaped = json.dumps(text, ensure_ascii=False)
    yield Spelled(_TO_ESCAPE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", escaped))


def _literal(text: str) -> Iterator[Spelled]:
    """`|`, with `-` where no line end follows, `+` where several do, a digit where it begins with blanks."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    chomping = "-" if body == text else "+" if body.endswith("\n") else ""
    first = next(line for line in lines if line)
    digit = "2" if first.startswith(" ") else ""
    yield Spelled(f"|{digit}{chomping}", tuple(lines))


def _folded(text: str) -> Iterator[Spelled]:
    """`>`: a line end of the text takes an empty line; texts with indented or empty lines are no prose."""
    body = text.removesuffix("\n")
    paragraphs = body.split("\n")
    if any(not one or one[0] in " \t" or _NO_LINES.search(one) for one in paragraphs):
        return
    lines = [part for one in paragraphs for part in (one, "")][:-1]
    yield Spelled(">" if text.endswith("\n") else ">-", tuple(lines))


@lru_cache(maxsize=4096)
def reads_back(one: Spelled, text: str, spot: Spot) -> bool:
    """Whether the loader reads it as that text, without an error."""
    if _SIMPLE.fullmatch(one.head) and not one.lines and one.head == text:
        return True
    problems = Problems()
    body = "".join(f"\n  {line}" if line else "\n" for line in one.lines)
    written = spot.value.format(one.head + body)
    if spot in {Spot.ITEM, Spot.FLOW_ITEM}:
        written = f"v:\n{written}" if spot is Spot.ITEM else f"v: {written}"
    root = load_document(written, "", problems).root
    return not problems.has_errors and root is not None and _read(root, spot) == text


def _read(root: Mapping, spot: Spot) -> object:
    if len(root.entries) != 1:
        return None
    key, value = root.entries[0]
    if spot.is_key:
        return key.text if plain_value(value) == "v" else None
    found = plain_value(value)
    if spot not in {Spot.ITEM, Spot.FLOW_ITEM}:
        return found
    return found[0] if isinstance(found, list) and len(found) == 1 else None
