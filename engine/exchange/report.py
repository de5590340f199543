"""What an import did: counts, and what was refused or passed over, as codes and facts."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_SHOWN = 200
"""Cells are quoted in a report up to so many characters."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth saying that kept no row out; `facts` fill the texts under `code`."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a row was kept out. `column` is the header as written, empty for the whole row."""

    row: int
    column: str
    value: str
    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome; `refused` holds the first reasons only, `refused_rows` counts every row kept out."""

    rows: int
    added: int
    updated: int
    unchanged: int
    refused_rows: int
    refused: tuple[Refusal, ...]
    encoding: str
    separator: str
    ignored: tuple[str, ...]
    notes: tuple[Note, ...]


def facts_of(**facts: object) -> tuple[tuple[str, str], ...]:
    """Facts as text, by name, long ones shortened."""
    return tuple((name, shortened(str(value))) for name, value in sorted(facts.items()))


def shortened(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
