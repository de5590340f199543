"""What a past run did with a record, for people: what is known first, then its answers to the conditions."""

from __future__ import annotations

import json
from typing import Any

from engine.explain import Explanation
from engine.guards import Held
from engine.hindsight import Fate, Hindsight
from engine.model.entities import Model
from engine.recall import Memory, Recalled
from engine.report.bars import told_bar
from engine.report.effects import EffectWords
from engine.report.explain import told_conditions
from engine.report.layout import columns, indented, shortened
from engine.report.lists import row_json, told_reason
from engine.texts import Texts, visible
from engine.verdicts import Verdict
from engine.workspace import Workspace

_CELLS = 90
_DONE = {Fate.STARTED, Fate.WENT_ON, Fate.UNDONE}
_COUNTS = ("checked", "started", "failed")


def recalled_json(found: Recalled, model: Model) -> dict[str, Any]:
    """For machines; `recorded` is what the record answered then, `now` what it answers when asked again."""
    told = found.hindsight.as_json()
    told["effects"] = [row_json(one, model) for one in found.hindsight.effects]
    told["recorded"] = None if found.memory is None else found.memory.as_json()
    return {**told, "now": None if found.again is None else found.again.as_json()}


def render_recalled(found: Recalled, workspace: Workspace, name: str, language: str) -> str:
    """The whole answer as text; `name` is what the workflow was asked for by."""
    workflow, past = workspace.workflow(name), found.hindsight
    words = EffectWords(Texts.of(language), workspace, found.session)
    say, run = words.texts.say, past.run
    told = workflow.names.of(language) if workflow else name
    lines = [
        f"{told} · {_title(found, words, workspace, name)}",
        say("hindsight.run", run=run["run"], at=words.moment(run["at"]), version=run["version"]),
        _verdict(found, words.texts),
        *indented("\n".join(_known(found, words))).splitlines(),
    ]
    if past.effects:
        head = "hindsight.effects" if past.fate in _DONE else "hindsight.why"
        lines += ["", say(head), indented(_effects(past, words, workspace.model))]
    if found.memory is not None:
        lines += _remembered(found.memory, words.texts)
    elif not found.is_about:
        lines += ["", words.texts.say("hindsight.not_about")]
    elif not past.says_why:
        lines += ["", *_asked_again(found.again, words.texts)]
    return "\n".join(lines)


def _title(found: Recalled, words: EffectWords, workspace: Workspace, name: str) -> str:
    """The record by its name; by its key where it is gone."""
    workflow, written = workspace.workflow(name), found.hindsight.record
    key = found.session.record_key(workflow.module, written) if workflow else None
    return words.title(workflow.module, key) if workflow and key is not None else visible(written)


def _verdict(found: Recalled, texts: Texts) -> str:
    """What became of the record, and by which verdict it did not start."""
    told = texts.say(f"hindsight.{found.hindsight.fate}")
    if found.memory is not None and found.hindsight.fate is Fate.NOT_STARTED:
        verdict = texts.say(f"verdict.{found.memory.verdict}")
        told = texts.say("hindsight.because", fate=told, verdict=verdict)
    return texts.say("explain.verdict", verdict=told)


def _known(found: Recalled, words: EffectWords) -> list[str]:
    """What is known of the record beside its effects and its answers."""
    past, say, lines = found.hindsight, words.texts.say, []
    run = past.run
    if run["undone_by"] is not None:
        facts = {"workflow": run["workflow"], "record": past.record, "undo": run["undone_by"]}
        lines.append(say("hindsight.undone_by", **facts))
    if run["undoes"] is not None:
        lines.append(say("hindsight.undoes", run=run["undoes"]))
    if past.own is not None and past.own["control"]:
        lines.append(words.texts.message("W607", {}))
    if past.fate is Fate.HELD and run["held"]:
        lines.append(Held.of(json.loads(run["held"])).told(words.texts))
    if past.fate is Fate.UNFINISHED:
        lines.append(say("hindsight.state", state=say(f"state.{run['state']}")))
        if run["reason"]:
            lines.append(told_reason(json.loads(run["reason"]), words))
    if past.earlier is not None and not past.own:
        lines.append(say("hindsight.before", day=past.earlier["started_on"], run=past.earlier["run"]))
    if past.later is not None and not past.own:
        lines.append(say("hindsight.after", day=past.later["started_on"], run=past.later["run"]))
    lines += _gate(found, words.texts)
    if not past.says_why and found.memory is None and found.is_about:
        lines.append(say("hindsight.counts", **{name: run[name] for name in _COUNTS}))
        if run["deferred"]:
            lines.append(say("hindsight.deferred", count=run["deferred"]))
    return lines


def _gate(found: Recalled, texts: Texts) -> list[str]:
    """What stood before a record that met the conditions."""
    memory, past = found.memory, found.hindsight
    if memory is None or past.fate not in {Fate.NOT_STARTED, Fate.HELD}:
        return []
    asked = memory.conditions.asked
    if memory.bar is not None:
        reason = told_bar(memory.bar, asked.workspace, asked.workflow, texts)
        return [texts.say(f"explain.{memory.bar.kind}", reason=reason)]
    if memory.verdict is Verdict.DEFERRED:
        return [texts.say("hindsight.was_deferred")]
    if memory.verdict is Verdict.ALREADY and past.earlier is None:
        return [texts.say("explain.unchanged")]
    return []


def _effects(found: Hindsight, words: EffectWords, model: Model) -> str:
    """A line an effect."""
    return columns(
        [
            (words.texts.say(f"effect.{one['kind']}"), shortened(words.journal_line(one), _CELLS))
            for one in (row_json(row, model) for row in found.effects)
        ]
    )


def _remembered(memory: Memory, texts: Texts) -> list[str]:
    """What the conditions answered then."""
    if not memory.conditions.answers:
        return []
    head = "conditions" if memory.conditions.has_values else "answers_now" if memory.today else "answers"
    return ["", texts.say(f"hindsight.{head}"), told_conditions(memory.conditions, texts, memory.today)]


def _asked_again(again: Explanation | None, texts: Texts) -> list[str]:
    """Where nothing was recorded, today's records at that moment are the next best."""
    if again is None:
        return [texts.say("hindsight.gone")]
    verdict = texts.say(f"verdict.{again.plan.verdict}")
    lines = [texts.say("hindsight.again"), texts.say("hindsight.again_verdict", verdict=verdict)]
    if again.plan.bar is not None:
        reason = told_bar(again.plan.bar, again.dry.workspace, again.dry.workflow, texts)
        lines.append(f"  {texts.say(f'explain.{again.plan.bar.kind}', reason=reason)}")
    return [*lines, told_conditions(again.conditions, texts)] if again.conditions.answers else lines
