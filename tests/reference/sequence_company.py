"""A company as plain rows, and where each of its records is in a workflow: what `sequences.py` works on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from engine.model.calendars import PLAIN, Calendar
from tests.reference.days import moved
from tests.reference.sequence_conditions import asked, length_of

Row: TypeAlias = dict[str, Any]
Rule: TypeAlias = Mapping[str, Any]
TIME, MET = "time", "met"
WITHDRAWN = "a question whose time is over is withdrawn by a `stop` in its otherwise"


@dataclass(frozen=True)
class Stay:
    """A wait: where, until when, and what else would end it."""

    path: str
    until: datetime
    met: Callable[[], str | None]


Walk: TypeAlias = Generator[Stay, str, None]


@dataclass(eq=False)
class Enrollment:
    """One record's walk through one workflow."""

    workflow: Rule
    record: str
    start: datetime
    once: Any
    control: bool
    state: str = "waiting"
    reason: str | None = None
    stay: Stay | None = None
    goal_by: datetime | None = None
    goal_at: datetime | None = None
    is_episode_open: bool = True
    walk: Walk | None = None
    journal: set[tuple[str, str]] = field(default_factory=set)
    reached: dict[str, datetime] = field(default_factory=dict)
    """Name of a step -> when it was done."""
    tasks: dict[str, Row | None] = field(default_factory=dict)
    """Name of a step -> the task it gave; None where that was withheld."""
    asks: dict[str, Row] = field(default_factory=dict)
    """Path of a step -> its question."""
    watched: list[tuple[Row, Rule]] = field(default_factory=list)
    """Tasks that are done as soon as a condition holds."""


@dataclass
class Company:
    """Customers, what points to them, colleagues, and everything that workflows have done."""

    zone: ZoneInfo
    now: datetime
    staff: dict[str, Row]
    customers: dict[str, Row]
    related: dict[str, list[Row]]
    exclusions: Sequence[Rule] = ()
    fallback: str = "S9"
    calendar: Calendar = PLAIN
    tasks: list[Row] = field(default_factory=list)
    notices: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Workflow, record, to whom, what."""
    enrollments: list[Enrollment] = field(default_factory=list)
    known: frozenset[str] = frozenset()
    """Disagreements that are known, on which the reference follows the engine until they are settled."""
    is_control: Callable[[str, str], bool] = field(default=lambda _workflow, _record: False)
    """Who is in the control group is drawn by the engine and told here."""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def answer(self, enrollment: Enrollment, path: str, answer: str, now: datetime) -> bool:
        """The first answer counts; after `within` there is none (Meaning 12)."""
        ask = enrollment.asks[path]
        if ask["state"] != "open" or now >= ask["until"]:
            return False
        ask.update(state="answered", answer=answer)
        return True

    def present(self, key: str | None) -> str:
        """Who has left is stood in for by the next up, nobody by the fallback person (Meaning 18)."""
        while key is not None and key in self.staff:
            if self.staff[key].get("在职") != "否":
                return key
            key = self.staff[key].get("上级")
        return self.fallback

    def person(self, to: str, record: str) -> str:
        owner = self.customers[record]["负责人"]
        if to == "supervisor":
            return self.present(self.staff.get(owner, {}).get("上级"))
        return self.present(owner)

    def excludes(self, record: str, *kinds: str) -> bool:
        rules = [one["if"] for one in self.exclusions if one["from"] in kinds]
        return any(self.holds(one, record) for one in rules)

    def holds(self, condition: Rule, record: str, one: Enrollment | None = None) -> bool:
        """Unknown counts as no (Meaning 2)."""
        return asked(condition, self, self.customers[record], one) is True

    def after(self, length: str) -> datetime:
        """So much later, at the same time of day (Meaning 9); hours are hours."""
        return later(self.now, length, self.zone, self.calendar)


def later(now: datetime, length: str, zone: ZoneInfo, calendar: Calendar) -> datetime:
    """The instant at which a wait that begins now ends."""
    amount, unit = length.split(" ", 1)
    if unit in {"hours", "minutes"}:
        return now + timedelta(**{unit: int(amount)})
    local = now.astimezone(zone)
    if unit != "working days":
        day = moved(local.date(), length_of(length), 1)
    else:
        day, left = local.date(), int(amount)
        while left:
            day += timedelta(days=1)
            left -= calendar.is_working(day)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)
