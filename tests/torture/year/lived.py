"""Living through a plan: the worker is stepped from moment to moment, disturbed or left in peace."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.torture.year.company import Company
from tests.torture.year.plan import Day, Edit
from tests.torture.year.worker import Answer, Station, Step, since

FEW_POINTS = 200
"""How much a round of the night does at least, before one was counted."""
BY_DAY = 1
"""The place of a round among those of a day: after it people decide, order and write."""


@dataclass
class Lived:
    """What a year came to."""

    nights: int = 0
    rounds: int = 0
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    recovered: float = 0.0
    """Seconds from a fault to the end of the round that made up for it, the longest there was."""
    wrong: list[str] = field(default_factory=list)


class Year:
    """A company, a plan, and whether anything breaks."""

    def __init__(
        self, company: Company, *, is_disturbed: bool, restart: Callable[[], None] | None = None
    ) -> None:
        """`restart`: restarts the database server in the middle of a run; else its file is moved away."""
        self.company, self._is_disturbed, self._restart = company, is_disturbed, restart
        self._dice = random.Random(f"faults {company.seed}")
        self._worker: Station | None = None
        self._points = FEW_POINTS
        self._edits: tuple[Edit, ...] = ()
        self.lived = Lived()

    def live(self, plan: list[Day]) -> Lived:
        """All of it; the worker leaves at the end."""
        self.company.found(plan[0].moments[0].replace(minute=0))
        for day in plan:
            self.lived.nights += 1
            self._night(day)
            for place, moment in enumerate(day.moments[1:], 1):
                self._round(moment)
                if place == BY_DAY:
                    self.company.decide(moment)
                    self.company.live(moment, day.day)
        if self._worker is not None and self._worker.leave() != 0:
            self.lived.wrong.append("the worker did not leave in peace")
        return self.lived

    # --- rounds -----------------------------------------------------------------------------------

    def _station(self, at: datetime) -> Station:
        if self._worker is None:
            self.company.workspace()
            self._worker = self._new(at)
        return self._worker

    def _new(self, at: datetime) -> Station:
        return Station(self.company.root, self.company.url, at, self.company.prepare)

    def _round(self, at: datetime) -> Answer:
        """A round that nothing befalls."""
        self.lived.rounds += 1
        answer = self._station(at).step(Step(at.isoformat()))
        if answer.state != "well":
            self.lived.wrong.append(f"{at}: a round that nothing befell is {answer.state}")
        return answer

    def _night(self, day: Day) -> None:
        at, began = day.moments[0], time.monotonic()
        self._edits = day.edits
        if not self._is_disturbed:
            self._round(at)
        else:
            {"full": self._full, "away": self._away, "frozen": self._frozen, "two": self._two}.get(
                day.fault, lambda _: None
            )(at)
            self._killed(at)
            self.lived.faults[day.fault] += 1
            self.lived.recovered = max(self.lived.recovered, since(began))
        self._save()

    def _save(self) -> None:
        """Somebody edits files; at night it happens in the middle of a run."""
        for one in self._edits:
            if one.change is not None:
                self.company.edit(one.file, one.change)
            if one.moved_to:
                (self.company.root / one.file).rename(self.company.root / one.moved_to)
        self._edits = ()

    # --- faults -----------------------------------------------------------------------------------

    def _killed(self, at: datetime) -> None:
        """Every night: at a random point of its work, or when it rests; another worker goes on."""
        dies = self._dice.randint(1, max(self._points, FEW_POINTS))
        worker = self._station(at)
        answer = worker.step(Step(at.isoformat(), dies=dies, waits=self._dice.randint(1, 3)))
        if answer.state == "waits":
            self._save()
            answer = worker.go_on()
        if answer.state == "well":
            self._points = answer.points
            worker.kill()
        elif answer.state == "away":
            self.lived.wrong.append(f"{at}: a round failed that was only to be killed")
            worker.kill()
        self.lived.kills += 1
        self._worker = None
        self._points = max(FEW_POINTS, self._points, self._round(at).points)

    def _full(self, at: datetime) -> None:
        """Two rounds on a disk without room."""
        answers = [self._station(at).step(Step(at.isoformat(), is_full=True)) for _ in range(2)]
        if [one.state for one in answers] != ["away"] * 2:
            self.lived.wrong.append(f"{at}: a full disk was not noticed")

    def _away(self, at: datetime) -> None:
        """The database is restarted in the middle of a run, or is not where it was."""
        worker = self._station(at)
        if self._restart is not None:
            answer = worker.step(Step(at.isoformat(), waits=1))
            if answer.state != "waits":
                self.lived.wrong.append(f"{at}: there was no run in which to restart the database")
                return
            self._restart()
            answer = worker.go_on()
            is_fine = answer.state in {"away", "well"}  # it may connect again within its round
        else:
            database = self.company.database
            away = database.rename(database.with_name("away.db"))
            database.mkdir()
            answer = worker.step(Step(at.isoformat()))
            database.rmdir()
            away.rename(database)
            is_fine = answer.state == "away"
        if not is_fine:
            self.lived.wrong.append(f"{at}: a database that went away, and the worker is {answer.state}")

    def _frozen(self, at: datetime) -> None:
        """A worker is stopped between two chunks, past its lease; another goes on; then it wakes."""
        stopped = self._station(at)
        answer = stopped.step(Step(at.isoformat(), freezes=self._dice.randint(1, 3)))
        if answer.state == "freezes":
            self._worker = None
            self._round(at)  # the lease is not over
            self._worker, other = stopped, self._worker
            assert other is not None
            later = other.step(Step(later_than(at)))
            if later.state != "well":
                self.lived.wrong.append(f"{at}: nobody went on with what a stopped worker had")
            before = self._counts()
            if stopped.thaw().state not in {"well", "away"}:
                self.lived.wrong.append(f"{at}: a worker that was stopped did not wake")
            if self._counts() != before:
                self.lived.wrong.append(f"{at}: a worker that was stopped has written when it woke")
            other.kill()
            self.lived.kills += 1

    def _two(self, at: datetime) -> None:
        """Two workers at the same moment; one of them is killed on the way."""
        first, second = self._station(at), self._new(at)
        first.send(Step(at.isoformat()))
        second.send(Step(at.isoformat(), dies=self._dice.randint(1, self._points)))
        answers = [first.answer(), second.answer()]
        if answers[0].state != "well" or answers[1].state not in {"well", "dead"}:
            self.lived.wrong.append(f"{at}: of two workers {[one.state for one in answers]}")
        if answers[1].state != "dead":
            second.kill()
        self.lived.kills += 1

    def _counts(self) -> list[list[tuple[int, ...]]]:
        tables = ("runs", "journal", "outbox", "enrollments", "inbox")
        with self.company.look() as ask:
            return [ask(f"SELECT count(*) FROM wakeline_{one}") for one in tables]


def later_than(at: datetime) -> str:
    """When a lease from then is over, and the next round of the plan has not come."""
    return (at + timedelta(minutes=16)).isoformat()
