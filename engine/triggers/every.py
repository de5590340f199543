"""`every: day, at: "01:00"`: a schedule in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.cron import CronProblem, cron_of_every
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.kinds import Schema
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, one_or_many
from engine.triggers.clock import CLOCK, note_cron_problem, zone_of


@dataclass(frozen=True, slots=True)
class Every:
    """Runs by the calendar: every day, every Monday, every month on the 1st, every 30 minutes."""

    name: ClassVar[str] = "every"
    schema: ClassVar[Schema] = {
        "every": one_or_many(TEXT),
        "at": {"type": "string", "examples": ["01:00"]},
        "day": {"type": ["integer", "string"], "examples": [1, "last"]},
        **CLOCK,
    }
    example: ClassVar[str] = '{every: day, at: "01:00"}'

    expression: str
    zone: str

    def cron(self) -> str | None:
        """The five cron fields."""
        return self.expression

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Self | None:
        """The cron fields that the words stand for."""
        written, at, day = node.get("every"), node.get("at"), node.get("day")
        assert written is not None
        words: str | list[str]
        if isinstance(written, Sequence):
            words = [one.text for one in written.items if isinstance(one, Scalar)]
        else:
            words = written.text if isinstance(written, Scalar) else ""
        cron = cron_of_every(words, _text(at), _text(day))
        if isinstance(cron, CronProblem) and cron.kind == "unwanted":
            alone = cron_of_every(words, None, None)  # a word that is unknown is the worse mistake
            cron = alone if isinstance(alone, CronProblem) else cron
        if not isinstance(cron, str):
            note_cron_problem(cron, _guilty(cron, node).span, reading)
            return None
        return cls(cron, zone_of(node, reading))


_ABOUT = {"time": "at", "day_of_month": "day"}


def _guilty(problem: CronProblem, node: Mapping) -> Node:
    """The value that a problem is about; the key of one that is not wanted."""
    facts = dict(problem.facts)
    if problem.kind == "unwanted":
        return node.key(facts["key"])
    every = node.get("every")
    assert every is not None
    items = every.items if isinstance(every, Sequence) else ()
    wrong = next((one for one in items if isinstance(one, Scalar) and one.text == facts.get("value")), every)
    return node.get(_ABOUT[problem.kind]) or wrong if problem.kind in _ABOUT else wrong


def _text(node: object) -> str | None:
    return node.text if isinstance(node, Scalar) else None
