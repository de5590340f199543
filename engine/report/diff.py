"""What another version does other than the one before, for people and machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import ndiff
from typing import Any

from engine.diffing import Change, Diff, Planned
from engine.outlook import outlooks
from engine.report.describe import describe
from engine.report.diff_told import DiffTold
from engine.report.layout import columns, indented
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
    report = _DiffReport(found, language, limit)
    parts = [report.head(), report.sentences(), report.counts(), report.held()]
    if +found.counts:
        parts += [report.effects(), report.owners(), *(report.records(one) for one in Change)]
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

    def __init__(self, found: Diff, language: str, limit: int) -> None:
        self.found, self.language, self.texts = found, language, Texts.of(language)
        self.told = DiffTold(found, list(found.records(limit)), language)

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
        at = self.told.words_of(self.found.after).moment(side.published_at)
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
        return "\n".join(self.told.held())

    def effects(self) -> str:
        """Only what differs."""
        rows = [(name, str(before), "→", str(after)) for name, before, after in self.told.effects()]
        return self._table("diff.effects", rows)

    def owners(self) -> str:
        """Of whom something differs."""
        return self._table("diff.owners", self.told.owners())

    def _table(self, title: str, rows: Sequence[tuple[str, ...]]) -> str:
        return self.texts.say(title) + "\n" + indented(columns(rows)) if rows else ""

    def records(self, change: Change) -> str:
        """Some records of one change, and how many more there are."""
        mine, count = self.told.records(change), self.found.counts[change]
        if not mine:
            return ""
        lines = [self.texts.say(f"diff.list_{change}", count=count)]
        for one in mine:
            lines += [f"  {one.title}", *(f"    {line}" for line in one.lines)]
        if count > len(mine):
            lines.append("  " + self.texts.say("diff.more", count=count - len(mine), all=count))
        return "\n".join(lines)

    def foot(self) -> str:
        """What else an admin should know: who waits, and what comes later."""
        found, say = self.found, self.texts.say
        lines = []
        if found.waiting:
            facts = {"count": found.waiting, "workflow": found.after.side.workflow.id}
            lines.append(say("diff.waiting", **facts))
        if found.has_later:
            lines.append(say("diff.later"))
        return "\n".join(lines)
