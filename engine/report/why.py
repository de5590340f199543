"""One record of a dry run in words, part by part: what a page shows as lists where a report writes text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from engine.course import Course
from engine.dryrun import RecordPlan
from engine.explain import Explanation
from engine.model.effects import Effect, EffectKind, Undone
from engine.plan import following
from engine.report.bars import told_bar
from engine.report.conditions_told import AnswerTold, ConditionsTold
from engine.report.course import told_course, told_gates, told_step
from engine.report.effects import EffectWords
from engine.report.explain import told_before, told_needs
from engine.report.letters import LetterTold, letters_of
from engine.texts import Texts
from engine.turnout import Attendant, Sums, Turnout
from engine.verdicts import Verdict


@dataclass(frozen=True)
class StageTold:
    """What is done on a day, counted from today; None where nobody knows yet on which.

    `is_guess`: worked out from the records as they are today.
    """

    day: int | None
    lines: tuple[str, ...]
    is_guess: bool


class WhyTold:
    """An explanation, from top to bottom."""

    def __init__(self, found: Explanation, course: Course | None, language: str) -> None:
        self.found, self._course = found, course
        self.texts = Texts.of(language)
        self._words = EffectWords(self.texts, found.dry.workspace, found.dry.session)

    @property
    def key(self) -> str:
        """The record's key."""
        return str(self.found.plan.record)

    @property
    def title(self) -> str:
        """What people call the record."""
        return self._words.title(self.found.dry.workflow.module, self.found.plan.record)

    @property
    def verdict(self) -> str:
        """The verdict's name for machines."""
        return str(self.found.plan.verdict)

    @property
    def verdict_told(self) -> str:
        """The verdict."""
        return self.texts.say(f"verdict.{self.found.plan.verdict}")

    def gates(self) -> list[str]:
        """What stands before the conditions, or between them and what is done."""
        return [*told_before(self.found, self.texts), *told_gates(self.found, self._words)]

    def letter_gates(self) -> list[str]:
        """Which messages would have to wait, and until when."""
        own = replace(self.found, gates=tuple(one for one in self.found.gates if one.kind == "letter"))
        return list(told_gates(own, self._words))

    def tree(self) -> tuple[AnswerTold, ...]:
        """The conditions as they stand in one another."""
        return ConditionsTold(self.found.conditions, self.found.conditions, self._words).tree()

    def needs(self) -> list[str]:
        """What would have to be so for the record to match."""
        return [one.strip() for one in told_needs(self.found.conditions, self.texts)]

    def settled(self) -> str:
        """What already is as the steps would make it."""
        return self._words.settled(self.found.settled) if self.found.settled else ""

    def letters(self) -> tuple[LetterTold, ...]:
        """The messages as they would leave."""
        return tuple(letters_of(self.found.plan, self.found.dry.prepared.draft, self.texts))

    def stages(self) -> Iterator[StageTold]:
        """What is done today, and behind each wait what follows, as far as it can be told today."""
        plan, workflow = self.found.plan, self.found.dry.workflow
        if plan.effects or plan.error:
            yield StageTold(0, tuple(self._words.lines(plan, workflow)), is_guess=False)
        for one in plan.effects:
            if isinstance(one, Effect) and one.kind in {EffectKind.WAIT, EffectKind.ASK}:
                yield from self._behind(one)

    def _behind(self, wait: Effect) -> Iterator[StageTold]:
        dry = self.found.dry
        _, rest = following(dry.workflow.steps, wait.path)
        lines = tuple(told_step(dry.workspace, dry.workflow, one.path, self.texts) for one in rest)
        if lines:
            yield StageTold(self._days_until(wait.details.get("until")), lines, is_guess=True)

    def _days_until(self, until: str | None) -> int | None:
        if until is None:
            return None
        clock = self.found.dry.session.clock
        return (datetime.fromisoformat(until).astimezone(clock.zone).date() - clock.today).days

    def course(self) -> list[str]:
        """What became of its newest enrollment."""
        return [] if self._course is None else told_course(self._course, self._words)


@dataclass(frozen=True)
class AttendantTold:
    """A record of a page: its verdict, the first reason, what would change, how many messages."""

    key: str
    title: str
    verdict: str
    verdict_told: str
    reason: str
    lines: tuple[str, ...]
    letters: int
    is_failing: bool


@dataclass(frozen=True)
class ChangedTold:
    """A field that goes from one value to another, for so many."""

    field: str
    before: str
    after: str
    count: int


@dataclass(frozen=True)
class SumsTold:
    """The sums of a dry run; `more` kinds of changes are not told."""

    changes: tuple[ChangedTold, ...]
    more: int


class TurnoutTold:
    """The records of a page in words."""

    def __init__(self, found: Turnout, language: str) -> None:
        self._found, self._texts = found, Texts.of(language)
        self._words = EffectWords(self._texts, found.workspace, found.session)

    def told(self, one: Attendant) -> AttendantTold:
        """A row of a page."""
        plan = one.plan
        return AttendantTold(
            str(plan.record),
            self.title(plan),
            str(plan.verdict),
            self._texts.say(f"verdict.{plan.verdict}"),
            self._reason(one),
            tuple(self._words.lines(plan, self._found.workflow)),
            sum(_is_letter(effect) for effect in plan.effects),
            plan.error is not None,
        )

    def title(self, plan: RecordPlan) -> str:
        """What people call the record."""
        return self._words.title(self._found.workflow.module, plan.record)

    def letters(self, plan: RecordPlan) -> tuple[LetterTold, ...]:
        """The messages of a record as they would leave."""
        return tuple(letters_of(plan, self._found.draft, self._texts))

    def sums(self, sums: Sums, most: int) -> SumsTold:
        """What is changed how often, the most frequent first, at most so many."""
        changes = [self._changed(one, count) for one, count in sums.changes.most_common(most)]
        return SumsTold(tuple(changes), max(0, len(sums.changes) - most))

    def _changed(self, change: tuple[str, str, str, str], count: int) -> ChangedTold:
        module, name, *values = change
        field = self._found.workspace.model.modules[module].fields[name]
        before, after = (self._words.value(field, json.loads(one)) for one in values)
        return ChangedTold(field.labels.of(self._texts.language), before, after, count)

    def _reason(self, one: Attendant) -> str:
        """The first thing that keeps a record out."""
        plan, texts = one.plan, self._texts
        if plan.verdict is Verdict.DEFERRED:
            return texts.say("explain.deferred")
        if plan.bar is not None:
            return told_bar(plan.bar, self._found.workspace, self._found.workflow, texts)
        if plan.verdict is Verdict.ALREADY:
            facts = {"day": one.started_on, "run": one.started_run}
            is_known = one.started_on is not None
            return texts.say("explain.already", **facts) if is_known else texts.say("explain.unchanged")
        if one.conditions is None or plan.verdict is Verdict.MATCH:
            return ""
        if plan.verdict is Verdict.UNDECIDED:
            return "".join(told_needs(one.conditions, texts)).strip()
        path = next((way[0] for way in one.conditions.needs), None)
        if path is None:
            return ""
        told = ConditionsTold(one.conditions, one.conditions, self._words).leaf(path)
        return texts.say("explain.reason", condition=told.text, seen=told.seen) if told.seen else told.text


def _is_letter(effect: Effect | Undone) -> bool:
    return isinstance(effect, Effect) and effect.kind is EffectKind.MESSAGE
