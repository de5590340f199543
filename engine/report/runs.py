"""Runs for people: a line or two each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.model.nights import Cause
from engine.model.workflow import Workflow
from engine.pipeline import RunResult
from engine.posting.deliveries import Deliveries
from engine.publishing import Runnable
from engine.report.bars import told_bar
from engine.report.diagnostics import odd_names
from engine.report.effects import effect_label
from engine.texts import Texts

_NAMED = 20
"""So many records are named one by one."""


def render_unborn(workflows: Sequence[Workflow], texts: Texts) -> str:
    """Which workflows do not run, as nobody has published them; and what helps. Empty: none."""
    if not workflows:
        return ""
    names = texts.say("plan.list").join(one.id for one in workflows)
    return texts.say("run.unborn", names=names) + "\n"


def render_run(one: Runnable, result: RunResult, deliveries: Deliveries, language: str) -> str:
    """What a run did."""
    texts = Texts.of(language)
    held = result.held
    reason = "" if held is None else held.told(texts)
    key = result.state if result.state in {"held", "stopped"} else "done" if result.matched else "nothing"
    key = "undone" if result.cause is Cause.UNDO else key
    lines = [
        texts.say(
            f"run.{key}", name=result.workflow.names.of(language), started=result.started, reason=reason
        )
    ]
    if one.behind:
        key = "run.old_version" if one.is_broken else "run.unpublished"
        lines.insert(0, texts.say(key, file=result.workflow.file, version=result.workflow.version))
    if held is not None:
        lines += drift_lines(held.drift, texts)
        lines.append("    " + texts.say("run.held_next", run=result.run))
        lines.append("    " + held.remedy(texts))
    counts = [(kind, count) for kind, count in result.effects.items() if count]
    effects = [f"{effect_label(kind, result.workflow, texts)} {count}" for kind, count in counts]
    if effects:
        lines.append(texts.say("run.effects", effects=texts.say("plan.list").join(effects)))
    lines += [f"    {line}" for line in odd_names(result.warnings, texts)]
    if result.failed:
        lines.append(texts.say("run.failed", count=result.failed))
    lines += _unsent(deliveries, texts)
    if result.barred:
        told = (
            f"{told_bar(bar, one.workspace, one.workflow, texts)} {count}" for bar, count in result.barred
        )
        lines.append(texts.say("run.barred", reasons=texts.say("plan.list").join(told)))
    if result.deferred:
        lines.append(texts.say("run.deferred", count=result.deferred))
    return "\n".join(lines)


def render_drift(drift: Mapping[str, Sequence[str]], language: str) -> str:
    """What would happen now and was not in the plan, line by line; some records of each kind."""
    return "\n".join(drift_lines(drift, Texts.of(language)))


def drift_lines(drift: Mapping[str, Sequence[str]], texts: Texts) -> Iterator[str]:
    """The same as lines; none where nothing differs."""
    for kind, keys in drift.items():
        if keys:
            named = texts.say("plan.list").join(keys[:_NAMED])
            more = texts.say("run.drift_more") if len(keys) > _NAMED else ""
            yield texts.say(f"run.drift_{kind}", records=named + more)


def render_waited(deliveries: Deliveries, language: str) -> str:
    """What became of letters that had waited since an earlier run; empty where nothing did."""
    texts = Texts.of(language)
    sent = [texts.say("run.sent", count=deliveries.sent)] if deliveries.sent else []
    lines = [*sent, *_unsent(deliveries, texts)]
    return "\n".join([texts.say("run.waited"), *lines] if lines else [])


def _unsent(deliveries: Deliveries, texts: Texts) -> list[str]:
    """How many letters did not leave, and in which way."""
    counts = {
        "not_sent": deliveries.failed,
        "in_doubt": deliveries.in_doubt,
        "put_off": deliveries.put_off,
        "dropped": deliveries.dropped,
    }
    return [texts.say(f"run.{way}", count=count) for way, count in counts.items() if count]
