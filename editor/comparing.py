"""What a text does other than what runs now, to the same records at the same moment.

There is one comparison: the dry run, the dialog of publishing and a proposal show the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine import ChangeTold, CountTold, Desk, DiffTold, EngineError, PlanTold, Side, Texts, Verdict, Waiting

ADDED, DROPPED, CHANGED = "added", "dropped", "changed"
_KINDS = (ADDED, DROPPED, CHANGED)
LISTED = 50
"""Of each change so many records are listed; all are counted."""
_KEPT = (Verdict.DEFERRED, Verdict.ALREADY, Verdict.EXCLUDED, Verdict.STOPPED)
"""What keeps those that meet the conditions from starting."""


@dataclass(frozen=True)
class Listed:
    """A kind of change: `added`, `dropped` or `changed`; how many records, and the first of them."""

    kind: str
    count: int
    records: tuple[ChangeTold, ...]


@dataclass(frozen=True)
class Facts:
    """What there is to say of a workflow before it is compared.

    `waiting` stay on the versions they began with; `next_at` is when the clock starts it next.
    """

    workflow: str
    name: str
    waiting: tuple[Waiting, ...] = ()
    is_paused: bool = False
    next_at: datetime | None = None


@dataclass(frozen=True)
class Comparison:
    """Whom the text starts beside those of the live version, or no more, or does something else to.

    `before` and `after`: how many would start at once; None before where nothing of it runs. `kept`: what
    keeps how many others from starting though they meet the conditions. `effects`: name, how often before,
    how often after. `problem` says why nobody knows.
    """

    facts: Facts
    before: int | None = None
    after: int = 0
    lists: tuple[Listed, ...] = ()
    same: int = 0
    kept: tuple[tuple[str, int, int], ...] = ()
    effects: tuple[tuple[str, int, int], ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    held: tuple[str, ...] = ()
    messages: int = 0
    has_later: bool = False
    problem: str = ""

    @property
    def concerned(self) -> int:
        """For how many records it matters."""
        return sum(one.count for one in self.lists)

    @property
    def is_same(self) -> bool:
        """Whether it does the same to everybody, as far as anybody knows."""
        return not self.concerned and not self.problem

    def count_of(self, kind: str) -> int:
        """How many records have a kind of change."""
        return next((one.count for one in self.lists if one.kind == kind), 0)


def compared(live: Desk, tried: Desk, workflow: str, languages: Iterable[str]) -> dict[str, Comparison]:
    """By language. `live` knows what runs now, and who waits; `tried` has the text, and the records."""
    own = tried.workspace.workflow(workflow)
    assert own is not None
    side, resting = live.releases.live(workflow), workflow in live.releases.resting()
    waiting = tuple(one for one in live.releases.waits(workflow) if one.version != own.version)
    all_facts = {
        one: Facts(workflow, own.names.of(one), waiting, resting or not own.active) for one in languages
    }
    try:
        if side is None:
            return _of_plan(tried, all_facts)
        return _of_diff(tried, side, Side(tried.workspace, own), all_facts)
    except EngineError as failure:  # another module, no records, a database that is away
        return {
            language: Comparison(facts, problem=Texts.of(language).message(failure.code, failure.facts))
            for language, facts in all_facts.items()
        }


def _of_diff(tried: Desk, before: Side, after: Side, all_facts: dict[str, Facts]) -> dict[str, Comparison]:
    with tried.diff(before, after, 0) as found:
        records = list(found.records(LISTED))
        counts = {str(kind): count for kind, count in found.counts.items()}
        done = {}
        for language, facts in all_facts.items():
            told = DiffTold(found, records, language)
            then = found.after.next_time
            done[language] = Comparison(
                _at(facts, then),
                *told.starts,
                tuple(Listed(kind, counts.get(kind, 0), tuple(told.records(kind))) for kind in _KINDS),
                found.same,
                tuple(told.verdicts()),
                tuple(told.effects()),
                tuple(told.owners()),
                tuple(told.held()),
                told.messages(),
                found.has_later,
            )
        return done


def _of_plan(tried: Desk, all_facts: dict[str, Facts]) -> dict[str, Comparison]:
    """A workflow of which nothing runs yet: whoever it would start is new."""
    done = {}
    for language, facts in all_facts.items():
        with tried.plan(facts.workflow) as dry:
            told = PlanTold(dry, language)
            starts = dry.counts.matched
            some = (one for one in told.records(min(LISTED, starts)))
            records = tuple(ChangeTold(one.key, one.title, one.lines) for one in some)
            effects = tuple(told.effects())
            done[language] = Comparison(
                _at(facts, next(iter(dry.next_times), None)),
                after=starts,
                lists=(Listed(ADDED, starts, records),),
                kept=tuple(_kept(told.verdicts())),
                effects=tuple((one.label, 0, one.count) for one in effects),
                held=tuple(told.held()),
                messages=sum(one.count for one in effects if one.key == "message"),
                has_later=dry.prepared.draft.waits,
            )
    return done


def _kept(verdicts: Iterable[CountTold]) -> Iterable[tuple[str, int, int]]:
    return ((one.key, 0, one.count) for one in verdicts if one.key in set(map(str, _KEPT)) and one.count)


def _at(facts: Facts, then: datetime | None) -> Facts:
    return Facts(facts.workflow, facts.name, facts.waiting, facts.is_paused, then)
