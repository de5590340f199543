"""Which word of a family a block is written with: exactly one, or a mistake that names the nearest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from engine.model.diagnostics import Problems, nearest
from engine.model.document import Mapping as Block
from engine.shapes.foreign import our_word
from engine.shapes.shape import note_unknown_key

W = TypeVar("W")


def find_word(
    node: Block,
    words: Mapping[str, W],
    problems: Problems,
    *,
    beside: Collection[str],
    also: Iterable[str] = (),
) -> W | None:
    """The word of `words` that stands in the block; None with the mistake noted, except for an empty block.

    `beside` are keys that may stand next to a word, so they are not the misspelt one; `also` are names that
    would have been right there too.
    """
    found = [key for key in node.keys() if key in words]
    if len(found) == 1:
        return words[found[0]]
    if len(found) > 1:
        problems.error(node.key(found[1]).span, "W217", one=found[0], other=found[1])
    elif node.entries:
        known = [*words, *also]
        strange = [key for key, _ in node.entries if key.text not in beside] or [node.entries[0][0]]
        worst = next((key for key in strange if _is_like(key.text, known)), strange[0])
        note_unknown_key(worst, known, problems)
    return None


def _is_like(word: str, known: list[str]) -> bool:
    return bool(our_word(word, known) or nearest(word, known))


def note_later_word(node: Block, later: Iterable[str], problems: Problems) -> bool:
    """Whether a word stands there that belongs to the language but cannot run yet; it is noted."""
    word = next((key for key in node.keys() if key in set(later)), "")
    if word:
        problems.error(node.key(word).span, "W290", word=word)
    return bool(word)
