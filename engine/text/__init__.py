"""The small texts inside actions and templates: a source in; checked, then a function from a row to its text.

`parse_text` refuses what the dialect does not have; `text_writer` builds one Python function of what it has.
Jinja2 reads the source and writes nothing; it is imported on first use, not by importing this package.
"""

from __future__ import annotations

from engine.text.errors import CONSTRUCTS, LIMITED, MISTAKES, STOPS, MissingValue, TextMistake, TextStopped
from engine.text.filters import FILTERS, TextFilter
from engine.text.parse import parse_text
from engine.text.slots import Slot, Slots, TextWriter
from engine.text.translate import text_writer
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
    "show_constant",
    "text_writer",
]
