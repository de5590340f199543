"""One run in words, and what it did for each of its records: steps, letters, failures, what still waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.guards import Held
from engine.hindsight import in_file_order
from engine.model.nights import Walking
from engine.report.effects import EffectWords
from engine.report.lists import not_started, row_json, told_reason
from engine.report.runs import drift_lines
from engine.texts import visible

_MOST = 20_000
"""Far more rows than the records of one page have."""
_BAD = frozenset({"failed"})


@dataclass(frozen=True)
class RunTold:
    """A run: its row among `runs`, and what of it is told in words.

    `seconds` is how long after its time it ended; None where it has not ended, or had no time.
    """

    row: Mapping[str, Any]
    name: str
    at: str
    ended: str
    decided: str
    seconds: int | None
    effects: tuple[tuple[str, int], ...]
    held: str
    remedy: str
    drift: tuple[str, ...]
    reason: str
    not_started: str


@dataclass(frozen=True)
class StepTold:
    """A row of the journal: what kind of thing was done, and what; a question has a letter and an answer."""

    kind: str
    told: str
    path: str
    is_bad: bool
    is_question: bool


@dataclass(frozen=True)
class LetterTold:
    """A letter as it was written, where it stands, and why."""

    row: Mapping[str, Any]
    to: str
    state: str
    why: str
    sent: str


@dataclass(frozen=True)
class RecordTold:
    """What a run did for one record. `walks` are those enrollments of the workflow that it was about."""

    key: str
    title: str
    steps: tuple[StepTold, ...]
    letters: tuple[LetterTold, ...]
    walks: tuple[WalkTold, ...]


@dataclass(frozen=True)
class WalkTold:
    """An enrollment: where it stands, and until when it waits."""

    row: Mapping[str, Any]
    state: str
    until: str
    reason: str

    @property
    def waits(self) -> bool:
        """Whether it waits now."""
        return bool(self.row["state"] == Walking.WAITING)


def tell_run(row: Mapping[str, Any], words: EffectWords) -> RunTold:
    """A run, from its row as `row_json` gives it."""
    texts, held = words.texts, None if row["held"] is None else Held.of(row["held"])
    ended, due = row["ended_at"], row["due_at"]
    return RunTold(
        row=row,
        name=words.workflow_name(row["workflow"]),
        at=words.moment(row["at"]),
        ended=words.moment(ended) if ended else "",
        decided=words.moment(row["decided_at"]) if row["decided_at"] else "",
        seconds=_seconds(due, ended) if due and ended and row["slots"] == 1 else None,
        effects=tuple(
            (texts.say(f"effect.{kind}"), count) for kind, count in row["effects"].items() if count
        ),
        held="" if held is None else held.told(texts),
        remedy="" if held is None else held.remedy(texts),
        drift=() if held is None else tuple(line.strip() for line in drift_lines(held.drift, texts)),
        reason=told_reason(row["reason"], words),
        not_started=not_started(row, words),
    )


def _seconds(since: str, until: str) -> int:
    return int((datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds())


def tell_records(row: Mapping[str, Any], keys: Sequence[str], words: EffectWords) -> list[RecordTold]:
    """What a run did for some of its records, in their order."""
    steps, letters = _by_record("journal", row, keys, words), _by_record("outbox", row, keys, words)
    walks, module = _walks(row, keys, words), words.module_of(row["workflow"])
    titles = {} if module is None else words.titles(module, keys)
    asks = {(one["enrollment"], one["step"]): one for one in _asked(row, keys, words)}
    found = []
    for key in keys:
        rows = sorted(steps[key], key=lambda one: in_file_order(one["path"]))
        found.append(
            RecordTold(
                key,
                titles.get(key, visible(key)),
                tuple(_step(one, asks, words) for one in rows),
                tuple(_letter(one, words) for one in reversed(letters[key])),
                tuple(walks[key]),
            )
        )
    return found


def _by_record(
    name: str, run: Mapping[str, Any], keys: Sequence[str], words: EffectWords
) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in words.session.book.rows_of(name, limit=_MOST, run=run["run"], records=keys):
        found[one["record"]].append(row_json(one, words.model))
    return found


def _walks(run: Mapping[str, Any], keys: Sequence[str], words: EffectWords) -> Mapping[str, list[WalkTold]]:
    """The enrollments that the run began; of one that went on with others, those that wait as well."""
    found: dict[str, list[WalkTold]] = defaultdict(list)
    rows = words.session.book.rows_of("enrollments", limit=_MOST, workflow=run["workflow"], records=keys)
    for one in rows:
        if one["run"] == run["run"] or one["state"] == Walking.WAITING:
            found[one["record"]].append(tell_walk(one, words))
    return found


def tell_walk(row: Mapping[str, Any], words: EffectWords) -> WalkTold:
    """Where an enrollment stands."""
    until = words.moment(row["until"]) if row["until"] else ""
    reason = words.ending(row["reason"]) if row["reason"] else ""
    return WalkTold(row, words.texts.say(f"state.{row['state']}"), until, reason)


def _asked(run: Mapping[str, Any], keys: Sequence[str], words: EffectWords) -> Iterator[dict[str, Any]]:
    """The questions of the run: of several colleagues who were asked the same, the one who has answered."""
    found = words.session.book.rows_of("asks", limit=_MOST, run=run["run"], records=keys)
    yield from sorted(found, key=lambda one: one["answer"] is not None)


def _step(
    row: Mapping[str, Any], asks: Mapping[tuple[int, str], Mapping[str, Any]], words: EffectWords
) -> StepTold:
    kind, ask = words.texts.say(f"effect.{row['kind']}"), asks.get((row["enrollment"], row["path"]))
    told = words.journal_line(row) if ask is None else _question(ask, words)
    return StepTold(kind, told, row["path"], row["kind"] in _BAD, ask is not None)


def _question(ask: Mapping[str, Any], words: EffectWords) -> str:
    """Who was asked what, and what came of it."""
    state = ask["answer"] or words.texts.say(f"state.{ask['state']}")
    to = words.person(ask["decided_by"] or ask["person"])
    return words.texts.say("hindsight.letter", to=to, text=ask["question"], state=state)


def _letter(row: Mapping[str, Any], words: EffectWords) -> LetterTold:
    is_inside = row["kind"] == "notice" and not row["subject"]
    to = words.person(row["recipient"]) if is_inside else row["recipient"]
    why = "" if row["state"] == "sent" else told_reason(row["answer"], words)
    sent = words.moment(row["sent_at"]) if row["sent_at"] else ""
    return LetterTold(row, to, words.texts.say(f"state.{row['state']}"), why, sent)
