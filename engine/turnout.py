"""Turnout: who is in which part of a dry run, page by page; no other record is explained than those shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.dryrun import RecordPlan, plan_row
from engine.explain import Asked, Conditions, started
from engine.model.effects import Draft, Effect, EffectKind
from engine.model.workflow import Barred, Workflow
from engine.pipeline import Prepared, members_in, prepare
from engine.plan import plan_effects
from engine.progress import say_progress
from engine.records.answering import Answers
from engine.records.parting import Asked as Answering
from engine.records.parting import Single, keys_in
from engine.records.session import Session
from engine.records.tracing import seen_by, traced
from engine.verdicts import Verdict
from engine.workspace import Workspace

_PAGE = 500
"""So many starts are read at once."""
_BARRED = {Verdict.EXCLUDED: Barred.EXCLUDED, Verdict.STOPPED: Barred.STOPPED}


@dataclass(frozen=True)
class Part:
    """Some of the records: those of a verdict; those that only one condition, by its path, keeps out; those
    that lack what one condition asks for.
    """

    verdict: Verdict = Verdict.MATCH
    only: str = ""
    lacks: str = ""


@dataclass(frozen=True)
class Attendant:
    """A record of a page: its verdict, what would happen; of one that does not match its conditions."""

    plan: RecordPlan
    conditions: Conditions | None = None
    started_on: str | None = None
    started_run: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As a dry run lists its records, and what the conditions saw."""
        told = self.plan.as_json()
        return told if self.conditions is None else {**told, "conditions": self.conditions.as_json()}


class Turnout:
    """A workflow on a session that cannot write, asked for its records part by part."""

    def __init__(self, session: Session, workspace: Workspace, workflow: Workflow) -> None:
        self.session, self.workspace, self.workflow = session, workspace, workflow

    def page(self, part: Part, first: int, limit: int) -> list[Attendant]:
        """At most so many records of a part, from one number (counted from 0) on."""
        if not part.only and not part.lacks and part.verdict in {Verdict.MATCH, Verdict.DEFERRED}:
            return list(self._planned(part.verdict, first, limit))
        keys = self._keys(part, first, limit)
        return list(self._explained(keys, None if part.only or part.lacks else part.verdict))

    def plans(self, first: int, last: int) -> Iterator[tuple[int, RecordPlan]]:
        """What would happen to those that start, from one number to another (counted from 1)."""
        prepared = self._prepared
        for row in prepared.matched.rows(first, min(last, prepared.matched.starts)):
            yield row[0], plan_row(prepared, row)

    @cached_property
    def _prepared(self) -> Prepared:
        return prepare(self.session, self.workspace, self.workflow)

    @cached_property
    def draft(self) -> Draft:
        """What is to be done."""
        return plan_effects(self.workflow, self.workspace.model, self.session.clock, members_in(self.session))

    def _planned(self, verdict: Verdict, first: int, limit: int) -> Iterator[Attendant]:
        if verdict is Verdict.MATCH:
            for _, plan in self.plans(first + 1, first + limit):
                yield Attendant(plan)
            return
        for key in self._prepared.matched.deferred_ids(limit, first):
            yield Attendant(RecordPlan(key, verdict))

    def _keys(self, part: Part, first: int, limit: int) -> list[str | int]:
        asked = self._asked(part)
        return keys_in(self.session, self.workflow, self.draft, asked, first=first, limit=limit)

    def _asked(self, part: Part) -> Answering | Single:
        if part.only or part.lacks:
            return Single(part.only or part.lacks, unknown=not part.only)
        if part.verdict in _BARRED:
            wanted = _BARRED[part.verdict]
            bars = enumerate(self.workflow.bars, start=1)
            return Answering(answer=True, bars=tuple(number for number, bar in bars if bar.kind is wanted))
        if part.verdict is Verdict.ALREADY:
            return Answering(answer=True, but=self._prepared.matched)
        return Answering(answer=None if part.verdict is Verdict.UNDECIDED else False)

    def _explained(self, keys: Sequence[str | int], verdict: Verdict | None) -> Iterator[Attendant]:
        """The records of some keys, with what their conditions saw, all asked at once."""
        asked = Asked(self.session, self.workspace, self.workflow)
        seen = dict(seen_by(self.session, self.workflow, keys))
        answers = self.session.answers_among(self.workflow, self.draft, keys)
        for key in keys:
            if key not in seen or key not in answers:  # it went in between
                continue
            conditions = Conditions.of(asked, traced(self.workflow, seen[key]), key, values=True)
            plan = self._plan(key, answers[key], verdict)
            is_new = plan.verdict is not Verdict.ALREADY
            day, run = (None, None) if is_new else started(self.session, self.workflow.id, key)
            yield Attendant(plan, conditions, day, run)

    def _plan(self, key: str | int, answers: Answers, verdict: Verdict | None) -> RecordPlan:
        if answers.bar and answers.whole:
            bar = self.workflow.bars[answers.bar - 1]
            return RecordPlan(key, Verdict(bar.kind), bar=bar)
        if verdict is not None:
            return RecordPlan(key, verdict)
        if answers.whole is not True:
            return RecordPlan(key, Verdict.UNDECIDED if answers.whole is None else Verdict.NO_MATCH)
        matched = self._prepared.matched
        row = matched.find(key)
        if row is None:
            return RecordPlan(key, Verdict.ALREADY)
        is_deferred = bool(row[matched.positions()["deferred"]])
        return RecordPlan(key, Verdict.DEFERRED if is_deferred else Verdict.MATCH)


@dataclass
class Sums:
    """What the starts of a dry run get, added up: of the first `read` of them.

    `changes`: how often a field goes from one value to another, all as JSON; `letters`: for every message the
    number of the start that it is for; `failing`: for how many nothing can be written, by code and facts.
    """

    read: int = 0
    changes: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    letters: list[int] = field(default_factory=list)
    failing: Counter[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=Counter)


def add_up(found: Turnout, most: int) -> Sums:
    """Of at most so many starts."""
    sums = Sums()
    for first in range(1, most + 1, _PAGE):
        page = list(found.plans(first, min(first + _PAGE - 1, most)))
        for number, plan in page:
            _add(sums, number, plan)
        say_progress(found.workflow.id, sums.read)
        if len(page) < _PAGE:
            break
    return sums


def _add(sums: Sums, number: int, plan: RecordPlan) -> None:
    sums.read += 1
    if plan.error is not None:
        sums.failing[plan.error.code, tuple(sorted(plan.error.facts.items()))] += 1
    for one in plan.effects:
        if not isinstance(one, Effect):
            continue
        if one.kind is EffectKind.MESSAGE:
            sums.letters.append(number)
        if one.kind is EffectKind.UPDATE:
            for name, (before, after) in one.details["changes"].items():
                sums.changes[one.details["module"], name, json.dumps(before), json.dumps(after)] += 1
