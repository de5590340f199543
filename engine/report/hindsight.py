"""What a past run did with a record, for people: what is known first, then its answers to the conditions."""

from __future__ import annotations

import json
from typing import Any

from engine.explain import Conditions, Explanation
from engine.guards import Held
from engine.hindsight import Fate, Hindsight
from engine.model.entities import Model
from engine.recall import Memory, Recalled
from engine.report.bars import told_bar
from engine.report.conditions_told import AnswerTold, ConditionsTold
from engine.report.effects import EffectWords
from engine.report.explain import told_conditions, told_needs
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
    told = RecalledTold(found, workspace, name, language)
    past, words, say = found.hindsight, told.words, told.words.texts.say
    run = past.run
    lines = [
        f"{told.workflow} · {told.title}",
        say("hindsight.run", run=run["run"], at=words.moment(run["at"]), version=run["version"]),
        say("explain.verdict", verdict=told.verdict_told),
        *indented("\n".join([*told.gates(), *_undone_how(past, words.texts)])).splitlines(),
    ]
    if past.effects:
        head = "hindsight.effects" if past.fate in _DONE else "hindsight.why"
        lines += ["", say(head), indented(_effects(past, words, workspace.model))]
    if told.about:
        lines += ["", *told.about]
    if told.asked is not None and told.asked.answers:
        lines += [] if told.about else [""]
        lines.append(told_conditions(told.asked, words.texts, told.today))
    return "\n".join(lines)


class RecalledTold:
    """The same part by part: what a page shows as a tree where a report writes text."""

    def __init__(self, found: Recalled, workspace: Workspace, name: str, language: str) -> None:
        workflow = workspace.workflow(name)
        self.found, self.words = found, EffectWords(Texts.of(language), workspace, found.session)
        self.workflow = workflow.names.of(language) if workflow else name
        self.title = _title(found, self.words, workspace, name)
        self.today = None if found.memory is None else found.memory.today

    @property
    def verdict(self) -> str:
        """For machines: the verdict of the conditions where nothing was started, else what became of it."""
        memory, fate = self.found.memory, self.found.hindsight.fate
        return str(fate if memory is None or fate is not Fate.NOT_STARTED else memory.verdict)

    @property
    def verdict_told(self) -> str:
        """What became of the record, and by which verdict it did not start."""
        return _verdict(self.found, self.words.texts)

    def gates(self) -> list[str]:
        """What is known of the record beside its effects and its answers: runs before and after, what stood
        before it.
        """
        return _known(self.found, self.words)

    @property
    def asked(self) -> Conditions | None:
        """The conditions with their answers: those of that night, else asked once more today."""
        memory, again = self.found.memory, self.found.again
        if memory is not None:
            return memory.conditions
        is_asked = again is not None and self.found.is_about and not self.found.hindsight.says_why
        return again.conditions if again is not None and is_asked else None

    @property
    def about(self) -> list[str]:
        """What is to be known of the answers, from when they are; or why there are none."""
        texts = self.words.texts
        if self.found.memory is not None:
            return _remembered(self.found.memory, texts)
        if not self.found.is_about:
            return [texts.say("hindsight.not_about")]
        return [] if self.found.hindsight.says_why else _asked_again(self.found.again, texts)

    def tree(self) -> tuple[AnswerTold, ...]:
        """The conditions as they stand in one another."""
        asked = self.asked
        return () if asked is None else ConditionsTold(asked, self.today or asked, self.words).tree()

    def needs(self) -> list[str]:
        """What would have had to be so for the record to match."""
        return [] if self.asked is None else [one.strip() for one in told_needs(self.asked, self.words.texts)]


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
        return texts.say("hindsight.because", fate=told, verdict=verdict)
    return told


def _known(found: Recalled, words: EffectWords) -> list[str]:
    """What is known of the record beside its effects and its answers."""
    past, say, lines = found.hindsight, words.texts.say, []
    run = past.run
    if run["undone_by"] is not None:
        lines.append(say("hindsight.undone_by", undo=run["undone_by"]))
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


def _undone_how(past: Hindsight, texts: Texts) -> list[str]:
    """Which command tells what was taken back."""
    if past.run["undone_by"] is None:
        return []
    facts = {"workflow": past.run["workflow"], "record": past.record, "undo": past.run["undone_by"]}
    return [texts.say("hindsight.undone_how", **facts)]


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
    return [texts.say(f"hindsight.{head}")]


def _asked_again(again: Explanation | None, texts: Texts) -> list[str]:
    """Where nothing was recorded, today's records at that moment are the next best."""
    if again is None:
        return [texts.say("hindsight.gone")]
    verdict = texts.say(f"verdict.{again.plan.verdict}")
    lines = [texts.say("hindsight.again"), texts.say("hindsight.again_verdict", verdict=verdict)]
    if again.plan.bar is not None:
        reason = told_bar(again.plan.bar, again.dry.workspace, again.dry.workflow, texts)
        lines.append(f"  {texts.say(f'explain.{again.plan.bar.kind}', reason=reason)}")
    return lines
