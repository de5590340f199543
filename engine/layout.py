"""The lines of a file that YAML cannot read: their indents, and whether a repair of them would help."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINES_AFTER = 40
"""A repair is tried on the text up to so many lines below the mistake."""


def bare(line: str) -> str:
    """A line with its quoted parts and its comment blotted out, at the same length."""
    return re.sub(r"""\"[^"]*"|'[^']*'|(?<!\S)#.*""", lambda found: "_" * len(found.group()), line)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file, counted from 0 as the parser counts them."""

    lines: list[str]

    def neighbours(self, number: int, level: int) -> tuple[list[int], list[int]]:
        """The lines of one level around a line, those of a list and the others."""
        dashed: list[int] = []
        plain: list[int] = []
        for step, start in ((-1, number), (1, number + 1)):
            place = start
            while 0 <= place < len(self.lines):
                line = self.line(place)
                indent = self.indent(place)
                if line.strip() and not line.lstrip().startswith("#"):
                    if indent < level:
                        break
                    if indent == level:
                        (dashed if line[level:].startswith("- ") else plain).append(place)
                place += step
        return sorted(dashed), sorted(plain)

    def above(self, number: int) -> int:
        """The nearest line above that holds anything, or -1."""
        return next((one for one in range(number - 1, -1, -1) if bare(self.line(one)).strip(" _")), -1)

    def shifted(self, number: int, column: int) -> list[str]:
        """The lines with one of them moved to a column, and those that belong to it."""
        level = self.indent(number)
        by, found = column - level, list(self.lines)
        for place in range(number, len(found)):
            if place > number and found[place].strip() and self.indent(place) <= max(level, column):
                break
            found[place] = " " * by + found[place] if by > 0 else found[place][min(-by, self.indent(place)) :]
        return found

    def indent(self, number: int) -> int:
        """How many blanks a line begins with."""
        line = self.line(number)
        return len(line) - len(line.lstrip(" "))

    def gets_further(self, number: int, line: str, failed_at: int) -> bool:
        """Whether the parser passes the place where it failed, with one line put right."""
        return self.reads([*self.lines[:number], line, *self.lines[number + 1 :]], max(failed_at, number))

    def reads(self, lines: list[str], up_to: int) -> bool:
        """Whether the parser passes that line, and the next, with the lines put right."""
        from ruamel.yaml import YAML  # noqa: PLC0415 - loaded when a file is read, not at start

        try:
            YAML().compose("\n".join(lines[: up_to + LINES_AFTER]))
        except Exception as failure:  # noqa: BLE001 - ruamel.yaml raises far more than YAMLError (LIBRARIES 2)
            mark = getattr(failure, "problem_mark", None)
            return mark is not None and mark.line > up_to + 1
        return True

    def line(self, number: int) -> str:
        """One line, counted from 0; empty where there is none."""
        return self.lines[number] if 0 <= number < len(self.lines) else ""
