"""One thing that was looked at, and how it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.model.diagnostics import EngineError
from engine.model.moments import Clock

SOME = 5
"""So many names are listed; of the others, how many there are."""


class Mark(StrEnum):
    """How it is: well, worth a look, or in the way of the nights."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """One line: `name` is unique within `group`; `facts` fill the places of the texts of `code`."""

    group: str
    name: str
    status: Mark
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Makes the checks of one group; their texts stand under its code, by their names or by `kind`."""

    name: str
    code: str

    def ok(self, name: str, kind: str = "", /, **facts: object) -> Check:
        """All is well."""
        return self._check(Mark.OK, name, kind, facts)

    def note(self, name: str, kind: str = "", /, **facts: object) -> Check:
        """Somebody may want to know."""
        return self._check(Mark.NOTE, name, kind, facts)

    def problem(self, name: str, kind: str = "", /, **facts: object) -> Check:
        """Somebody has to do something."""
        return self._check(Mark.PROBLEM, name, kind, facts)

    def broken(self, name: str, failure: EngineError) -> Check:
        """What a failure of the world says of itself."""
        return Check(self.name, name, Mark.PROBLEM, failure.code, dict(failure.facts))

    def _check(self, mark: Mark, name: str, kind: str, facts: Mapping[str, object]) -> Check:
        told = {key: str(value) for key, value in facts.items()}
        return Check(self.name, name, mark, self.code, {"kind": kind or name, **told})


def listed(names: Iterable[object]) -> str:
    """Some names for the fact `known`."""
    every = [str(one) for one in names]
    rest = len(every) - SOME
    return "、".join(every if rest <= 0 else [*every[:SOME], f"+{rest}"])


def wall(moment: datetime, clock: Clock) -> str:
    """A moment on the wall clock of the workspace."""
    return f"{moment.astimezone(clock.zone):%Y-%m-%d %H:%M}"
