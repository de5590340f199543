"""Mistakes in files are values (Diagnostic); failures of the world are exceptions (EngineError)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from engine.model.document import Span


class Severity(StrEnum):
    """How much a diagnostic weighs: an error keeps the file from running, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One mistake with its place; `facts` fill the placeholders of the texts under `code`."""

    at: Span
    code: str
    severity: Severity = Severity.ERROR
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Problems:
    """Collects diagnostics, so that a file's mistakes are all shown at once."""

    found: list[Diagnostic] = field(default_factory=list)

    def error(self, at: Span, code: str, **facts: object) -> None:
        """Note an error at a place; facts are shown as text."""
        self._add(at, code, Severity.ERROR, facts)

    def warning(self, at: Span, code: str, **facts: object) -> None:
        """Note something that runs, but probably not as meant."""
        self._add(at, code, Severity.WARNING, facts)

    def _add(self, at: Span, code: str, severity: Severity, facts: dict[str, object]) -> None:
        texts = tuple((name, str(value)) for name, value in sorted(facts.items()))
        self.found.append(Diagnostic(at, code, severity, texts))

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Everything found, by place, without doubles."""
        return tuple(sorted(set(self.found)))

    @property
    def has_errors(self) -> bool:
        """Whether anything found keeps the file from running."""
        return has_errors(self.found)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error."""
    return any(one.severity is Severity.ERROR for one in diagnostics)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word closest to a misspelt one, or an empty text."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return found[0] if found else ""


class EngineError(Exception):
    """A failure of the world, told by a code and facts like a diagnostic."""

    code = "W901"

    def __init__(self, code: str | None = None, **facts: object) -> None:
        self.code = code or self.code
        self.facts = {name: str(value) for name, value in facts.items()}
        super().__init__(self.code, self.facts)


class WrongUsage(EngineError):
    """The command names something that is not there."""

    code = "W902"


class StoreError(EngineError):
    """The database cannot be read or written, or lacks a table or column."""

    code = "W401"


class StoreAway(StoreError):
    """The database is away, locked or full for a time; the same again goes on later where it stopped."""

    code = "W416"


class StoreLost(StoreAway):
    """A connection broke, or somebody was in the way: another try may go through at once."""


class RecordRefused(EngineError):
    """The database refuses a row by a constraint or a trigger of its own."""

    code = "W606"


class StaleFence(EngineError):
    """A run was taken over by another worker: nothing more is written for it here."""

    code = "W641"


class ChannelError(EngineError):
    """A channel could not hand a message over."""

    code = "W701"


class FilesRejected(EngineError):
    """The files hold errors; nothing was run."""

    code = "W903"

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__()
        self.diagnostics = diagnostics
