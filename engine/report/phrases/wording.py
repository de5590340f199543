"""Texts put together as a language writes them: blanks, quotation marks, lists, sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence as List

from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.texts import Texts

_SEAM = "\x00"
"""Stands on both sides of a fact until it is known what the text has beside it."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z0-9%¥]")
_BARE = re.compile(r"[A-Za-z0-9+-]{1,3}|[-+]?[\d.,]+( ?%)?")
_CLOSED = re.compile(r"[。！？…；：.!?;:][”’\"']?\Z")


class Wording:
    """The texts of one language, and how its words stand together."""

    def __init__(self, texts: Texts) -> None:
        self.language = texts.language
        self._texts = texts

    def say(self, key: str, /, **facts: object) -> str:
        """The text under a key; in Chinese a blank parts Han from Latin letters around a fact."""
        return self._closed(
            self._texts.say(key, **{name: f"{_SEAM}{fact}{_SEAM}" for name, fact in facts.items()})
        )

    def say_or(self, key: str, default: str, /, **facts: object) -> str:
        """The text under a key; the default where there is none."""
        try:
            return self.say(key, **facts)
        except KeyError:
            return default

    def _closed(self, text: str) -> str:
        found = ""
        for piece in filter(None, text.split(_SEAM)):
            blank = " " if self.language == "zh" and found and _parts(found[-1], piece[0]) else ""
            found += blank + piece
        return found

    def quoted(self, text: str) -> str:
        """A text in quotation marks; those inside it become single ones."""
        inner = text.translate(_INNER[self.language])
        return self.say("phrase.quoted", text=inner)

    def named(self, text: str) -> str:
        """An option or another short text: `A` and numbers stand bare, words in quotation marks."""
        return text if _BARE.fullmatch(text) else self.quoted(text)

    def listed(self, items: List[str], last: str) -> str:
        """`A、B或C`; `last` is `and` or `or`."""
        if len(items) < 2:
            return "".join(items)
        return self.say(f"phrase.list_{last}", items=self.joined(items[:-1], "phrase.list"), last=items[-1])

    def joined(self, items: List[str], key: str) -> str:
        """Items with the sign or word of a key between them."""
        sign, found = self.say(key), ""
        for item in items:
            found = f"{found}{_SEAM}{sign}{_SEAM}{item}" if found else item
        return self._closed(found)

    def sentence(self, text: str) -> str:
        """A whole sentence: a capital in English, and an end."""
        begun = text if self.language == "zh" else text[:1].upper() + text[1:]
        return begun if _CLOSED.search(begun) else begun + ("。" if self.language == "zh" else ".")


_INNER = {"zh": str.maketrans("“”", "‘’"), "en": str.maketrans('"', "'")}


def _parts(left: str, right: str) -> bool:
    """Whether a blank belongs between two letters: one is Han, the other is not."""
    return bool(
        (_HAN.match(left) and _LATIN.match(right)) or (_LATIN.match(left) and _HAN.match(right))
    )  # fmt: skip


def text_of(node: Node | None) -> str:
    """What is written there; empty for anything but a single value."""
    return node.text if isinstance(node, Scalar) else ""


def items_of(node: Node | None) -> tuple[Node, ...]:
    """The entries of a list; a single node is a list of one."""
    if node is None:
        return ()
    return node.items if isinstance(node, Sequence) else (node,)


def blocks_of(node: Node | None) -> tuple[Mapping, ...]:
    """The blocks of a list, or the one block that stands there."""
    return tuple(one for one in items_of(node) if isinstance(one, Mapping))


def entries_of(node: Node | None) -> tuple[tuple[str, Node], ...]:
    """Keys and values of a block; none for anything else."""
    return tuple((key.text, value) for key, value in node.entries) if isinstance(node, Mapping) else ()


def inside(node: Node | None, key: str) -> Node | None:
    """What stands under a key of a block; None for anything but a block."""
    return node.get(key) if isinstance(node, Mapping) else None
