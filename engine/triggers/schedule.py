"""`schedule: "0 1 * * *"`: five cron fields, for those who know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.cron import cron_problem
from engine.model.calendars import OnDays
from engine.model.document import Mapping, Scalar
from engine.model.kinds import Schema
from engine.model.nights import CatchUp, Overlap
from engine.shapes.reading import Reading
from engine.triggers.clock import CLOCK, catch_up_of, note_cron_problem, overlap_of, zone_of


@dataclass(frozen=True, slots=True)
class Schedule:
    """Runs by a cron expression of five fields."""

    name: ClassVar[str] = "schedule"
    schema: ClassVar[Schema] = {"schedule": {"type": "string", "examples": ["0 1 * * *"]}, **CLOCK}
    example: ClassVar[str] = '{schedule: "0 1 * * *"}'

    expression: str
    zone: str
    catch_up: CatchUp = CatchUp.ONCE
    overlap: Overlap = Overlap.SKIP

    def cron(self) -> str | None:
        """The five cron fields."""
        return self.expression

    def on_days(self) -> OnDays | None:
        """Cron fields say it all."""
        return None

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Self | None:
        """The expression, refused when it never or oddly fires."""
        written = node.get("schedule")
        assert isinstance(written, Scalar)
        problem = cron_problem(written.text)
        if problem is not None:
            note_cron_problem(problem, written.span, reading)
            return None
        return cls(written.text, zone_of(node, reading), catch_up_of(node), overlap_of(node))
