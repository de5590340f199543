"""Commented files at random, which know of each comment whose it is: they were written so."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Said:
    """A comment: `lead` above what it is about, `end` behind it, `inside` at its end, `free` nobody's."""

    kind: str
    whose: Path


@dataclass
class Commented:
    """Writes a file line by line; every key and every text in it is there once."""

    random: random.Random
    lines: list[str] = field(default_factory=list)
    comments: dict[str, Said] = field(default_factory=dict)
    rich: float = 0.35
    count: int = 0
    step: int = 2
    hang: int = 2
    data: Any = None
    eol: str = "\n"
    ends: bool = True

    @classmethod
    def drawn(cls, seed: int) -> Commented:
        drawn = random.Random(seed)
        made = cls(drawn, step=drawn.choice([2, 2, 4]), eol=drawn.choice(["\n", "\n", "\r\n"]))
        made.hang = drawn.choice([0, 2, made.step])
        made.data = made.mapping((), 0, 0)
        made.ends = (
            drawn.random() < 0.9 or "# v" in made.lines[-1]
        )  # a text block's last line end is part of it
        return made

    @property
    def text(self) -> str:
        return self.eol.join(self.lines) + self.eol * self.ends

    # --- signs that are there once -------------------------------------------------------------------

    def name(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def said(self, kind: str, whose: Path) -> str:
        text = f"# {self.name('c')}" + self.random.choice(["", " 只看金卡", ": [x", " - y", " 'z", "\t#!"])
        self.comments[text.rstrip()] = Said(kind, whose)
        return text

    def likely(self, share: float = 1.0) -> bool:
        return self.random.random() < self.rich * share

    def end(self, whose: Path) -> str:
        return self.random.choice(["  ", " "]) + self.said("end", whose) if self.likely() else ""

    # --- lines ---------------------------------------------------------------------------------------

    def above(self, whose: Path, held: Path, column: int) -> None:
        """What stands above an item that begins its line."""
        if self.likely(0.5):
            self.lines.append("")
        if self.likely(0.4):
            self.lines += [" " * column + self.said("free", held), self.random.choice(["", "  "])]
        while self.likely(0.8):
            self.lines.append(" " * column + self.said("lead", whose))

    def mapping(self, path: Path, column: int, depth: int, first: str | None = None) -> dict[str, Any]:
        """Entries at a column; `first` is what the first line already begins with."""
        found: dict[str, Any] = {}
        for number in range(self.random.randint(1, 4)):
            key = self.name(self.random.choice(["k", "键"]))
            whose = (*path, key)
            start = " " * column
            if first is not None and not number:
                start = first
            else:
                self.above(whose, path, column)
            written = self.random.choice([key, key, key, f'"{key}"'])
            found[key] = self.value(whose, f"{start}{written}:", column, depth)
        self.tail(path, column)
        return found

    def items(self, path: Path, column: int, depth: int, first: str | None = None) -> list[Any]:
        found: list[Any] = []
        for number in range(self.random.randint(1, 4)):
            whose = (*path, number)
            start = " " * column
            if first is not None and not number:
                start = first
            else:
                self.above(whose, path, column)
            kind = self.random.random()
            if kind < 0.3 and depth < 3 and first is None:  # the loader flattens `- - key: …`
                found.append(self.mapping(whose, column + 2, depth + 1, f"{start}- "))
            elif kind < 0.38 and depth < 3:
                found.append(self.items(whose, column + 2, depth + 1, f"{start}- "))
            else:
                found.append(self.value(whose, f"{start}-", column, 9))
        return found

    def tail(self, path: Path, column: int) -> None:
        """Below the last of them, at their column: nobody's, while a blank line follows."""
        if column and self.likely(0.3):
            self.lines += [" " * column + self.said("free", path), ""]

    def value(self, whose: Path, start: str, column: int, depth: int) -> Any:
        kinds = [self.scalar] * 4 + [self.bracketed, self.several, self.quoted_lines, self.text_block]
        kinds += [self.braced, self.nested] + [self.below] * start.endswith(":")
        if depth < 3:
            kinds += [self.block_list, self.block_mapping] * (4 if not depth else 2)
        value = self.random.choice(kinds)(whose, start, column, depth)
        if self.likely(0.3) and not self.lines[-1].startswith(" " * (column + 1) + "#") and self.hang:
            self.lines.append(" " * (column + 1) + self.said("inside", whose))
        return value

    def scalar(self, whose: Path, start: str, column: int, depth: int) -> Any:
        text = self.name("v")
        written, value = self.random.choice([
            (text, text), (f"'{text}'", text), (f'"{text}"', text), ("5", 5), ("true", True),
            (f"{text} 客户，好：吗", f"{text} 客户，好：吗"), (f'"{text}: # \\n𠮷🎉"', f"{text}: # \n𠮷🎉"),
            ("", None), ("null", None), ("~", None),
        ])  # fmt: skip
        if value is not None and not isinstance(value, str) and isinstance(whose[-1], int):
            written, value = text, text
        self.lines.append(
            f"{start} {written}".rstrip() + self.end(whose) + self.random.choice(["", "", "  "])
        )
        return value

    def bracketed(self, whose: Path, start: str, column: int, depth: int) -> Any:
        names = [self.name("v") for _ in range(self.random.randint(0, 4))]
        comma = self.random.choice([", ", ",  ", ","])
        if self.random.random() < 0.6:
            written, value = f"[{comma.join(names)}]", names
        else:
            comma = ", " if comma == "," else comma
            keys = [self.name("k") for _ in names]
            written = f"{{{comma.join(f'{key}: {name}' for key, name in zip(keys, names, strict=True))}}}"
            value = dict(zip(keys, names, strict=True))
        self.lines.append(f"{start} {written}" + self.end(whose))
        return value

    def several(self, whose: Path, start: str, column: int, depth: int) -> Any:
        """A list in brackets, an item a line."""
        names = [self.name("v") for _ in range(self.random.randint(1, 4))]
        indent = " " * (column + 3)
        opens_alone, closes_alone = self.random.random() < 0.5, self.random.random() < 0.5
        line = f"{start} ["
        if opens_alone:
            self.lines.append(line)
            line = indent
        for number, name in enumerate(names):
            is_last = number == len(names) - 1
            if (number or opens_alone) and self.likely(0.6):
                self.lines.append(indent + self.said("lead", (*whose, number)))
            line += name
            if not is_last or (closes_alone and self.likely()):
                line += ","
            if is_last and not closes_alone:
                break
            self.lines.append(line + self.end((*whose, number)))
            line = indent
        self.lines.append((" " * (column + 1) if closes_alone else line) + "]")
        return names

    def braced(self, whose: Path, start: str, column: int, depth: int) -> Any:
        """A mapping in braces, an entry a line."""
        found: dict[str, Any] = {}
        indent = " " * (column + 2)
        self.lines.append(f"{start} {{")
        count = self.random.randint(1, 3)
        for number in range(count):
            key, name = self.name("k"), self.name("v")
            if self.likely(0.6):
                self.lines.append(indent + self.said("lead", (*whose, key)))
            comma = "," if number < count - 1 or self.likely() else ""
            written, found[key] = self.random.choice([(name, name), (f"[{name}]", [name]), ("", None)])
            self.lines.append(f"{indent}{key}: {written}{comma}" + self.end((*whose, key)))
        if self.likely(0.5):
            self.lines.append(indent + self.said("free", whose))
        self.lines.append(" " * (column + 1) + "}")
        return found

    def nested(self, whose: Path, start: str, column: int, depth: int) -> Any:
        """Brackets in brackets, on a line or two."""
        one, two, three, key = (self.name(letter) for letter in "vvvk")
        before, below = self.random.choice([(", ", 0), (",", 0), (",", column + 4), (" , ", column + 1)])
        pair = self.random.choice([f"{{{key}: [{two}]}}", f"{{{key}: [{two}], }}", f"{{ {key}: [ {two} ] }}"])
        line = f"{start} [[{one}]{before}"
        if below:
            self.lines.append(line)
            line = " " * below
        self.lines.append(f"{line}{pair}, {three} ]" + self.end(whose))
        return [[one], {key: [two]}, three]

    def below(self, whose: Path, start: str, column: int, depth: int) -> Any:
        """A value on the line below its key."""
        name = self.name("v")
        self.lines.append(start + self.end(whose))
        written, value = self.random.choice([(name, name), (f"[{name}]", [name]), (f'"{name}"', name)])
        self.lines.append(" " * (column + 2) + written)
        return value

    def quoted_lines(self, whose: Path, start: str, column: int, depth: int) -> Any:
        one, other = self.name("v"), self.name("v")
        sign = self.random.choice(['"', "'", ""])
        self.lines += [f"{start} {sign}{one}", " " * (column + 3) + f"{other}{sign}" + self.end(whose)]
        return f"{one} {other}"

    def text_block(self, whose: Path, start: str, column: int, depth: int) -> Any:
        one, other = self.name("v"), self.name("v")
        sign, end = self.random.choice([("|", "\n"), ("|-", ""), ("|+", "\n\n"), (">", "\n"), ("|2", "\n")])
        comment = self.end(whose) if start.endswith(":") else ""
        inner = " " * (column + 2)
        self.lines += [f"{start} {sign}{comment}", f"{inner}{one}", f"{inner}# {other}"]
        if sign == "|+" or self.likely(0.5):
            self.lines.append("")
        return f"{one} # {other}{end}" if sign == ">" else f"{one}\n# {other}{end}"

    def block_list(self, whose: Path, start: str, column: int, depth: int) -> Any:
        self.lines.append(start + self.end(whose))
        return self.items(whose, column + self.hang, depth + 1)

    def block_mapping(self, whose: Path, start: str, column: int, depth: int) -> Any:
        self.lines.append(start + self.end(whose))
        return self.mapping(whose, column + self.step, depth + 1)
