"""A run that is taken back, for people and machines: what was put back, and what is left and why."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.model.values import stored_instant
from engine.report.effects import EffectWords
from engine.report.lists import plain_details
from engine.taking_back import Taken
from engine.undo import Undoing

_KINDS = ("update", "cancel", "create", "message", "notice", "ask", "start", "wait")
_CELLS = 60


def undo_json(found: Undoing, words: EffectWords, limit: int | None) -> Iterator[str]:
    """Piece by piece: `items` first, at most so many, then how many they were."""
    yield '{"items": ['
    between = "\n"
    for number, one in enumerate(found.steps()):
        if limit is None or number < limit:
            yield between + json.dumps(_item_json(one, words), ensure_ascii=False)
            between = ",\n"
    row = found.run
    head = {
        "run": found.undo,
        "undoes": row.id,
        "workflow": row.workflow,
        "version": row.version,
        "at": stored_instant(row.at),
        "state": found.state,
        "undone": dict(found.done),
        "left": dict(found.left),
        "freed": found.freed,
        "next_at": None if found.next_at is None else found.next_at.isoformat(),
    }
    yield f"\n], {json.dumps(head, ensure_ascii=False)[1:]}"


def _item_json(one: Taken, words: EffectWords) -> dict[str, Any]:
    place = {"enrollment": one.enrollment, "record": one.record, "path": one.path, "kind": str(one.kind)}
    reason = {"reason": one.left or None, "facts": dict(one.facts)}
    details = plain_details(one.details, words.model) if one.details else None
    return {**place, "undone": not one.left, **reason, "details": details}


@dataclass(frozen=True)
class Part:
    """Things of a kind: how many, some of them in a line each, and how many are not listed."""

    title: str
    lines: tuple[str, ...]
    rest: int


@dataclass(frozen=True)
class UndoTold:
    """A run that is taken back, in words: what is put back by its kind, what is left by its reason."""

    head: str
    back: tuple[Part, ...]
    left: tuple[Part, ...]
    left_count: int


def tell_undo(found: Undoing, words: EffectWords, limit: int) -> UndoTold:
    """Carries it out, where it is no dry run; of each part at most so many things are listed."""
    kinds: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    left: dict[str, list[str]] = defaultdict(list)
    module = words.module_of(found.run.workflow)
    for one in found.steps():
        lines = left[one.left] if one.left else kinds[str(one.kind)]
        if len(lines) < limit:
            record = one.record if module is None else words.title(module, one.record)
            told = _told(one, found.run.workflow, words)
            lines.append(words.texts.say("undo.item", record=record, told=told))
    say = words.texts.say
    back = (
        Part(say(f"undo.{kind}", count=count), tuple(kinds[kind]), count - len(kinds[kind]))
        for kind in _KINDS
        if (count := found.done[kind])
    )
    kept = (Part("", tuple(lines), found.left[code] - len(lines)) for code, lines in left.items())
    return UndoTold(_head(found, words), tuple(back), tuple(kept), found.left.total())


def render_undo(found: Undoing, words: EffectWords, limit: int) -> str:
    """The whole as text; of what was taken back and of what was left at most so many each are listed."""
    told, say = tell_undo(found, words, limit), words.texts.say
    body = [line for part in told.back for line in ("  " + part.title, *_lines(words, part))]
    if told.left:
        body.append(say("undo.left", count=told.left_count))
    body += [line for part in told.left for line in _lines(words, part)]
    return "\n".join([told.head, *body, *_after(found, words)])


def _head(found: Undoing, words: EffectWords) -> str:
    row, say = found.run, words.texts.say
    facts = {"run": row.id, "undo": found.undo, "name": words.workflow_name(row.workflow)}
    only_frees = found.was_undone and found.undo is not None and not found.done and bool(found.freed)
    state = "already" if only_frees else found.state
    told = say(f"undo.{state}", **facts, at=words.moment(stored_instant(row.at)))
    is_idle = state != "already" and not found.done
    return f"{told}\n{say('undo.nothing')}" if is_idle else told


def _lines(words: EffectWords, part: Part) -> list[str]:
    """Those that are listed, and how many more there are."""
    if not part.rest:
        return [*part.lines]
    count = part.rest + len(part.lines)
    return [*part.lines, words.texts.say("undo.more", count=part.rest, all=count)]


def _told(one: Taken, workflow: str, words: EffectWords) -> str:
    """One thing in a sentence."""
    if one.left:
        return words.left(one.left, one.facts, workflow, one.path)
    return words.taken_back(str(one.kind), plain_details(one.details, words.model))


def _after(found: Undoing, words: EffectWords) -> Iterator[str]:
    """What follows from it: who may start anew, and when the workflow runs again."""
    say = words.texts.say
    if found.freed:
        yield say("undo.freed", count=found.freed)
    elif found.done:
        yield say("undo.kept")
    if found.next_at is not None:
        yield say("undo.next", at=words.moment(stored_instant(found.next_at)), workflow=found.run.workflow)
