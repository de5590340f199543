"""A dry run for people: what matches, what would happen, which condition keeps how many out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from engine.dryrun import DryRun, RecordPlan, Seal, exclusion_of, is_kept_out
from engine.effect_lines import dumped
from engine.explain import settled_of
from engine.funnel import FunnelStep
from engine.model.effects import Effect, EffectKind, Skipped
from engine.report.bars import told_bar
from engine.report.diagnostics import odd_names
from engine.report.effects import EffectWords, effect_label
from engine.report.explain import asked_for, told_subject
from engine.report.layout import columns, indented
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


def render_plan(dry: DryRun, language: str, limit: int, *, of_night: bool = False) -> str:
    """The whole dry run as text; at most `limit` records are shown one by one.

    `of_night`: the earlier workflows have been rehearsed before it, so nobody needs to be told of them.
    """
    report = _PlanReport(dry, language)
    parts = [
        report.head(),
        report.verdicts(),
        report.effects(),
        report.funnel(),
        report.records(limit),
        report.waking(limit),
        report.undecided(limit),
        report.foot(of_night=of_night),
    ]
    return "\n\n".join(part for part in parts if part)


def plan_json(
    dry: DryRun, language: str, limit: int | None, record: RecordPlan | None = None
) -> Iterator[str]:
    """The dry run as one JSON object, in pieces, so that a million records need no memory."""
    head = dry.head_json()
    head["funnel"] = _funnel_json(dry, language)
    head["missing"] = [
        {"field": one.field_key, "paths": list(one.paths), "count": one.count} for one in dry.lacks
    ]
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "records": ['
    before, seal = "\n", Seal(dry)
    for line in dry.lines(limit, seal) if record is None else [dumped(record.as_json())]:
        yield f"{before}  {line}"
        before = ",\n"
    waking = [row for one in dry.wakings for row in one.as_json(limit)] if record is None else []
    yield f'\n ],\n "waking": {dumped(waking)},'
    yield f'\n "fingerprint": "{seal.fingerprint()}"\n}}'


def _asked(dry: DryRun, path: str, phrases: Phrases) -> str:
    """What the condition at a path of the workflow asks for, in words."""
    return asked_for(dry.workspace, dry.workflow, path, phrases)


def _funnel_json(dry: DryRun, language: str) -> list[dict[str, Any]]:
    phrases = Phrases(Texts.of(language), dry.workspace.model)
    return [
        {
            "path": step.path,
            "condition": _asked(dry, step.path, phrases),
            "passed": step.passed,
            "only_this": step.only_this,
            "unknown": step.unknown,
            "near": [one.as_json() for one in step.near],
        }
        for step in dry.steps
    ]


class _PlanReport:
    """The parts of the text, top to bottom."""

    def __init__(self, dry: DryRun, language: str) -> None:
        self.dry = dry
        self.language = language
        self.texts = Texts.of(language)
        self.words = EffectWords(self.texts, dry.workspace, dry.session)

    def head(self) -> str:
        workflow, clock = self.dry.workflow, self.dry.session.clock
        title = self.texts.say(
            "plan.title", name=workflow.names.of(self.language), id=workflow.id, version=workflow.version
        )
        when = self.texts.say("plan.when", at=f"{clock.local:%Y-%m-%d %H:%M}", zone=clock.zone)
        return f"{title}\n{when}"

    def verdicts(self) -> str:
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
        label = self.dry.workflow.module.labels.of(self.language)
        title = self.texts.say("plan.checked", module=label, count=counts.checked)
        rows: list[tuple[str, str]] = []
        for verdict, number in numbers.items():
            if number or verdict is Verdict.MATCH or (verdict is Verdict.NO_MATCH and number is not None):
                rows += [(self.texts.say(f"verdict.{verdict}"), str(number)), *self._bars(verdict)]
            if verdict is Verdict.UNDECIDED:
                rows += self._lacks()
        return f"{title}\n{indented(columns(rows, right={1}))}"

    def _lacks(self) -> list[tuple[str, str]]:
        """What the undecided lack, of how many."""
        dry, phrases = self.dry, Phrases(self.texts, self.dry.workspace.model)
        told = ((told_subject(one, dry.workspace, dry.workflow, phrases), one.count) for one in dry.lacks)
        return [(f"  {self.texts.say('plan.lacks', what=what)}", str(count)) for what, count in told]

    def _bars(self, verdict: Verdict) -> list[tuple[str, str]]:
        """What stands in the way of how many."""
        workflow = self.dry.workflow
        return [
            (f"  {told_bar(bar, self.dry.workspace, workflow, self.texts)}", str(count))
            for bar, count in zip(workflow.bars, self.dry.counts.by_bar, strict=True)
            if count and Verdict(bar.kind) is verdict
        ]

    def effects(self) -> str:
        counts = self.dry.prepared.counts
        workflow = self.dry.workflow
        rows = [
            (effect_label(kind, workflow, self.texts), str(counts[kind]))
            for kind in _ORDER
            if counts.get(kind)
        ]
        title = self.texts.say("plan.effects")
        body = indented(columns(rows, right={1})) if rows else self.texts.say("plan.nothing")
        if counts.get(EffectKind.SKIPPED):
            body += "\n" + indented(indented(columns(self._reasons(), right={0})))
        held = self.dry.prepared.held
        if held is not None:
            body += "\n" + self.texts.say("plan.held", reason=held.told(self.texts))
            body += "\n" + held.remedy(self.texts)
        return f"{title}\n{body}"

    def _reasons(self) -> list[tuple[str, str]]:
        """How often steps are not done, for each reason."""
        prepared, found = self.dry.prepared, Counter[str]()
        for batch, count in zip(prepared.draft.batches, prepared.matched.effects, strict=True):
            if count and isinstance(batch, Skipped):
                causes = [exclusion_of(batch, prepared.draft)] if is_kept_out(batch) else []
                reason = self.words.reasons.told(
                    batch.reason, batch.path, self.dry.workflow, causes=causes, facts={}
                )
                found[reason.rstrip("。.")] += count
        return [(str(count), reason) for reason, count in found.items()]

    def funnel(self) -> str:
        if not self.dry.steps:
            return ""
        phrases = Phrases(self.texts, self.dry.workspace.model)
        head = (
            self.texts.say("plan.funnel"),
            *(self.texts.say(f"plan.funnel_{one}") for one in ("passed", "only", "unknown", "near")),
        )
        rows = [
            (
                f"  {_asked(self.dry, step.path, phrases)}",
                str(step.passed),
                str(step.only_this),
                str(step.unknown) if step.unknown else "",
                self._near(step),
            )
            for step in self.dry.steps
        ]
        return columns([head, *rows], right={1, 2, 3})

    def _near(self, step: FunnelStep) -> str:
        """By how much those miss it who miss only this one, as far as it tells more than the step before."""
        told, before = [], 0
        for one in step.near:
            if one.count > before:
                within = self.texts.say(f"plan.within_{one.measure}", count=one.within)
                told.append(self.texts.say("plan.near", count=one.count, within=within))
                before = one.count
        return self.texts.say("plan.list").join(told)

    def records(self, limit: int) -> str:
        plans = [one for one in self.dry.records(limit) if one.verdict is Verdict.MATCH]
        if not plans:
            return ""
        lines = [self.texts.say("plan.records", shown=len(plans), count=self.dry.counts.matched)]
        for plan in plans:
            lines.append(f"  {self.words.title(self.dry.workflow.module, plan.record)}")
            lines += [f"    {line}" for line in self._lines(plan)]
        return "\n".join([*lines, *self._sample_message(plans)])

    def _lines(self, plan: RecordPlan) -> list[str]:
        """What happens to a record; of one to which nothing happens, what is already so."""
        lines = self.words.lines(plan, self.dry.workflow)
        if lines:
            return lines
        settled = settled_of(self.dry, plan)
        return [self.words.settled(settled) if settled else self.texts.say("test.nothing")]

    def waking(self, limit: int) -> str:
        """Those that wait and go on, or end."""
        if not self.dry.waiting:
            return ""
        lines = [self.texts.say("plan.waking", count=self.dry.waiting, woken=self.dry.woken)]
        for one in self.dry.wakings:
            for _, plan in islice(one.records(), limit):
                lines.append(f"  {self.words.title(one.workflow.module, plan.record)}")
                lines += [f"    {line}" for line in self.words.lines(plan, one.workflow)]
        return "\n".join(lines)

    def undecided(self, limit: int) -> str:
        """Some of the records that lack what a condition asks for, so that somebody can fill it in."""
        keys = self.dry.undecided(limit)
        if not keys:
            return ""
        titles = [self.words.title(self.dry.workflow.module, key) for key in keys]
        title = self.texts.say("plan.undecided", shown=len(keys), count=self.dry.counts.undecided)
        return "\n".join([title, *(f"  {one}" for one in titles)])

    def _sample_message(self, plans: list[RecordPlan]) -> list[str]:
        for plan in plans:
            for effect in plan.effects:
                if isinstance(effect, Effect) and effect.kind is EffectKind.MESSAGE:
                    details = effect.details
                    title = self.texts.say(
                        "plan.sample_message", template=details["template"], to=details["to"]
                    )
                    body = f"{details['subject']}\n\n{details['body']}".strip()
                    return ["", title, *(f"  │ {line}".rstrip() for line in body.splitlines())]
        return []

    def foot(self, *, of_night: bool) -> str:
        lines = []
        if not self.dry.workflow.active:
            lines.append(self.texts.say("explain.paused"))
        if self.dry.is_unpublished:
            lines.append(self.texts.say("plan.unpublished", id=self.dry.workflow.id))
        lines += odd_names(self.dry.prepared.odd_names, self.texts)
        if self.dry.earlier and not of_night:
            names = self.texts.say("plan.list").join(self.dry.earlier[:_NAMED])
            more = len(self.dry.earlier) - _NAMED
            kind = "plan.earlier_more" if more > 0 else "plan.earlier"
            lines.append(self.texts.say(kind, names=names, count=len(self.dry.earlier)))
        if self.dry.next_times:
            this_year = all(one.year == self.dry.session.clock.today.year for one in self.dry.next_times)
            shape = "%m-%d %H:%M" if this_year else "%Y-%m-%d %H:%M"
            times = self.texts.say("plan.list").join(one.strftime(shape) for one in self.dry.next_times)
            lines.append(self.texts.say("plan.next_times", times=times))
        else:
            kind = "plan.by_event" if self.dry.workflow.waits_for_events else "plan.by_hand"
            lines.append(self.texts.say(kind, workflow=self.dry.workflow.id))
        fingerprint, kept = self.dry.fingerprint(), self.dry.kept
        can_be_approved = kept is not None and kept.is_kept and not of_night
        key = "plan.fingerprint_kept" if can_be_approved else "plan.fingerprint"
        return "\n".join([*lines, self.texts.say(key, fingerprint=fingerprint)])
