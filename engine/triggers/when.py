"""`when: by_hand`: a person starts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.calendars import OnDays
from engine.model.document import Mapping, Scalar
from engine.model.kinds import Schema
from engine.shapes.reading import Reading
from engine.shapes.schema import one_of_words


@dataclass(frozen=True, slots=True)
class When:
    """Runs when a person says so."""

    name: ClassVar[str] = "when"
    schema: ClassVar[Schema] = {"when": one_of_words("by_hand")}
    example: ClassVar[str] = "{when: by_hand}"

    zone: str = ""

    def cron(self) -> str | None:
        """No clock starts it."""
        return None

    def on_days(self) -> OnDays | None:
        """No calendar starts it."""
        return None

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Self | None:
        """By hand; the events of the language come later."""
        written = node.get("when")
        if isinstance(written, Scalar) and written.text in {"created", "changed"}:
            reading.problems.error(written.span, "W290", word=f"when: {written.text}")
            return None
        return cls()
