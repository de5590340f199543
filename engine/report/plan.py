"""A dry run for people: what matches, what would happen, which condition keeps how many out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from engine.dryrun import DryRun, RecordPlan, Seal
from engine.effect_lines import dumped
from engine.report.layout import columns, indented
from engine.report.plan_told import PlanTold, RecordTold
from engine.texts import Texts


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


def _funnel_json(dry: DryRun, language: str) -> list[dict[str, Any]]:
    told = PlanTold(dry, language).funnel()
    return [
        {
            "path": step.path,
            "condition": one.condition,
            "passed": step.passed,
            "only_this": step.only_this,
            "unknown": step.unknown,
            "near": [each.as_json() for each in step.near],
        }
        for step, one in zip(dry.steps, told, strict=True)
    ]


class _PlanReport:
    """The parts of the text, top to bottom."""

    def __init__(self, dry: DryRun, language: str) -> None:
        self.dry = dry
        self.told = PlanTold(dry, language)
        self.texts = Texts.of(language)

    def head(self) -> str:
        return f"{self.told.title()}\n{self.told.when()}"

    def verdicts(self) -> str:
        rows: list[tuple[str, str]] = []
        for one in self.told.verdicts():
            rows += [(one.label, str(one.count)), *((f"  {what}", str(count)) for what, count in one.parts)]
        return f"{self.told.checked()}\n{indented(columns(rows, right={1}))}"

    def effects(self) -> str:
        told = list(self.told.effects())
        rows = [(one.label, str(one.count)) for one in told]
        body = indented(columns(rows, right={1})) if rows else self.texts.say("plan.nothing")
        for one in told:
            if one.parts:
                reasons = [(str(count), reason) for reason, count in one.parts]
                body += "\n" + indented(indented(columns(reasons, right={0})))
        return "\n".join([self.texts.say("plan.effects"), body, *self.told.held()])

    def funnel(self) -> str:
        if not self.dry.steps:
            return ""
        head = (
            self.texts.say("plan.funnel"),
            *(self.texts.say(f"plan.funnel_{one}") for one in ("passed", "only", "unknown", "near")),
        )
        rows = [
            (
                f"  {one.condition}",
                str(one.passed),
                str(one.only_this),
                str(one.unknown) if one.unknown else "",
                one.near,
            )
            for one in self.told.funnel()
        ]
        return columns([head, *rows], right={1, 2, 3})

    def records(self, limit: int) -> str:
        found = self.told.records(limit)
        if not found:
            return ""
        title = self.texts.say("plan.records", shown=len(found), count=self.dry.counts.matched)
        return "\n".join([title, *_listed(found), *_sample_letter(found)])

    def waking(self, limit: int) -> str:
        if not self.dry.waiting:
            return ""
        title = self.texts.say("plan.waking", count=self.dry.waiting, woken=self.dry.woken)
        return "\n".join([title, *_listed(self.told.waking(limit))])

    def undecided(self, limit: int) -> str:
        found = self.told.undecided(limit)
        if not found:
            return ""
        title = self.texts.say("plan.undecided", shown=len(found), count=self.dry.counts.undecided)
        return "\n".join([title, *_listed(found)])

    def foot(self, *, of_night: bool) -> str:
        lines = self.told.remarks(of_night=of_night)
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


def _listed(records: Iterable[RecordTold]) -> Iterator[str]:
    for one in records:
        yield f"  {one.title}"
        yield from (f"    {line}" for line in one.lines)


def _sample_letter(records: Iterable[RecordTold]) -> list[str]:
    for one in records:
        for letter in one.letters:
            body = f"{letter.subject}\n\n{letter.body}".strip()
            return ["", letter.title, *(f"  │ {line}".rstrip() for line in body.splitlines())]
    return []
