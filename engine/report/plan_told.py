"""A dry run in words, part by part: what a report lays out as text, and a page as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from engine.dryrun import DryRun, RecordPlan, exclusion_of, is_kept_out
from engine.explain import settled_of
from engine.funnel import FunnelStep
from engine.model.effects import EffectKind, Skipped
from engine.report.bars import told_bar
from engine.report.diagnostics import odd_names
from engine.report.effects import EffectWords, effect_label
from engine.report.explain import asked_for, told_subject
from engine.report.letters import LetterTold, letters_of
from engine.report.phrases import Phrases
from engine.texts import Texts
from engine.verdicts import Verdict

_NAMED = 3
"""So many earlier workflows are named."""
_ORDER = (
    EffectKind.UPDATE,
    EffectKind.CREATE,
    EffectKind.MESSAGE,
    EffectKind.NOTICE,
    EffectKind.WAIT,
    EffectKind.ASK,
    EffectKind.START,
    EffectKind.STOP,
    EffectKind.SKIPPED,
)


@dataclass(frozen=True)
class CountTold:
    """How many of something, and of which kinds."""

    key: str
    label: str
    count: int
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class ConditionTold:
    """A condition with how many pass it, fail it alone (and by how much), and lack what it asks for."""

    path: str
    condition: str
    passed: int
    only_this: int
    unknown: int
    near: str


@dataclass(frozen=True)
class RecordTold:
    """A record, and what would happen to it."""

    key: str
    title: str
    lines: tuple[str, ...]
    letters: tuple[LetterTold, ...] = ()


class PlanTold:
    """The parts of a dry run, from top to bottom."""

    def __init__(self, dry: DryRun, language: str) -> None:
        self.dry = dry
        self.language = language
        self.texts = Texts.of(language)
        self.words = EffectWords(self.texts, dry.workspace, dry.session)

    def title(self) -> str:
        """Which workflow, in which version."""
        workflow = self.dry.workflow
        names = {"name": workflow.names.of(self.language), "id": workflow.id, "version": workflow.version}
        return self.texts.say("plan.title", **names)

    def when(self) -> str:
        """For which moment; that nothing was written."""
        clock = self.dry.session.clock
        return self.texts.say("plan.when", at=f"{clock.local:%Y-%m-%d %H:%M}", zone=clock.zone)

    def checked(self) -> str:
        """How many records there are."""
        label = self.dry.workflow.module.labels.of(self.language)
        return self.texts.say("plan.checked", module=label, count=self.dry.counts.checked)

    # --- counts -----------------------------------------------------------------------------------

    def verdicts(self) -> Iterator[CountTold]:
        """How many match, how many do not, and what keeps those that do from starting."""
        counts = self.dry.counts
        numbers = {
            Verdict.MATCH: counts.matched,
            Verdict.NO_MATCH: counts.not_matched,
            Verdict.UNDECIDED: counts.undecided,
            Verdict.ALREADY: counts.already,
            Verdict.DEFERRED: counts.deferred,
            Verdict.EXCLUDED: counts.excluded,
            Verdict.STOPPED: counts.stopped,
        }
        for verdict, number in numbers.items():
            parts = (*self._bars(verdict), *(self._lacks() if verdict is Verdict.UNDECIDED else ()))
            if number or verdict is Verdict.MATCH or (verdict is Verdict.NO_MATCH and number is not None):
                yield CountTold(str(verdict), self.texts.say(f"verdict.{verdict}"), number or 0, parts)

    def _lacks(self) -> tuple[tuple[str, int], ...]:
        """What the undecided lack, of how many."""
        dry, phrases = self.dry, Phrases(self.texts, self.dry.workspace.model)
        told = ((told_subject(one, dry.workspace, dry.workflow, phrases), one.count) for one in dry.lacks)
        return tuple((self.texts.say("plan.lacks", what=what), count) for what, count in told)

    def _bars(self, verdict: Verdict) -> tuple[tuple[str, int], ...]:
        """What stands in the way of how many."""
        workflow = self.dry.workflow
        return tuple(
            (told_bar(bar, self.dry.workspace, workflow, self.texts), count)
            for bar, count in zip(workflow.bars, self.dry.counts.by_bar, strict=True)
            if count and Verdict(bar.kind) is verdict
        )

    def effects(self) -> Iterator[CountTold]:
        """What would happen, by kind; of what is not done the reasons."""
        counts, workflow = self.dry.prepared.counts, self.dry.workflow
        for kind in _ORDER:
            if counts.get(kind):
                reasons = tuple(self._reasons()) if kind is EffectKind.SKIPPED else ()
                yield CountTold(str(kind), effect_label(kind, workflow, self.texts), counts[kind], reasons)

    def _reasons(self) -> Iterator[tuple[str, int]]:
        """How often steps are not done, for each reason."""
        prepared, found = self.dry.prepared, Counter[str]()
        for batch, count in zip(prepared.draft.batches, prepared.matched.effects, strict=True):
            if count and isinstance(batch, Skipped):
                causes = [exclusion_of(batch, prepared.draft)] if is_kept_out(batch) else []
                reason = self.words.reasons.told(
                    batch.reason, batch.path, self.dry.workflow, causes=causes, facts={}
                )
                found[reason.rstrip("。.")] += count
        yield from found.items()

    def held(self, *, for_page: bool = False) -> tuple[str, ...]:
        """That a guard would stop it, and the remedy in the files; a page has its own."""
        held = self.dry.prepared.held
        if held is None:
            return ()
        reason = self.texts.say("plan.held", reason=held.told(self.texts))
        return (reason,) if for_page else (reason, held.remedy(self.texts))

    def funnel(self) -> Iterator[ConditionTold]:
        """Every condition, in file order."""
        phrases = Phrases(self.texts, self.dry.workspace.model)
        for step in self.dry.steps:
            told = asked_for(self.dry.workspace, self.dry.workflow, step.path, phrases)
            yield ConditionTold(step.path, told, step.passed, step.only_this, step.unknown, self._near(step))

    def _near(self, step: FunnelStep) -> str:
        """By how much those miss it who miss only this one, as far as it tells more than the step before."""
        told, before = [], 0
        for one in step.near:
            if one.count > before:
                within = self.texts.say(f"plan.within_{one.measure}", count=one.within)
                told.append(self.texts.say("plan.near", count=one.count, within=within))
                before = one.count
        return self.texts.say("plan.list").join(told)

    # --- records ----------------------------------------------------------------------------------

    def records(self, limit: int) -> list[RecordTold]:
        """Some that would start, with what would happen."""
        module = self.dry.workflow.module
        plans = [one for one in self.dry.records(limit) if one.verdict is Verdict.MATCH]
        return [
            RecordTold(
                str(plan.record),
                self.words.title(module, plan.record),
                tuple(self._lines(plan)),
                tuple(letters_of(plan, self.dry.prepared.draft, self.texts)),
            )
            for plan in plans
        ]

    def _lines(self, plan: RecordPlan) -> list[str]:
        """What happens to a record; of one to which nothing happens, what is already so."""
        lines = self.words.lines(plan, self.dry.workflow)
        if lines:
            return lines
        settled = settled_of(self.dry, plan)
        return [self.words.settled(settled) if settled else self.texts.say("test.nothing")]

    def waking(self, limit: int) -> list[RecordTold]:
        """Some that wait and go on, or end."""
        return [
            RecordTold(
                str(plan.record),
                self.words.title(one.workflow.module, plan.record),
                tuple(self.words.lines(plan, one.workflow)),
            )
            for one in self.dry.wakings
            for _, plan in islice(one.records(), limit)
        ]

    def undecided(self, limit: int) -> list[RecordTold]:
        """Some of the records that lack what a condition asks for, so that somebody can fill it in."""
        module = self.dry.workflow.module
        keys = self.dry.undecided(limit)
        return [RecordTold(str(key), self.words.title(module, key), ()) for key in keys]

    # --- beside -----------------------------------------------------------------------------------

    def remarks(self, *, of_night: bool = False, for_page: bool = False) -> list[str]:
        """What is to be known besides: that it is paused, what runs before it; on a page without commands."""
        lines = []
        if not self.dry.workflow.active:
            lines.append(self.texts.say("explain.paused"))
        if self.dry.is_unpublished:
            kind = "plan.unpublished_here" if for_page else "plan.unpublished"
            lines.append(self.texts.say(kind, id=self.dry.workflow.id))
        lines += odd_names(self.dry.prepared.odd_names, self.texts)
        if self.dry.earlier and not of_night:
            lines.append(self._earlier(for_page=for_page))
        return lines

    def _earlier(self, *, for_page: bool) -> str:
        """What runs before: by the ids that commands take, by their names on a page."""
        earlier = self.dry.earlier
        shown = [self._name(one) for one in earlier[:_NAMED]] if for_page else earlier[:_NAMED]
        kind = f"plan.earlier{'_more' if len(earlier) > _NAMED else ''}{'_here' if for_page else ''}"
        return self.texts.say(kind, names=self.texts.say("plan.list").join(shown), count=len(earlier))

    def _name(self, workflow: str) -> str:
        found = self.dry.workspace.workflow(workflow)
        return workflow if found is None else found.names.of(self.language)
