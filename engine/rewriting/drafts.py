"""New values as text, laid out as the file around them is: its indents, its brackets, its quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.rewriting.edits import Fragment
from engine.rewriting.parts import BREAK, Child, Kind, Part, Unfit, keeps_blanks, parts_of
from engine.rewriting.sheet import Sheet
from engine.rewriting.spelling import Old, Spot, spelled

_WIDEST = 100


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file indents: a mapping below its key, a list below its key, and what follows a dash."""

    step: int = 2
    hang: int = 2
    dash: int = 2


@dataclass(frozen=True, slots=True)
class Written:
    """A value: what stands behind its colon or dash, and the lines below, from the column of its child."""

    head: str
    below: tuple[str, ...] = ()


def manner_of(sheet: Sheet) -> Manner:
    """What most of a file does."""
    steps: Counter[int] = Counter()
    hangs: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    for child in [] if sheet.root is None else _all(sheet.root):
        value = child.value
        if not value.is_block or sheet.root is None:
            continue
        by = sheet.column(value.start) - sheet.column(child.start)
        (dashes if child.key is None else hangs if value.kind is Kind.LIST else steps)[by] += 1
    step = _usual(steps, 2)
    return Manner(step, _usual(hangs, step), _usual(dashes, 2))


def _usual(found: Counter[int], otherwise: int) -> int:
    return found.most_common(1)[0][0] if found else otherwise


def _all(part: Part) -> Iterator[Child]:
    for child in part.children:
        yield child
        yield from _all(child.value)


@dataclass(frozen=True, slots=True)
class Drafts:
    """Writes values; `always_quoted`: every new text in double quotes, where bare ones were misread."""

    manner: Manner
    always_quoted: bool = False

    def scalar(self, value: Any, spot: Spot, old: Old | None = None) -> tuple[str, tuple[str, ...]]:
        """A scalar, and the lines of a text block."""
        found = spelled(value, spot, old, always_quoted=self.always_quoted and not spot.is_key)
        return found.head, found.lines

    def on_one_line(self, value: Any, spot: Spot = Spot.FLOW_VALUE, old: Old | None = None) -> str:
        """A value in brackets, or a scalar that may stand in them."""
        if isinstance(value, Fragment):
            return _single_line(value)
        if isinstance(value, dict):
            pairs = (f"{self.key(key, Spot.FLOW_KEY)}: {self.on_one_line(one)}" for key, one in value.items())
            return f"{{{', '.join(pairs)}}}"
        if isinstance(value, list):
            return f"[{', '.join(self.on_one_line(one, Spot.FLOW_ITEM) for one in value)}]"
        return self.scalar(value, spot, old)[0]

    def key(self, key: str, spot: Spot, old: Old | None = None) -> str:
        """A key."""
        return self.scalar(key, spot, old)[0]

    def entry(self, key: str, value: Any, column: int) -> list[str]:
        """The lines of an entry, the first without its indent."""
        name = self.key(key, Spot.KEY)
        found = self.below_key(value, column + len(name) + 2)
        return [f"{name}: {found.head}".rstrip() if found.head else f"{name}:", *found.below]

    def below_key(self, value: Any, column: int, old: Part | None = None) -> Written:
        """A value behind a key; `old` is what stood there."""
        if isinstance(value, Fragment):
            return _fragment(value, self.manner.step, self.manner.hang)
        if not isinstance(value, dict | list):
            return self._text(value, Spot.VALUE, old, self.manner.step)
        if self._goes_on_a_line(value, column, old):
            return Written(self.on_one_line(value))
        indent = self.manner.hang if isinstance(value, list) else self.manner.step
        lines = self._lines(value, column)
        return Written("", tuple(_indented(lines, indent)))

    def behind_dash(
        self, value: Any, column: int, old: Part | None = None, beside: list[Part] | None = None
    ) -> Written:
        """A value as an item of a list; `beside` are its neighbours, whose manner is followed."""
        if isinstance(value, Fragment):
            found = _fragment(value, 0, 0)
            if found.head:
                return Written(found.head, tuple(_indented(found.below, 2)))
            return Written(found.below[0], tuple(_indented(found.below[1:], 2)))
        if not isinstance(value, dict | list):
            return self._text(value, Spot.ITEM, _alike(old, beside), 2)
        if isinstance(value, list) or self._goes_on_a_line(value, column, old, beside or []):
            # A list begun on the dash of another (`- - a: 1`) is what the loader takes for a slip.
            return Written(self.on_one_line(value))
        dash = self.manner.dash
        first, *others = self._lines(value, column + dash)
        return Written(" " * (dash - 2) + first, tuple(_indented(others, dash)))

    def _text(self, value: Any, spot: Spot, old: Part | None, indent: int) -> Written:
        is_scalar = old is not None and old.kind is Kind.SCALAR and not old.is_empty
        manner = Old(old.style, old.text) if is_scalar and old is not None else None
        head, lines = self.scalar(value, spot, manner)
        if lines and spot is Spot.VALUE:
            head = head.replace("2", str(indent))  # the digit of `|2` tells the indent
        return Written(head, tuple(_indented(lines, indent)))

    def _lines(self, value: Any, column: int) -> list[str]:
        if isinstance(value, dict):
            return [line for key, one in value.items() for line in self.entry(key, one, column)]
        found: list[str] = []
        for one in value:
            written = self.behind_dash(one, column)
            found += [f"- {written.head}".rstrip(), *written.below]
        return found

    def _goes_on_a_line(
        self, value: Any, column: int, old: Part | None = None, beside: list[Part] | None = None
    ) -> bool:
        """Whether a list or mapping is written in brackets."""
        if not value:
            return True
        if old is not None and old.children:
            return old.is_flow
        if not _is_shallow(value) or len(self.on_one_line(value)) + column > _WIDEST:
            return False
        if beside is None:
            return True
        mappings = [one for one in beside if one.kind is Kind.MAPPING and one.children]
        return sum(one.is_flow for one in mappings) * 2 >= len(mappings) if mappings else len(value) > 1


def _alike(old: Part | None, beside: list[Part] | None) -> Part | None:
    """What stood there, else a neighbour if all of them are quoted, or none."""
    if old is not None or not beside:
        return old
    styles = {one.style if one.kind is Kind.SCALAR else None for one in beside}
    return beside[-1] if len(styles) == 1 and styles <= {"", "'", '"'} else None


def _is_shallow(value: Any) -> bool:
    """Whether it holds no mapping, and no text of several lines."""
    inner = value.values() if isinstance(value, dict) else value
    return all(
        (_is_shallow(one) if isinstance(one, list) else not isinstance(one, dict | Fragment))
        and not (isinstance(one, str) and "\n" in one)
        for one in inner
    )


def _indented(lines: list[str] | tuple[str, ...], by: int) -> Iterator[str]:
    return (" " * by + line if line else line for line in lines)


def _single_line(value: Fragment) -> str:
    found = _fragment(value, 0, 0)
    if not found.head or found.below or "#" in found.head:
        raise Unfit
    return found.head


def _fragment(value: Fragment, step: int, hang: int) -> Written:
    """A ready text: a list or mapping in lines goes below its key, all else behind it."""
    lines = BREAK.split(value.text)
    while lines and not lines[-1].strip() and not keeps_blanks(lines):
        lines.pop()
    part = parts_of("\n".join(lines) + "\n")
    if part is not None and part.is_block:
        return Written("", tuple(_indented(lines, hang if part.kind is Kind.LIST else step)))
    return Written(lines[0], tuple(lines[1:])) if lines else Written("")
