"""`every: day, at: "01:00"`: a schedule in words."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import dataclass
from datetime import time
from typing import ClassVar, Self

from engine.cron import CronProblem, cron_of_every
from engine.model.calendars import Festival, OnDays
from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.entities import Labels
from engine.model.kinds import Schema
from engine.model.nights import CatchUp, Overlap
from engine.shapes.reading import CALENDAR_USE, Reading
from engine.shapes.schema import TEXT, one_or_many
from engine.shapes.times import note_calendar
from engine.triggers.clock import CLOCK, catch_up_of, note_cron_problem, overlap_of, zone_of


@dataclass(frozen=True, slots=True)
class Every:
    """Runs by the calendar: every day, every Monday, every month on the 1st, every 30 minutes; on every
    working day and on festivals, which the calendar file knows.
    """

    name: ClassVar[str] = "every"
    schema: ClassVar[Schema] = {
        "every": one_or_many(TEXT),
        "at": {"type": "string", "examples": ["01:00"]},
        "day": {"type": ["integer", "string"], "examples": [1, "last"]},
        "names": one_or_many({"type": "string", "examples": ["春节", "中秋节"]}),
        **CLOCK,
    }
    example: ClassVar[str] = '{every: day, at: "01:00"}'

    expression: str
    zone: str
    days: OnDays | None = None
    catch_up: CatchUp = CatchUp.ONCE
    overlap: Overlap = Overlap.SKIP

    def cron(self) -> str | None:
        """The five cron fields; None on days of the calendar file."""
        return self.expression if self.days is None else None

    def on_days(self) -> OnDays | None:
        """The days of the calendar file."""
        return self.days

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Self | None:
        """The cron fields that the words stand for."""
        written, at, day = node.get("every"), node.get("at"), node.get("day")
        assert written is not None
        words: str | list[str] = [one.text for one in _scalars(written)]
        if isinstance(written, Scalar):
            words = written.text
        is_of_calendar = words in (_WORKING_DAY, _FESTIVAL)
        cron = cron_of_every("day" if is_of_calendar else words, _text(at), _text(day))
        if "names" in node and words != _FESTIVAL and isinstance(cron, str):
            cron = CronProblem("unwanted", (("key", "names"),))
        if isinstance(cron, CronProblem) and cron.kind == "unwanted" and not is_of_calendar:
            alone = cron_of_every(words, None, None)  # a word that is unknown is the worse mistake
            cron = alone if isinstance(alone, CronProblem) and alone.kind == "every" else cron
        if isinstance(cron, CronProblem):
            note_cron_problem(cron, _guilty(cron, node).span, reading)
            return None
        days = _read_days(node, cron, reading) if is_of_calendar else None
        if is_of_calendar and days is None:
            return None
        return cls(cron, zone_of(node, reading), days, catch_up_of(node), overlap_of(node))


_WORKING_DAY, _FESTIVAL = "working day", "festival"


def _read_days(node: Mapping, cron: str, reading: Reading) -> OnDays | None:
    """The days of the calendar file; `cron` strikes daily at the time that is meant."""
    minute, hour = cron.split()[:2]
    at, written = time(int(hour), int(minute)), node.get("every")
    assert isinstance(written, Scalar)
    if written.text == _WORKING_DAY:
        note_calendar(written, reading)
        return OnDays(at)
    names = node.get("names")
    if names is None:
        reading.problems.error(node.span.start(), "W211", key="names")
        return None
    found = [name.text for name in _scalars(names) if _is_festival(name, reading)]
    return OnDays(at, tuple(found)) if found else None


def _is_festival(name: Scalar, reading: Reading) -> bool:
    """Whether the calendar file knows a festival; what it knows is told where it does not."""
    known = reading.settings.calendar.festivals
    if name.text in known:
        reading.uses.add(CALENDAR_USE)
        return True
    if reading.settings.late_calendar.lacks:
        note_calendar(name, reading)
        return False
    facts = {"kind": "" if known else "none", "value": name.text, "nearest": nearest(name.text, known)}
    reading.problems.error(name.span, "W523", known=_told(known), **facts)
    return False


def _told(known: Words[str, Festival]) -> str:
    """The names of festivals, each once: of several names the first is Chinese and the last English."""
    names: dict[int, list[str]] = {}
    for name, festival in known.items():
        names.setdefault(id(festival), []).append(name)
    return Labels(
        "、".join(one[0] for one in names.values()), "、".join(one[-1] for one in names.values())
    ).told


def _scalars(node: Node) -> list[Scalar]:
    nodes = node.items if isinstance(node, Sequence) else (node,)
    return [one for one in nodes if isinstance(one, Scalar)]


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
