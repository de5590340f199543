"""What an import did: counts, and what was refused or passed over, as codes and facts."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.entities import Module

LONGEST_SHOWN = 200
"""Cells are quoted in a report up to so many characters."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth saying that kept no row out; `facts` fill the texts under `code`.

    A warning is told with its hint: what was read is probably not what was meant.
    """

    code: str
    facts: tuple[tuple[str, str], ...] = ()
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a row was kept out. `column` is the header as written, empty for the whole row."""

    row: int
    column: str
    value: str
    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LoosePlace:
    """A cell whose link leads nowhere: no record has the key `value`, or is called so."""

    row: int
    value: str


@dataclass(frozen=True, slots=True)
class LooseColumn:
    """A column with links of rows that were taken in, though the records they lead to are not there.

    `places` holds the first cells only, `count` counts all. Where the module `to` has no records at all its
    file has not come yet; else the links are as likely to be slips.
    """

    column: str
    to: Module
    is_required: bool
    to_is_empty: bool
    count: int
    places: tuple[LoosePlace, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome; `refused` holds the first reasons only, `refused_rows` counts every row kept out.

    `loose` are links of the file that lead nowhere, `loose_elsewhere` counts those that came before and lead
    to this module. `page` is the sheet of a workbook; a text file has an encoding and a separator instead.
    """

    rows: int
    added: int
    updated: int
    unchanged: int
    refused_rows: int
    refused: tuple[Refusal, ...]
    loose: tuple[LooseColumn, ...]
    loose_elsewhere: int
    page: str
    encoding: str
    separator: str
    ignored: tuple[str, ...]
    notes: tuple[Note, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to be mended; a link that waits for a file to come is no fault."""
        is_settled = not self.loose_elsewhere and all(one.to_is_empty for one in self.loose)
        return is_settled and not self.refused_rows


def facts_of(**facts: object) -> tuple[tuple[str, str], ...]:
    """Facts as text, by name, long ones shortened."""
    return tuple((name, shortened(str(value))) for name, value in sorted(facts.items()))


def shortened(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
