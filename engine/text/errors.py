"""What can go wrong with a text: a mistake in its source (TextMistake), or a row it cannot be written for."""

from __future__ import annotations

from collections.abc import Mapping

# Every kind of TextMistake with the names of its facts.
MISTAKES: Mapping[str, tuple[str, ...]] = {
    "syntax": ("detail", "found", "nearest"),
    "unknown_tag": ("found", "nearest", "known"),
    "unknown_filter": ("name", "nearest", "known"),
    "unknown_partial": ("name", "nearest", "known"),
    "bad_argument": ("name", "usage"),
    "forbidden": ("construct", "found"),
    "too_much": ("what", "limit"),
}

# What `construct` of a "forbidden" mistake may be, and `what` of "too_much".
CONSTRUCTS = frozenset(
    {
        "arithmetic",
        "autoescape",
        "block",
        "call",
        "chained_comparison",
        "choice_without_else",
        "compare_with_blank",
        "constant_test",
        "endless_number",
        "extends",
        "filter_block",
        "for",
        "for_over",
        "for_with_if",
        "half_character",
        "import",
        "in_without_list",
        "include",
        "include_in_partial",
        "join",
        "list",
        "logic_in_output",
        "loop_name",
        "loop_word",
        "macro",
        "nested_choice",
        "nested_filter",
        "nested_for",
        "newest_outside_for",
        "none",
        "personal",
        "personal_in_partial",
        "private_name",
        "round_not_first",
        "set",
        "subscript",
        "test",
        "whole_row",
        "with",
        "yes_no_output",
    }
)
LIMITED = frozenset({"branches", "characters", "depth", "filters", "if_depth", "loops", "terms"})

# Every reason of TextStopped with the names of its facts.
STOPS: Mapping[str, tuple[str, ...]] = {
    "too_long": ("limit",),
    "not_a_number": ("value",),
    "not_comparable": ("left", "right"),
}


class TextMistake(Exception):
    """A text that is wrong for every row; line and column are 1-based within the source.

    `partial` names the partial whose source that is; empty for the text itself.
    """

    def __init__(self, kind: str, facts: dict[str, str], line: int, column: int) -> None:
        super().__init__(f"{kind} at {line}:{column}: {facts}")
        self.kind = kind
        self.facts = facts
        self.line = line
        self.column = column
        self.partial = ""


class MissingValue(Exception):
    """A row without a value that the text shows and for which it has no `or(…)`."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(".".join(filter(None, path)))
        self.path = path


class TextStopped(Exception):
    """A row whose values do not suit the text: it grows too long, or rounds or compares the wrong things."""

    def __init__(self, reason: str, facts: dict[str, str]) -> None:
        super().__init__(f"{reason}: {facts}")
        self.reason = reason
        self.facts = facts
