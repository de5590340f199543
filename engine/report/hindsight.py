"""What a past run did with a record, for people: what is known first, then the conditions asked again."""

from __future__ import annotations

import json
from typing import Any

from engine.explain import Explanation
from engine.guards import Held
from engine.hindsight import Fate, Hindsight
from engine.model.entities import Model
from engine.report.bars import told_bar
from engine.report.effects import EffectWords
from engine.report.explain import told_conditions
from engine.report.layout import columns, indented, shortened
from engine.report.lists import row_json
from engine.texts import Texts

_CELLS = 90


def hindsight_json(found: Hindsight, again: Explanation | None, model: Model) -> dict[str, Any]:
    """For machines; `now` is the explanation of today's records at the moment of the run."""
    told = found.as_json()
    told["effects"] = [row_json(one, model) for one in found.effects]
    return {**told, "now": None if again is None else again.as_json()}


def render_hindsight(
    found: Hindsight, again: Explanation | None, words: EffectWords, model: Model, *, names: tuple[str, str]
) -> str:
    """The whole answer as text, under the `names` of the workflow and the record.

    `again` is the explanation of today's records at the moment of the run.
    """
    say, run = words.texts.say, found.run
    lines = [
        " · ".join(names),
        say("hindsight.run", run=run["run"], at=words.moment(run["at"]), version=run["version"]),
        say("explain.verdict", verdict=say(f"hindsight.{found.fate}")),
        *indented("\n".join(_known(found, words))).splitlines(),
    ]
    if found.effects:
        head = "hindsight.effects" if found.fate is Fate.STARTED else "hindsight.why"
        lines += ["", say(head), indented(_effects(found, words, model))]
    if not found.says_why:
        lines += ["", *_asked_again(again, words.texts)]
    return "\n".join(lines)


def _known(found: Hindsight, words: EffectWords) -> list[str]:
    """What the ledger knows of the record beside its effects."""
    say, run, lines = words.texts.say, found.run, []
    if run["undone_by"] is not None:
        facts = {"workflow": run["workflow"], "record": found.record, "undo": run["undone_by"]}
        lines.append(say("hindsight.undone_by", **facts))
    if run["undoes"] is not None:
        lines.append(say("hindsight.undoes", run=run["undoes"]))
    if found.own is not None and found.own["control"]:
        lines.append(words.texts.message("W607", {}))
    if found.fate is Fate.HELD and run["held"]:
        lines.append(Held.of(json.loads(run["held"])).told(words.texts))
    if found.fate is Fate.UNFINISHED:
        lines.append(say("hindsight.state", state=say(f"state.{run['state']}")))
    if found.earlier is not None and not found.own:
        lines.append(say("hindsight.before", day=found.earlier["started_on"], run=found.earlier["run"]))
    if found.later is not None and not found.own:
        lines.append(say("hindsight.after", day=found.later["started_on"], run=found.later["run"]))
    if not found.says_why:
        lines.append(say("hindsight.counts", **{name: run[name] for name in _COUNTS}))
        if run["deferred"]:
            lines.append(say("hindsight.deferred", count=run["deferred"]))
    return lines


_COUNTS = ("checked", "started", "failed")


def _effects(found: Hindsight, words: EffectWords, model: Model) -> str:
    """A line an effect."""
    return columns(
        [
            (words.texts.say(f"effect.{one['kind']}"), shortened(words.journal_line(one), _CELLS))
            for one in (row_json(row, model) for row in found.effects)
        ]
    )


def _asked_again(again: Explanation | None, texts: Texts) -> list[str]:
    """Why a record did not start is not kept; today's records at that moment are the next best."""
    if again is None:
        return [texts.say("hindsight.gone")]
    verdict = texts.say(f"verdict.{again.plan.verdict}")
    lines = [texts.say("hindsight.again"), texts.say("hindsight.again_verdict", verdict=verdict)]
    if again.plan.bar is not None:
        reason = told_bar(again.plan.bar, again.dry.workspace, again.dry.workflow, texts)
        lines.append(f"  {texts.say(f'explain.{again.plan.bar.kind}', reason=reason)}")
    conditions = told_conditions(again, texts)
    return [*lines, conditions] if conditions else lines
