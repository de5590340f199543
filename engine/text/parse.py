"""From the source of a text to a ParsedText, or the first TextMistake in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from engine.text.errors import TextMistake
from engine.text.references import find_references
from engine.text.tree import ParsedText
from engine.text.values import OUTPUT_LIMIT

_LINE_BREAK = re.compile(r"\r\n|\r")


_NONE: Mapping[str, str] = {}


def parse_text(source: str, partials: Mapping[str, str] = _NONE) -> ParsedText:
    """Check a text; `partials` are the texts that it may include, by name. Raises TextMistake."""
    return _parsed(source, tuple(partials.items()))


@lru_cache(maxsize=512)
def _parsed(source: str, partials: tuple[tuple[str, str], ...]) -> ParsedText:
    """Many workflows send the same template: its texts are parsed once."""
    source = _normal(source)
    if len(source) > OUTPUT_LIMIT:
        raise TextMistake("too_much", {"what": "characters", "limit": str(OUTPUT_LIMIT)}, 1, 1)
    if not any(mark in source for mark in ("{{", "{%", "{#")):
        return ParsedText(source, (), (source,))
    from engine.text.dialect import read_body  # noqa: PLC0415 - brings Jinja2 in

    reader = read_body(source, {name: _normal(text) for name, text in partials})
    return ParsedText(source, find_references(reader.found, reader.uses), reader.found, reader.included)


def _normal(source: str) -> str:
    return _LINE_BREAK.sub("\n", unicodedata.normalize("NFC", source))
