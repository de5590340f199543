"""Mistakes in files are values (Diagnostic); failures of the world are exceptions (EngineError)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
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


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.5) -> str:
    """The known word closest to a misspelt one, or an empty text; the same letters are closest."""
    found = get_close_matches(word, list(known), n=3, cutoff=likeness)
    return next((one for one in found if sorted(one) == sorted(word)), found[0] if found else "")


def alike(word: str, spellings: Iterable[tuple[str, str]], most: int = 3) -> list[str]:
    """What somebody may have meant, the likeliest first: each spelling comes with what it stands for.

    Capitals are of no account; what holds the whole word is as likely as what is spelt like it.
    """
    asked, found = word.casefold(), dict[str, tuple[float, bool, str]]()
    for spelling, meant in spellings:
        told = spelling.casefold()
        likeness = _likeness(asked, told)
        rank = -likeness, _squeezed(told) != _squeezed(asked), meant
        if likeness >= _ALIKE and (meant not in found or rank < found[meant]):
            found[meant] = rank
    ranks = sorted(found.values())
    return [meant for likeness, _, meant in ranks if likeness <= ranks[0][0] + _NEARLY][:most]


def near_facts(near: Sequence[str]) -> dict[str, str]:
    """The facts of what is near: `nearest` where it is one, `known` where they are several."""
    return {"nearest": near[0] if len(near) == 1 else "", "known": "、".join(near) if len(near) > 1 else ""}


_ALIKE, _PART, _NEARLY = 0.6, 0.8, 0.05
"""From this likeness on a name is told, others that are nearly as like with it; that of a part of a name."""


def _likeness(asked: str, told: str) -> float:
    matcher = SequenceMatcher(None, told, asked, autojunk=False)
    is_part = len(asked) > 1 and asked in told
    likeness = matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0
    return max(likeness, _PART) if is_part else likeness


def _squeezed(text: str) -> str:
    """Without doubled signs: the zero too many, or too few, is the usual slip."""
    return "".join(one for one, before in zip(text, f" {text}", strict=False) if one != before)


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
