"""From the source of a text to a ParsedText, or the first TextMistake in it."""

from __future__ import annotations

import re
import unicodedata

from engine.text.errors import TextMistake
from engine.text.references import find_references
from engine.text.tree import ParsedText
from engine.text.values import OUTPUT_LIMIT

_LINE_BREAK = re.compile(r"\r\n|\r")


def parse_text(source: str) -> ParsedText:
    """Check a text. Raises TextMistake."""
    source = _LINE_BREAK.sub("\n", unicodedata.normalize("NFC", source))
    if len(source) > OUTPUT_LIMIT:
        raise TextMistake("too_much", {"what": "characters", "limit": str(OUTPUT_LIMIT)}, 1, 1)
    if not any(mark in source for mark in ("{{", "{%", "{#")):
        return ParsedText(source, (), (source,))
    from engine.text.dialect import read_body  # noqa: PLC0415  Brings Jinja2 in.

    body, positions = read_body(source)
    return ParsedText(source, find_references(body, positions), body)
