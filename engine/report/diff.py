"""What another version does other than the one before, for people and machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import ndiff
from typing import Any

from engine.diffing import FAILED, LIMIT, ONCE, Change, Changed, Diff, Effects, Planned
from engine.effect_lines import EXCLUSION
from engine.model.effects import Effect, EffectKind, Undone
from engine.outlook import outlooks
from engine.report.bars import told_bar
from engine.report.describe import describe
from engine.report.effects import EffectWords
from engine.report.layout import columns, indented
from engine.report.phrases import Phrases
from engine.report.phrases.steps import outline
from engine.sides import Side
from engine.texts import Texts


def diff_json(found: Diff, language: str, limit: int | None) -> Iterator[str]:
    """Piece by piece: `records` first, then what was counted of them."""
    yield '{"records": ['
    between = "\n"
    for one in found.records(limit):
        yield between + json.dumps(one.as_json(), ensure_ascii=False)
        between = ",\n"
    removed, gained = _sentences(found, language)
    before, after = found.before, found.after
    head = {
        "workflow": after.side.workflow.id,
        "name": after.side.workflow.name,
        "from": {**before.side.as_json(), "held": _held_json(before)},
        "to": {**after.side.as_json(), "held": _held_json(after)},
        "at": after.session.clock.local.isoformat(),
        "checked": after.prepared.checked,
        "added": found.counts[Change.ADDED],
        "dropped": found.counts[Change.DROPPED],
        "changed": found.counts[Change.CHANGED],
        "same": found.same,
        "waiting": found.waiting,
        "effects": [
            {"kind": kind, "name": name, "before": counts[0], "after": counts[1]}
            for (kind, name), counts in found.effects.items()
        ],
        "owners": [{"owner": owner, **counts} for owner, counts in sorted(found.owners.items())],
        "held": _held_json(after),
        "text": {"removed": removed, "added": gained},
    }
    yield f"\n], {json.dumps(head, ensure_ascii=False)[1:]}"


def _held_json(planned: Planned) -> dict[str, Any] | None:
    """Why a guard would hold a side."""
    return None if planned.prepared.held is None else planned.prepared.held.as_json()


def render_diff(found: Diff, language: str, limit: int) -> str:
    """The whole as text; of each change at most so many records are listed."""
    report = _DiffReport(found, language)
    listed = list(found.records(limit))
    parts = [report.head(), report.sentences(), report.counts(), report.held()]
    if +found.counts:
        parts += [report.effects(), report.owners(), *(report.records(one, listed) for one in Change)]
    return "\n\n".join(part for part in [*parts, report.foot()] if part)


def _sentences(found: Diff, language: str) -> tuple[list[str], list[str]]:
    """The lines of both sides read back, as far as only one of them has them."""
    lines = list(ndiff(_lines(found.before, language), _lines(found.after, language)))
    removed, gained = ([one[2:].strip() for one in lines if one[0] == sign] for sign in "-+")
    return removed, gained


def _lines(planned: Planned, language: str) -> list[str]:
    """What the files say, without the numbers of steps, which move, and the times to come."""
    side, clock = planned.side, planned.session.clock
    known = outlooks(side.workspace, clock, [side.workflow.file])
    (one,) = describe(known, side.workspace, language)
    steps, goal_steps = ([line.text for line in outline(told)] for told in (one.steps, one.goal_steps))
    lines = [one.when, *one.remarks, one.who, *one.conditions, *steps, one.goal, *goal_steps]
    return [line for line in (*lines, *one.stops, *one.promises) if line]


class _DiffReport:
    """The parts of the text, top to bottom."""

    def __init__(self, found: Diff, language: str) -> None:
        self.found, self.language, self.texts = found, language, Texts.of(language)
        sides = (found.before, found.after)
        self.words = {id(one): EffectWords(self.texts, one.side.workspace, one.session) for one in sides}

    def head(self) -> str:
        say, after = self.texts.say, self.found.after
        name = after.side.workflow.names.of(self.language)
        sides = {"before": self._side(self.found.before.side), "after": self._side(after.side)}
        clock = after.session.clock
        when = say("plan.when", at=f"{clock.local:%Y-%m-%d %H:%M}", zone=clock.zone)
        return f"{say('diff.title', name=name, **sides)}\n{when}"

    def _side(self, side: Side) -> str:
        version = side.workflow.version
        if side.published_at is None:
            return self.texts.say("diff.file", file=side.workflow.file, version=version)
        at = self._words(self.found.after).moment(side.published_at)
        return self.texts.say("diff.version", version=version, at=at)

    def sentences(self) -> str:
        """What the change of the files means, in the words of `describe`."""
        say = self.texts.say
        removed, gained = _sentences(self.found, self.language)
        if not removed and not gained:
            is_same = self.found.before.side.workflow.version == self.found.after.side.workflow.version
            return say("diff.same_version" if is_same else "diff.same_text")
        lines = [*(f"  - {one}" for one in removed), *(f"  + {one}" for one in gained)]
        return "\n".join([say("diff.text"), *lines])

    def counts(self) -> str:
        found, say = self.found, self.texts.say
        label = found.after.side.workflow.module.labels.of(self.language)
        checked = found.after.prepared.checked
        if not +found.counts:
            return say("diff.nothing", module=label, checked=checked, same=found.same)
        rows = [(say(f"diff.{one}"), str(found.counts[one])) for one in Change]
        rows.append((say("diff.same"), str(found.same)))
        return say("diff.counts", module=label, checked=checked) + "\n" + indented(columns(rows, right={1}))

    def held(self) -> str:
        """That a guard would hold the one side, or the other."""
        sides = {"before": self.found.before.prepared.held, "after": self.found.after.prepared.held}
        told = (
            self.texts.say(f"diff.held_{side}", reason=held.told(self.texts))
            for side, held in sides.items()
            if held is not None
        )
        return "\n".join(told)

    def effects(self) -> str:
        """Only what differs."""
        rows = [
            (self._name(kind, name), str(before), "→", str(after))
            for (kind, name), (before, after) in sorted(self.found.effects.items())
            if before != after
        ]
        return self._table("diff.effects", rows)

    def _name(self, kind: str, name: str) -> str:
        """What an effect is called, and what tells it from others of its kind."""
        module = self.found.after.side.workflow.module
        if kind == EffectKind.UPDATE:
            field = module.fields.get(name) or self.found.before.side.workflow.module.fields.get(name)
            name = name if field is None else field.labels.of(self.language)
        elif name in self.texts.codes():
            name = self.texts.message(name, {}).rstrip("。.")
        elif kind == EffectKind.CREATE and (made := self.found.after.side.workspace.model.modules.get(name)):
            name = made.labels.of(self.language)
        label = self.texts.say(f"effect.{kind}")
        return self.texts.say("diff.named", kind=label, name=name) if name else label

    def owners(self) -> str:
        say, words, rows = self.texts.say, self._words(self.found.after), []
        for owner, counts in sorted(self.found.owners.items()):
            pairs = ((kind, *both) for kind, both in counts.items())
            told = [say(f"diff.{kind}", before=old, after=new) for kind, old, new in pairs if old != new]
            if told:
                rows.append((words.person(owner), say("plan.clause").join(told)))
        return self._table("diff.owners", rows)

    def _table(self, title: str, rows: Sequence[tuple[str, ...]]) -> str:
        return self.texts.say(title) + "\n" + indented(columns(rows)) if rows else ""

    # --- records ----------------------------------------------------------------------------

    def records(self, change: Change, listed: list[Changed]) -> str:
        """Some records of one change, and how many more there are."""
        mine, count = [one for one in listed if one.change is change], self.found.counts[change]
        if not mine:
            return ""
        lines = [self.texts.say(f"diff.list_{change}", count=count)]
        for one in mine:
            module, words = self.found.after.side.workflow.module, self._words(self.found.after)
            lines.append(f"  {words.title(module, one.record)}")
            lines += [f"    {line}" for line in self._lines(one)]
        if count > len(mine):
            lines.append("  " + self.texts.say("diff.more", count=count - len(mine), all=count))
        return "\n".join(lines)

    def _lines(self, one: Changed) -> Iterator[str]:
        found, say = self.found, self.texts.say
        if one.change is not Change.CHANGED:
            side = found.before if one.change is Change.ADDED else found.after
            reasons = say("plan.list").join(self._why(path, side) for path in one.because)
            yield say(f"diff.why_{one.change}", reasons=reasons)
        before, after = self._told(one.before, found.before), self._told(one.after, found.after)
        yield from (f"- {line}" for line in before if line not in after)
        yield from (f"+ {line}" for line in after if line not in before)

    def _why(self, path: str, planned: Planned) -> str:
        """A condition that keeps a record out, in words."""
        workspace, workflow = planned.side.workspace, planned.side.workflow
        if path in {LIMIT, ONCE}:
            return self.texts.say(f"diff.{path}")
        bar = next((bar for bar in workflow.bars if bar.path == path), None)
        if bar is not None:
            return told_bar(bar, workspace, workflow, self.texts)
        phrases = Phrases(self.texts, workspace.model)
        return phrases.of(workspace.node_at(workflow.file, path), path, workflow.module)

    def _told(self, effects: Effects, planned: Planned) -> list[str]:
        return [self._line(one, planned) for one in effects]

    def _line(self, effect: Mapping[str, Any], planned: Planned) -> str:
        """One effect in a sentence, from its JSON form."""
        details = {name: value for name, value in effect.items() if name not in {"kind", "path", "record"}}
        kind, path, record = effect["kind"], effect["path"], effect.get("record", "")
        words, workflow = self._words(planned), planned.side.workflow
        if kind == FAILED:
            return self.texts.say("plan.failing", reason=self.texts.message(details.pop("reason"), details))
        if kind == EffectKind.SKIPPED:
            facts = {EXCLUSION: details["because"]} if "because" in details else {}
            return words.line(Undone(path, record, details["reason"], facts), workflow)
        return words.line(Effect(EffectKind(kind), path, record, details), workflow)

    def _words(self, planned: Planned) -> EffectWords:
        return self.words[id(planned)]

    def foot(self) -> str:
        """What else an admin should know: who waits, and what comes later."""
        found, say = self.found, self.texts.say
        lines = []
        if found.waiting:
            facts = {"count": found.waiting, "workflow": found.after.side.workflow.id}
            lines.append(say("diff.waiting", **facts))
        if found.before.prepared.draft.waits or found.after.prepared.draft.waits:
            lines.append(say("diff.later"))
        return "\n".join(lines)
