"""Runs, examples and imports for people: a line or two each."""

from __future__ import annotations

from collections.abc import Sequence

from engine.deliver import Deliveries
from engine.examples import Outcome
from engine.exchange import ImportReport
from engine.model.entities import Module
from engine.pipeline import RunResult
from engine.publishing import Runnable
from engine.report.effects import effect_label
from engine.texts import Texts

_SHOWN_REFUSALS = 20


def render_run(one: Runnable, result: RunResult, deliveries: Deliveries, language: str) -> str:
    """What a run did."""
    texts = Texts.of(language)
    held = result.held
    reason = "" if held is None else texts.say(f"guard.{held.guard}", count=held.count, limit=held.limit)
    key = result.state if result.state in {"held", "stopped"} else "done" if result.matched else "nothing"
    lines = [
        texts.say(
            f"run.{key}", name=result.workflow.names.of(language), started=result.started, reason=reason
        )
    ]
    if one.behind:
        key = "run.old_version" if one.is_broken else "run.unpublished"
        lines.insert(0, texts.say(key, file=result.workflow.file, version=result.workflow.version))
    if held is not None:
        lines.append("    " + texts.say("guard.remedy"))
    counts = [(kind, count) for kind, count in result.effects.items() if count]
    effects = [f"{effect_label(kind, result.workflow, texts)} {count}" for kind, count in counts]
    if effects:
        lines.append(texts.say("run.effects", effects=texts.say("plan.list").join(effects)))
    if result.failed:
        lines.append(texts.say("run.failed", count=result.failed))
    if deliveries.failed:
        lines.append(texts.say("run.not_sent", count=deliveries.failed))
    if result.deferred:
        lines.append(texts.say("run.deferred", count=result.deferred))
    return "\n".join(lines)


def render_outcome(outcome: Outcome, language: str) -> str:
    """One example: a line when it passed, else what was expected and what happened."""
    texts = Texts.of(language)
    key = "test.passed" if outcome.passed else "test.failed"
    lines = [texts.say(key, name=f"{outcome.workflow.id} · {outcome.example.name}")]
    if not outcome.passed:
        got = outcome.got if outcome.got != "nothing" else texts.say("test.nothing")
        lines.append(texts.say("test.expected", expected=outcome.expected))
        lines.append(texts.say("test.got", got=got))
        lines.append(texts.say("test.at", file=outcome.example.at.file, line=outcome.example.at.line))
    return "\n".join(lines)


def render_import(module: Module, report: ImportReport, language: str) -> str:
    """What an import did, and the first rows that were refused, each with its reason."""
    texts = Texts.of(language)
    label = module.labels.of(language)
    counts = {"added": report.added, "updated": report.updated, "refused": report.refused_rows}
    lines = [texts.say("import.done", module=label, encoding=report.encoding, **counts)]
    lines += [f"  {texts.message(note.code, dict(note.facts))}" for note in report.notes]
    for one in report.refused[:_SHOWN_REFUSALS]:
        reason = texts.message(one.code, dict(one.facts))
        lines.append(texts.say("import.refused", row=one.row, column=one.column or "—", reason=reason))
    if report.refused_rows > _SHOWN_REFUSALS:
        lines.append(texts.say("import.more", count=report.refused_rows - _SHOWN_REFUSALS))
    return "\n".join(lines)


def render_summary(outcomes: Sequence[Outcome], language: str) -> str:
    """How many examples passed."""
    passed = sum(one.passed for one in outcomes)
    if not outcomes:
        return Texts.of(language).say("test.none")
    return Texts.of(language).say("test.summary", passed=passed, failed=len(outcomes) - passed)
