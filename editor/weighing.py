"""What publishing a text would do to the records as they are, and what it asks of whoever publishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from editor.analysis import Analysis
from engine import Desk, DiffTold, EngineError, PlanTold, Texts

LARGE = 100
"""More customers or messages than a person looks through before lunch: then a note says why, and the name is
typed, so that nobody publishes it by a slip of the finger."""
_LISTED = 20
_KINDS = ("added", "dropped", "changed")
_COMPARED = 6
"""So many workflows of a shared file are compared while somebody waits for the dialog."""


@dataclass(frozen=True)
class Names:
    """Some of the records for which it matters, each with what is another for it."""

    kind: str
    count: int
    records: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Effect:
    """What one workflow would do otherwise; `problem` says why nobody knows."""

    name: str
    before: int | None = None
    after: int | None = None
    changes: tuple[Names, ...] = ()
    counts: tuple[tuple[str, int, int], ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    held: tuple[str, ...] = ()
    messages: int = 0
    problem: str = ""

    @property
    def concerned(self) -> int:
        """For how many records it matters."""
        return sum(one.count for one in self.changes)


@dataclass(frozen=True)
class Weighed:
    """What publishing asks for, and why."""

    effects: tuple[Effect, ...] = ()
    uncompared: tuple[str, ...] = ()
    waiting: int = 0
    asks_second: bool = False
    rule: str = "none"

    @property
    def is_large(self) -> bool:
        """Whether it matters for so many that a note is asked for, and the name."""
        most = max((max(one.concerned, one.messages) for one in self.effects if one.concerned), default=0)
        return most > LARGE or bool(self.uncompared)


def weigh(desk: Desk, after: Analysis, language: str) -> Weighed:
    """What a text without errors would do, compared with what runs now."""
    tried = after.desk.workspace
    rule = desk.workspace.settings.second_person
    if after.has_errors or tried.broken_base:
        return Weighed(rule=rule)
    changed = desk.releases.changed(tried)
    own = [one for one in tried.workflows if one.file == after.file and one not in changed]
    if own and is_behind(desk, after):
        changed = [*own, *changed]
    writes = any(desk.releases.reaches_customers(tried, one) for one in changed)
    asks = rule == "everything" or (rule == "messages" and writes)
    asks = asks or rule not in {"none", tried.settings.second_person}  # nobody does away with it alone
    waiting = sum(desk.releases.waiting(one.id, one.version) for one in changed)
    compared = [one.id for one in changed[:_COMPARED]] if desk.store.is_there else []
    effects = tuple(_effect(desk, after.desk, one, language) for one in compared)
    left = tuple(one.name for one in changed[_COMPARED:]) if desk.store.is_there else ()
    return Weighed(effects, left, waiting, asks_second=asks, rule=rule)


def is_behind(desk: Desk, one: Analysis) -> bool:
    """Whether what was published last is another version than a text, as where a file was changed by hand."""
    if desk.releases.is_automatic:
        return False
    newest = desk.releases.newest()
    mine = (each for each in one.desk.workspace.workflows if each.file == one.file)
    return any(each.id not in newest or newest[each.id].version != each.version for each in mine)


def _effect(desk: Desk, tried: Desk, name: str, language: str) -> Effect:
    workflow = tried.workspace.workflow(name)
    assert workflow is not None
    title = workflow.names.of(language)
    try:
        with desk.releases.against_live(tried.workspace, workflow) as found:
            if found is not None:
                return _of_diff(title, DiffTold(found, list(found.records(_LISTED)), language))
        return _of_plan(title, tried, name, language)
    except EngineError as failure:  # another module, a database that is away: it can still be published
        texts = Texts.of(language)
        return Effect(title, problem=texts.message(failure.code, failure.facts))


def _of_diff(title: str, told: DiffTold) -> Effect:
    before, after = told.starts
    return Effect(
        title,
        before,
        after,
        tuple(_names(told)),
        tuple(told.effects()),
        tuple(told.owners()),
        tuple(told.held()),
        told.messages(),
    )


def _names(told: DiffTold) -> Iterator[Names]:
    counts = told.found.counts
    for kind in _KINDS:
        if count := next((each for change, each in counts.items() if change == kind), 0):
            yield Names(kind, count, tuple((one.title, one.lines) for one in told.records(kind)))


def _of_plan(title: str, tried: Desk, name: str, language: str) -> Effect:
    """A workflow of which nothing runs yet: whoever it would start is new."""
    with tried.plan(name, with_funnel=False) as dry:
        told = PlanTold(dry, language)
        records = tuple((one.title, one.lines) for one in told.records(_LISTED))
        counts = tuple((one.label, 0, one.count) for one in told.effects())
        messages = sum(one.count for one in told.effects() if one.key == "message")
        starts = dry.counts.matched
        held = tuple(told.held())
    return Effect(title, None, starts, (Names("added", starts, records),), counts, (), held, messages)
