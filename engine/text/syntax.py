"""From the source of a text to Jinja2's tree, with its complaints as TextMistakes."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from engine.text.errors import TextMistake
from engine.text.places import Places

# One way to cut blanks for the check, the translation and the sandbox.
LAYOUT: Mapping[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}

_TAGS = ("if", "elif", "else", "endif", "for", "endfor", "include")
_FOREIGN_TAGS = {
    **dict.fromkeys(("elseif", "elsif"), "elif"),
    **dict.fromkeys(("end", "fi"), "endif"),
    "foreach": "for",
    "endforeach": "endfor",
    "each": "for",
    "endeach": "endfor",
}
_UNEXPECTED_CHARACTER = re.compile(r"unexpected char .+ at (\d+)$", re.DOTALL)
_UNKNOWN_TAG = re.compile(r"unknown tag '(.+?)'")
_FOUND = re.compile(r"(?:got|unexpected) '(.+?)'(?:$|,)")
_NAMED_TOKENS = {"end of print statement": "}}", "end of statement block": "%}"}
_ASCII = {"“": '"', "”": '"', "‘": "'", "’": "'", "【": "[", "】": "]", "。": "."}


def parse_source(source: str, places: Places) -> nodes.Template:
    """Jinja2's tree of a source; nothing in it has been checked yet."""
    if source.rstrip().endswith("{#"):  # Jinja2 overlooks a comment that opens at the very end.
        facts = {"detail": "Missing end of comment tag", "found": "{#", "nearest": ""}
        raise TextMistake("syntax", facts, *places.of_offset(source.rfind("{#")))
    try:
        return Environment(**LAYOUT).parse(source)  # noqa: S701 - only parses
    except TemplateSyntaxError as error:
        raise _mistake(error, source, places) from None
    except RecursionError:
        raise TextMistake("too_much", {"what": "depth", "limit": "2"}, 1, 1) from None
    except ValueError as error:  # A whole number with thousands of digits.
        raise TextMistake("syntax", {"detail": str(error), "found": "", "nearest": ""}, 1, 1) from None


def nearest_word(word: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The known word most like this one, or an empty text."""
    return next(iter(difflib.get_close_matches(word.lower(), known, n=1, cutoff=alike)), "")


def _mistake(error: TemplateSyntaxError, source: str, places: Places) -> TextMistake:
    detail = error.message or ""
    facts = {"detail": detail, "found": "", "nearest": ""}
    if match := _UNEXPECTED_CHARACTER.search(detail):
        offset = int(match[1])
        found = source[offset]
        facts |= {"found": found, "nearest": _ascii(found)}
        return TextMistake("syntax", facts, *places.of_offset(offset))
    if (match := _UNKNOWN_TAG.search(detail)) and match[1] not in _TAGS:
        nearest = _FOREIGN_TAGS.get(match[1]) or nearest_word(match[1], _TAGS)
        known = {"found": match[1], "nearest": nearest, "known": ", ".join(_TAGS)}
        return places.mistake("unknown_tag", known, error.lineno, match[1])
    if match := match or _FOUND.search(detail):
        facts["found"] = _NAMED_TOKENS.get(match[1], match[1])
    return places.mistake("syntax", facts, error.lineno, facts["found"])


def _ascii(character: str) -> str:
    plain = _ASCII.get(character) or unicodedata.normalize("NFKC", character)
    return plain if plain != character and plain.isascii() else ""
