"""The small texts inside actions and templates: a source in; checked, then a function from a row to its text.

`parse_text` refuses what the dialect does not have. `text_writer` picks the faster of two ways to fill a
text: `translate_text` builds one Python function, `render_text` asks Jinja2's sandbox; both give the same
texts and the same errors. Jinja2 is imported on first use, not by importing this package.
"""

from __future__ import annotations

from engine.text.errors import CONSTRUCTS, LIMITED, MISTAKES, STOPS, MissingValue, TextMistake, TextStopped
from engine.text.filters import FILTERS, TextFilter
from engine.text.parse import parse_text
from engine.text.render import render_text
from engine.text.slots import Slot, Slots, TextWriter
from engine.text.translate import translate_text
from engine.text.tree import (
    PERSONAL,
    AllOf,
    AnyOf,
    Body,
    Branch,
    Chain,
    Choice,
    Constant,
    Defined,
    Field,
    Has,
    Operand,
    ParsedText,
    Path,
    Reference,
    fixed_length,
    is_in_row,
    is_list,
    list_of,
)
from engine.text.tree import Test as TextTest
from engine.text.values import OUTPUT_LIMIT, as_is, show_constant

__all__ = [
    "CONSTRUCTS",
    "FILTERS",
    "LIMITED",
    "MISTAKES",
    "OUTPUT_LIMIT",
    "PERSONAL",
    "STOPS",
    "AllOf",
    "AnyOf",
    "Body",
    "Branch",
    "Chain",
    "Choice",
    "Constant",
    "Defined",
    "Field",
    "Has",
    "MissingValue",
    "Operand",
    "ParsedText",
    "Path",
    "Reference",
    "Slot",
    "Slots",
    "TextFilter",
    "TextMistake",
    "TextStopped",
    "TextTest",
    "TextWriter",
    "as_is",
    "fixed_length",
    "is_in_row",
    "is_list",
    "list_of",
    "parse_text",
    "render_text",
    "show_constant",
    "text_writer",
    "translate_text",
]


def text_writer(parsed: ParsedText, slots: Slots, *, html: bool = False) -> TextWriter:
    """The function that writes a text for a row; it raises MissingValue or TextStopped where it cannot."""
    write = translate_text if parsed.is_plain else render_text
    return write(parsed, slots, html=html)
