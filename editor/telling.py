"""What the pages of a dry run show: a list, one person, one message; asked when it is looked at."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from editor.comparing import Comparison
from editor.trials import Trial
from engine import (
    AttendantTold,
    LetterTold,
    Part,
    Sought,
    SumsTold,
    Texts,
    TurnoutTold,
    Verdict,
    WhyTold,
    guarded_cell,
)

PAGE = 50
"""So many rows a page: no more than these are explained for it."""
_MOST_EXPORTED = 10_000
_CHUNK = 500
_MOST_CHANGES = 40
CHANGES, MESSAGES, COMPARE = "changes", "messages", "compare"


@dataclass(frozen=True)
class Choice:
    """Which list: that of a verdict, those whom one condition alone keeps out (`only`) or who lack what it
    asks for (`lacks`), `changes`, `messages` or `compare`; `page` of it, or the number of a message.
    """

    tab: str = str(Verdict.MATCH)
    only: str = ""
    lacks: str = ""
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Choice:
        """What an address says; what it says wrongly is as if it were not said."""
        tab = asked.get("tab", "")
        known = {*map(str, Verdict), CHANGES, MESSAGES, COMPARE}
        written = asked.get("page", "")
        page = int(written) if written.isdecimal() and len(written) < 9 else 1
        only, lacks = asked.get("only", ""), asked.get("lacks", "")
        return cls(tab if tab in known else str(Verdict.MATCH), only, lacks if not only else "", max(page, 1))

    @property
    def part(self) -> Part:
        """The records of the list."""
        return Part(Verdict(self.tab), self.only, self.lacks)


@dataclass(frozen=True)
class People:
    """A page of records."""

    rows: tuple[AttendantTold, ...]
    count: int
    page: int
    about: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // PAGE))

    @property
    def first(self) -> int:
        """The number of the first row."""
        return (self.page - 1) * PAGE + 1


@dataclass(frozen=True)
class LetterShown:
    """A message with its number among all."""

    number: int
    count: int
    key: str
    title: str
    letter: LetterTold
    gates: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """What is in the place of the list; `kind` says which of these it is, or that it is still being made."""

    kind: str
    people: People | None = None
    sums: SumsTold | None = None
    is_partial: bool = False
    letter: LetterShown | None = None
    letters: int = 0
    comparison: Comparison | None = None


def listed(trial: Trial, choice: Choice, language: str) -> Shown:
    """The list that is asked for."""
    if choice.tab == CHANGES:
        return _changes(trial, language)
    if choice.tab == MESSAGES:
        return _messages(trial, choice.page, language)
    if choice.tab == COMPARE:
        if trial.comparisons is None:
            return _coming(trial)
        return Shown(COMPARE, comparison=trial.comparisons.get(language))
    return Shown("people", people=_people(trial, choice, language))


def _coming(trial: Trial) -> Shown:
    return Shown("coming" if trial.is_running else "unfinished")


def _people(trial: Trial, choice: Choice, language: str) -> People:
    head = trial.heads[language]
    step = next((one for one in head.funnel if one.path in {choice.only, choice.lacks}), None)
    if step is None and (choice.only or choice.lacks):
        return People((), 0, 1)
    is_only = bool(choice.only)
    count = head.count_of(choice.tab) if step is None else step.only_this if is_only else step.unknown
    page = min(choice.page, max(1, -(-count // PAGE)))
    rows = tuple(_rows(trial, choice.part, language, first=(page - 1) * PAGE, limit=PAGE)) if count else ()
    return People(rows, count, page, "" if step is None else step.condition)


def _rows(trial: Trial, part: Part, language: str, *, first: int, limit: int) -> Iterator[AttendantTold]:
    assert trial.desk is not None
    with trial.desk.turnout(trial.workflow) as turnout:
        told = TurnoutTold(turnout, language)
        yield from (told.told(one) for one in turnout.page(part, first, limit))


def _changes(trial: Trial, language: str) -> Shown:
    if trial.sums is None:
        return _coming(trial)
    assert trial.desk is not None
    with trial.desk.turnout(trial.workflow) as turnout:
        sums = TurnoutTold(turnout, language).sums(trial.sums, _MOST_CHANGES)
    return Shown(CHANGES, sums=sums, is_partial=_is_partial(trial))


def failing(trial: Trial, language: str) -> list[tuple[str, int]]:
    """What keeps how many of those that match from being processed, as far as they were added up."""
    texts = Texts.of(language)
    told = {} if trial.sums is None else trial.sums.failing
    return [(texts.message(code, dict(facts)), count) for (code, facts), count in told.items()]


def _is_partial(trial: Trial) -> bool:
    return trial.sums is not None and trial.sums.read < trial.heads["zh"].matched


def _messages(trial: Trial, number: int, language: str) -> Shown:
    if trial.sums is None:
        return _coming(trial)
    letter = letter_at(trial, number, language)
    return Shown(MESSAGES, letter=letter, letters=len(trial.sums.letters), is_partial=_is_partial(trial))


def letter_at(trial: Trial, number: int, language: str) -> LetterShown | None:
    """One message of all, by its number from 1; None where it is not there."""
    if trial.sums is None or trial.desk is None or not 1 <= number <= len(trial.sums.letters):
        return None
    start = trial.sums.letters[number - 1]
    place = number - 1 - trial.sums.letters.index(start)
    with trial.desk.turnout(trial.workflow) as turnout:
        told = TurnoutTold(turnout, language)
        plan = next((one for _, one in turnout.plans(start, start)), None)
        letters = () if plan is None else told.letters(plan)
        if plan is None or place >= len(letters):
            return None
        key, title, letter = str(plan.record), told.title(plan), letters[place]
    with trial.desk.explain(trial.workflow, key) as (why, _):
        gates = WhyTold(why, None, language).letter_gates()
    return LetterShown(number, len(trial.sums.letters), key, title, letter, tuple(gates))


# --- one person ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """One record, explained."""

    key: str
    title: str
    verdict: str
    verdict_told: str
    gates: tuple[str, ...]
    tree: tuple[Any, ...]
    needs: tuple[str, ...]
    settled: str
    stages: tuple[Any, ...]
    letters: tuple[LetterTold, ...]
    course: tuple[str, ...]


def why_of(trial: Trial, asked: str, language: str, workflow: str = "") -> Person:
    """Why (not) somebody, in one of several workflows. Raises WrongUsage where nobody is called so."""
    assert trial.desk is not None
    with trial.desk.explain(workflow or trial.workflow, asked) as (found, course):
        why = WhyTold(found, course, language)
        return Person(
            why.key,
            why.title,
            why.verdict,
            why.verdict_told,
            tuple(why.gates()),
            why.tree(),
            tuple(why.needs()),
            why.settled(),
            tuple(why.stages()),
            why.letters(),
            tuple(why.course()),
        )


def sought_in(trial: Trial, written: str) -> Sought:
    """Whom somebody may mean who searches a dry run."""
    assert trial.desk is not None
    return trial.desk.seek(trial.workflow, written)


# --- for machines -------------------------------------------------------------------------------------------


def rows_as_json(trial: Trial, choice: Choice, language: str) -> str:
    """The records of a list as `wakeline plan --format json` gives them, and what their conditions saw."""
    head = trial.heads[language]
    found: list[dict[str, Any]] = []
    if choice.tab in set(map(str, Verdict)):
        assert trial.desk is not None
        with trial.desk.turnout(trial.workflow) as turnout:
            for first in range(0, _MOST_EXPORTED, _CHUNK):
                page = turnout.page(choice.part, first, _CHUNK)
                found += [one.as_json() for one in page]
                if len(page) < _CHUNK:
                    break
    told = {"workflow": trial.workflow, "checked": head.checked, "matched": head.matched, "records": found}
    return json.dumps(told, ensure_ascii=False, indent=1)


def rows_as_csv(trial: Trial, choice: Choice, language: str) -> str:
    """The records of a list as a spreadsheet opens them; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["key", "name", "verdict", "reason", "changes"])
    if choice.tab in set(map(str, Verdict)):
        for first in range(0, _MOST_EXPORTED, _CHUNK):
            rows = list(_rows(trial, choice.part, language, first=first, limit=_CHUNK))
            for one in rows:
                cells = (one.key, one.title, one.verdict_told, one.reason, " / ".join(one.lines))
                writer.writerow(map(guarded_cell, cells))
            if len(rows) < _CHUNK:
                break
    return "\ufeff" + out.getvalue()
