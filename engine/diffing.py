"""Diff: what another version of a workflow would do to the same records at the same moment.

Both are planned on one session that cannot write, and read beside one another in the order of their keys:
memory is flat in the number of records.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias

from engine.dryrun import is_kept_out, next_runs, plan_row
from engine.effect_lines import EffectLines
from engine.model.diagnostics import WrongUsage
from engine.model.document import plain_value
from engine.model.effects import EffectKind
from engine.model.predicates import leaves
from engine.pipeline import Prepared, prepare
from engine.records.answering import Answers
from engine.records.session import Session
from engine.sides import Side
from engine.verdicts import Counts, count_verdicts

Key: TypeAlias = str | int
Effects: TypeAlias = Sequence[Mapping[str, Any]]

FAILED = "failed"
"""The kind of what cannot be made for a record, beside the kinds of effects."""
LIMIT, ONCE = "limit", "once_per"
"""Why a record that meets the conditions does not start: it waits for another day, or has started."""
_PAGE = 2_000


class Change(StrEnum):
    """What another version changes for a record."""

    ADDED = "added"
    DROPPED = "dropped"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Changed:
    """A record for which it matters, with its effects before and after.

    `because` are the paths of the conditions that keep it out, in the version that does.
    """

    record: Key
    change: Change
    before: Effects
    after: Effects
    because: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "id": self.record,
            "change": str(self.change),
            "before": list(self.before),
            "after": list(self.after),
            "because": list(self.because),
        }


@dataclass(frozen=True)
class Planned:
    """One side of a comparison, planned on a session of its own kind of model."""

    side: Side
    session: Session
    prepared: Prepared

    def records(self) -> Iterator[tuple[Key, Effects]]:
        """Every record that would start, by key, with what would happen to it."""
        matched, lines = self.prepared.matched, EffectLines(self.prepared.reader, is_kept_out)
        position = matched.positions()["id"]
        for first in range(1, matched.starts + 1, _PAGE):
            rows = matched.rows(first, min(first + _PAGE - 1, matched.starts))
            for row, line in zip(rows, lines.of(rows), strict=True):
                yield row[position], self._alone(row) if line is None else json.loads(line)

    def _alone(self, row: tuple[Any, ...]) -> Effects:
        plan = plan_row(self.prepared, row)
        if plan.error is not None:
            return [{"kind": FAILED, "path": plan.error.path, "reason": plan.error.code, **plan.error.facts}]
        found: Effects = plan.as_json()["effects"]
        return found

    @cached_property
    def asked(self) -> tuple[tuple[str, Any], ...]:
        """The conditions in file order: where each stands, and what is written there."""
        workflow, workspace = self.side.workflow, self.side.workspace
        found = [] if workflow.condition is None else [leaf.path for leaf in leaves(workflow.condition)]
        nodes = [(path, workspace.node_at(workflow.file, path)) for path in found]
        return tuple((path, None if node is None else plain_value(node)) for path, node in nodes)

    @cached_property
    def verdicts(self) -> Counts:
        """How many records there are of each verdict."""
        matched, workflow = self.prepared.matched, self.side.workflow
        answers = self.session.answers(workflow, self.prepared.draft)
        return count_verdicts(answers, matched.starts, matched.deferred, workflow.bars)

    @property
    def next_time(self) -> datetime | None:
        """When the clock starts it next; None where none does."""
        return next(iter(next_runs(self.side.workflow, self.side.workspace, self.session, count=1)), None)

    def answers(self, keys: Sequence[Key]) -> Mapping[Key, Answers]:
        """What these records say to the conditions."""
        return self.session.answers_among(self.side.workflow, self.prepared.draft, keys)

    def keeps_out(self, key: Key, own: Answers, other: Sequence[tuple[Any, bool | None]]) -> tuple[str, ...]:
        """Where it stands that a record does not start; `other` are the conditions and answers over there.

        Of the conditions that say no, those that say the same over there are not to blame, if others are.
        """
        if own.whole is not True:
            asked = zip(self.asked, own.leaves, strict=True)
            no = [(path, (written, answer)) for (path, written), answer in asked if answer is not True]
            blamed = tuple(path for path, said in no if said not in other)
            return blamed or tuple(path for path, _ in no)
        if own.bar:
            return (self.side.workflow.bars[own.bar - 1].path,)
        return (ONCE,) if self.prepared.matched.find(key) is None else (LIMIT,)


@dataclass
class Diff:
    """Two planned sides; the counts are complete once all of `records` have been read.

    `waiting` enrollments stay on the versions they began with.
    """

    before: Planned
    after: Planned
    waiting: int
    counts: Counter[Change] = field(default_factory=Counter)
    same: int = 0
    effects: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    owners: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    @property
    def has_later(self) -> bool:
        """Whether something comes after a wait, on either side: that is not compared."""
        return self.before.prepared.draft.waits or self.after.prepared.draft.waits

    def records(self, limit: int | None) -> Iterator[Changed]:
        """The records for which it matters; of each change at most so many, all are counted."""
        pairs = _beside(self.before.records(), self.after.records())
        while page := list(islice(pairs, _PAGE)):
            self._count_letters(page)
            listed = []
            for key, before, after in page:
                change = self._count(before, after)
                if change is not None and (limit is None or self.counts[change] <= limit):
                    listed.append(Changed(key, change, before or (), after or ()))
            yield from self._explained(listed)

    # --- counts -----------------------------------------------------------------------------

    def _count(self, before: Effects | None, after: Effects | None) -> Change | None:
        for place, effects in enumerate((before, after)):
            for one in effects or ():
                for name in self._names(one):
                    self.effects[name][place] += 1
                if (person := self._given_to(one)) is not None:
                    self._of(person)["tasks"][place] += 1
        change = _change(before, after)
        if change is None:
            self.same += 1
        else:
            self.counts[change] += 1
        return change

    def _names(self, effect: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Under which names an effect counts: fields, type of task, template, reason, other workflow."""
        kind = str(effect["kind"])
        if kind == EffectKind.UPDATE:
            yield from ((kind, key) for key in effect["changes"])
        elif kind == EffectKind.CREATE:
            tasks = self.after.side.workspace.model.tasks
            is_task = tasks is not None and tasks.module == effect["module"]
            key = tasks.fields.get("type", "") if is_task and tasks is not None else ""
            yield kind, str(effect["values"].get(key) or effect["module"])
        else:
            yield kind, str(effect.get("template") or effect.get("workflow") or effect.get("reason") or "")

    def _given_to(self, effect: Mapping[str, Any]) -> str | None:
        """Who gets a task; None where it is none."""
        tasks = self.after.side.workspace.model.tasks
        if effect["kind"] != EffectKind.CREATE or tasks is None or effect["module"] != tasks.module:
            return None
        return str(effect["values"].get(tasks.fields.get("to", "")) or "")

    def _count_letters(self, page: Sequence[tuple[Key, Effects | None, Effects | None]]) -> None:
        """The messages of a page, by the owners of their records."""
        counted = {key: (_letters(before), _letters(after)) for key, before, after in page}
        keys = [key for key, both in counted.items() if any(both)]
        module = self.after.side.workflow.module
        owner = module.field(module.owner) if module.owner else None
        if not keys or owner is None or owner.computed is not None:
            return
        owners = self.after.session.kept_of(module, owner, keys)
        for key in keys:
            found = self._of(str(owners.get(key) or ""))["messages"]
            for place, count in enumerate(counted[key]):
                found[place] += count

    def _of(self, person: str) -> dict[str, list[int]]:
        return self.owners.setdefault(person, {"tasks": [0, 0], "messages": [0, 0]})

    # --- why --------------------------------------------------------------------------------

    def _explained(self, listed: Sequence[Changed]) -> Iterator[Changed]:
        """With the reasons of those that one of the versions keeps out."""
        keys = [one.record for one in listed if one.change is not Change.CHANGED]
        before, after = (self.before.answers(keys), self.after.answers(keys)) if keys else ({}, {})
        for one in listed:
            if one.change is Change.CHANGED:
                yield one
                continue
            sides = ((self.before, before[one.record]), (self.after, after[one.record]))
            (side, own), (other, theirs) = sides if one.change is Change.ADDED else sides[::-1]
            asked = zip(other.asked, theirs.leaves, strict=True)
            said = [(written, answer) for (_, written), answer in asked]
            yield replace(one, because=side.keeps_out(one.record, own, said))


def compare(session: Session, before: Side, after: Side, waiting: int) -> Diff:
    """Two versions of a workflow, planned on the records at the moment of a session. Raises WrongUsage."""
    modules = [one.workflow.module for one in (before, after)]
    if modules[0].key != modules[1].key:
        old, new = (one.labels.told for one in modules)
        raise WrongUsage("W636", workflow=after.workflow.id, old=old, new=new)
    return Diff(_planned(session, before, 0), _planned(session, after, 1), waiting)


def _planned(session: Session, side: Side, place: int) -> Planned:
    settings = side.workspace.settings
    own = replace(session.about(side.workspace.model, settings.late_calendar), place=place)
    return Planned(side, own, prepare(own, side.workspace, side.workflow))


def _beside(
    before: Iterator[tuple[Key, Effects]], after: Iterator[tuple[Key, Effects]]
) -> Iterator[tuple[Key, Effects | None, Effects | None]]:
    """Two streams in the order of their keys as one: each key with what either has."""
    one, other = next(before, None), next(after, None)
    while one is not None or other is not None:
        if other is None or (one is not None and _is_less(one[0], other[0])):
            assert one is not None
            yield one[0], one[1], None
            one = next(before, None)
        elif one is None or _is_less(other[0], one[0]):
            yield other[0], None, other[1]
            other = next(after, None)
        else:
            yield one[0], one[1], other[1]
            one, other = next(before, None), next(after, None)


def _is_less(one: Any, other: Any) -> bool:
    """Numbers by size, texts by their signs: as the database puts them in order."""
    return bool(one < other)


def _change(before: Effects | None, after: Effects | None) -> Change | None:
    if before is None:
        return Change.ADDED
    if after is None:
        return Change.DROPPED
    return None if before == after or _told(before) == _told(after) else Change.CHANGED


def _told(effects: Effects) -> list[dict[str, Any]]:
    """Effects without their places in the file: a step that only moved does nothing else."""
    return [{name: value for name, value in one.items() if name != "path"} for one in effects]


def _letters(effects: Effects | None) -> int:
    return sum(one["kind"] == EffectKind.MESSAGE for one in effects or ())
