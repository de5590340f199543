"""Two versions of a workflow compared, in words, part by part: for a report as for a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.diffing import FAILED, LIMIT, ONCE, Change, Changed, Diff, Effects, Planned
from engine.effect_lines import EXCLUSION
from engine.model.effects import Effect, EffectKind, Undone
from engine.report.bars import told_bar
from engine.report.effects import EffectWords
from engine.report.phrases import Phrases
from engine.texts import Texts
from engine.verdicts import Verdict

_KEPT = (Verdict.DEFERRED, Verdict.ALREADY, Verdict.EXCLUDED, Verdict.STOPPED)


@dataclass(frozen=True)
class ChangeTold:
    """A record for which it matters, by its key and name, and what is another for it."""

    key: str
    title: str
    lines: tuple[str, ...]


class DiffTold:
    """The parts of a comparison. `listed` are the records that are told of: once these have been read from
    the comparison, all are counted.
    """

    def __init__(self, found: Diff, listed: Sequence[Changed], language: str) -> None:
        self.found, self.listed, self.language, self.texts = found, listed, language, Texts.of(language)
        sides = (found.before, found.after)
        self._words = {id(one): EffectWords(self.texts, one.side.workspace, one.session) for one in sides}

    @property
    def starts(self) -> tuple[int, int]:
        """How many records would start at once, before and after."""
        before, after = self.found.before.prepared.matched.starts, self.found.after.prepared.matched.starts
        return before, after

    def verdicts(self) -> Iterator[tuple[str, int, int]]:
        """What keeps how many of those that meet the conditions from starting, before and after."""
        sides = (self.found.before.verdicts, self.found.after.verdicts)
        for verdict in _KEPT:
            before, after = (getattr(one, verdict) or 0 for one in sides)
            if before or after:
                yield str(verdict), before, after

    def messages(self) -> int:
        """How many messages the new version would send."""
        found = self.found.effects.items()
        return sum(counts[1] for (kind, _), counts in found if kind == EffectKind.MESSAGE)

    def held(self) -> Iterator[str]:
        """That a guard would hold the one side, or the other."""
        sides = {"before": self.found.before.prepared.held, "after": self.found.after.prepared.held}
        for side, held in sides.items():
            if held is not None:
                yield self.texts.say(f"diff.held_{side}", reason=held.told(self.texts))

    def effects(self) -> list[tuple[str, int, int]]:
        """Effects of whose kind there are more or fewer: their names, how many before and after."""
        return [
            (self._name(kind, name), before, after)
            for (kind, name), (before, after) in sorted(self.found.effects.items())
            if before != after
        ]

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

    def owners(self) -> list[tuple[str, str]]:
        """Colleagues who get more or fewer tasks and messages, and how many."""
        say, words, rows = self.texts.say, self.words_of(self.found.after), []
        for owner, counts in sorted(self.found.owners.items()):
            pairs = ((kind, *both) for kind, both in counts.items())
            told = [say(f"diff.{kind}", before=old, after=new) for kind, old, new in pairs if old != new]
            if told:
                rows.append((words.person(owner), say("plan.clause").join(told)))
        return rows

    # --- records ----------------------------------------------------------------------------

    def records(self, change: Change | str) -> list[ChangeTold]:
        """Some records of one change."""
        module, words = self.found.after.side.workflow.module, self.words_of(self.found.after)
        mine = (one for one in self.listed if one.change == change)
        return [
            ChangeTold(str(one.record), words.title(module, one.record), tuple(self._lines(one)))
            for one in mine
        ]

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

    def _told(self, effects: Effects, planned: Planned) -> Sequence[str]:
        return [self._line(one, planned) for one in effects]

    def _line(self, effect: Mapping[str, Any], planned: Planned) -> str:
        """One effect in a sentence, from its JSON form."""
        details = {name: value for name, value in effect.items() if name not in {"kind", "path", "record"}}
        kind, path, record = effect["kind"], effect["path"], effect.get("record", "")
        words, workflow = self.words_of(planned), planned.side.workflow
        if kind == FAILED:
            return self.texts.say("plan.failing", reason=self.texts.message(details.pop("reason"), details))
        if kind == EffectKind.SKIPPED:
            facts = {EXCLUSION: details["because"]} if "because" in details else {}
            return words.line(Undone(path, record, details["reason"], facts), workflow)
        return words.line(Effect(EffectKind(kind), path, record, details), workflow)

    def words_of(self, planned: Planned) -> EffectWords:
        """The words of one of the sides."""
        return self._words[id(planned)]
