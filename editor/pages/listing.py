"""The list of workflows: what each is for, whether it runs, when it does next, how it went last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import g, render_template, request

from editor.dates import distance_in_words
from editor.drafts import Draft
from editor.faults import fault_of
from editor.narrowing import AUTOMATIC, Narrowing
from editor.pages.beside import beside
from editor.pages.given import moment_of, my_drafts, pages, studio_here
from editor.releasing import catch_up
from editor.rights import Right, needs
from editor.searching import Search
from editor.words import words_in
from engine import Desk, Diagnostic, EngineError, Published, Sentence, describe, is_workflow_file

STATES = ("active", "paused", "broken", "draft", "outside", "unpublished")
KINDS = ("clock", "event", "hand")
_NEVER = datetime.max.replace(tzinfo=UTC)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """A workflow in the list. `states` are its pills; `run` its last run, `changed` how it was published."""

    file: str
    id: str
    name: str
    summary: str = ""
    trigger: str = ""
    conditions: tuple[str, ...] = ()
    starts_by: str = ""
    states: tuple[str, ...] = ()
    next_time: datetime | None = None
    run: Any = None
    changed: Published | None = None
    is_new: bool = False

    def hit(self, search: Search) -> str:
        """The first condition that a search has found, where neither the name nor what is shown has it."""
        is_shown = search.finds(self.name, self.summary, self.trigger)
        return "" if is_shown else search.first_in(self.conditions)

    @property
    def folder(self) -> str:
        """The folder that its file stands in."""
        return self.file.rpartition("/")[0]


SORTS: dict[str, Callable[[Row], Any]] = {
    "name": lambda one: one.name,
    "state": lambda one: STATES.index(one.states[0]),
    "trigger": lambda one: one.trigger,
    "next": lambda one: one.next_time or _NEVER,
    "last": lambda one: one.run.id if one.run else 0,
    "changed": lambda one: one.changed.at if one.changed else _LONG_AGO,
}


@pages.get("/ping")
@needs(Right.OPEN)
def ping() -> tuple[str, int]:
    """Whether the server answers."""
    return "", 204


@pages.get("/")
@needs(Right.READ)
def index() -> str:
    """All workflows of the workspace."""
    catch_up(studio_here())
    desk = studio_here().desk()
    everything = list(_rows(desk))
    narrowing = Narrowing.of(desk, request.args)
    shown = _shown(everything, narrowing)
    return render_template(
        "workflows.html",
        rows=shown,
        fault=fault_of(desk.workspace.broken_base, g.language),
        every=len(everything),
        asked=request.args,
        folders=sorted({one.folder for one in everything}),
        kinds=KINDS,
        fields=narrowing.fields(desk, g.language),
        people=sorted({one.changed.by for one in everything if one.changed} - {AUTOMATIC}),
        states=STATES,
        sorts=tuple(SORTS),
        searched=_searched(),
        heading=_heading,
        far=lambda moment: _far(desk, moment),
        when=lambda moment: moment_of(desk, moment),
    )


@beside("/workflows", "index", Right.READ)
def workflows() -> list[dict[str, Any]]:
    """The same for programs, as the address narrows and orders it."""
    desk = studio_here().desk()
    shown = _shown(list(_rows(desk)), Narrowing.of(desk, request.args))
    return [_for_programs(one) for one in shown]


def _for_programs(one: Row) -> dict[str, Any]:
    changed = one.changed
    return {
        "file": one.file,
        "id": one.id,
        "name": one.name,
        "states": list(one.states),
        "starts_by": one.starts_by,
        "trigger": one.trigger,
        "next_time": one.next_time and one.next_time.isoformat(),
        "last_run": one.run and one.run.id,
        "version": changed and changed.number,
        "changed_by": changed and changed.by,
        "changed_at": changed and changed.at.isoformat(),
    }


def _shown(everything: Sequence[Row], narrowing: Narrowing) -> list[Row]:
    return _sorted([one for one in everything if _is_wanted(one) and narrowing.wants(one.id, one.changed)])


def _is_wanted(one: Row) -> bool:
    """Whether it fits the filters in the address."""
    asked = request.args
    return (
        _searched().finds(one.name, one.id, one.summary, one.trigger, one.file, *one.conditions)
        and asked.get("state", "") in {"", *one.states}
        and asked.get("kind", "") in {"", one.starts_by}
        and ("folder" not in asked or asked["folder"] in {"*", one.folder})
    )


def _searched() -> Search:
    return Search.of(request.args.get("q", ""))


def _sorted(rows: Sequence[Row]) -> list[Row]:
    """As the address says; else what runs first, of that what is called as was searched for, by name."""
    by = SORTS.get(request.args.get("sort", ""))
    if by is None:
        search = _searched()
        return sorted(rows, key=lambda one: ("paused" in one.states, not search.finds(one.name), one.name))
    return sorted(rows, key=by, reverse=request.args.get("order") == "down")


def _heading(name: str) -> tuple[dict[str, str], str]:
    """What the link of a column's head adds to the address, and how the table is sorted by it now."""
    asked = {key: value for key, value in request.args.items() if key not in {"sort", "order", "lang"}}
    is_by = request.args.get("sort") == name
    is_down = is_by and request.args.get("order") == "down"
    order = {"order": "down"} if is_by and not is_down else {}
    return {**asked, "sort": name, **order}, ("descending" if is_down else "ascending") if is_by else ""


def _far(desk: Desk, moment: datetime) -> str:
    key, count = distance_in_words(moment, desk.clock.now)
    return "" if key == "far" else words_in(g.language).say(f"list.{key}", count=count)


# --- rows ---------------------------------------------------------------------------------------------------


def _rows(desk: Desk) -> Iterator[Row]:
    drafts, known = my_drafts().all(), _Known.of(desk)
    for file, document in desk.workspace.documents.items():
        if not is_workflow_file(file):
            continue
        if document.root is None:
            yield Row(file, file, file, states=("broken", *_drafted(drafts, file)))
            continue
        outlook = next(iter(desk.outlooks([file])))
        (sentence,) = describe([outlook], desk.workspace, g.language)
        row, drafted = _row(file, sentence, desk), _drafted(drafts, file)
        yield known.completed(row, is_paused=outlook.is_paused, drafted=drafted)
    for file, draft in drafts.items():
        if is_workflow_file(file) and file not in desk.workspace.documents:
            yield _of_draft(desk, draft)


def _drafted(drafts: dict[str, Draft], file: str) -> tuple[str, ...]:
    return ("draft",) if file in drafts else ()


def _row(file: str, sentence: Sentence, desk: Desk) -> Row:
    errors = any(one.at.file == file and _is_error(one) for one in desk.workspace.diagnostics)
    found = Row(
        file,
        sentence.id,
        sentence.name,
        _summary(sentence),
        sentence.trigger,
        sentence.conditions or (sentence.who,),
        sentence.starts_by,
    )
    next_time = next(iter(sentence.next_times), None)
    return replace(found, next_time=next_time, states=("broken",) if errors else ())


def _summary(sentence: Sentence) -> str:
    """What is done first, else for whom."""
    return sentence.steps[0].text if sentence.steps else sentence.who


def _of_draft(desk: Desk, draft: Draft) -> Row:
    """A workflow that is nowhere but in a draft of mine."""
    tried = desk.trying(draft.file, draft.text)
    document = tried.workspace.documents[draft.file]
    if document.root is None:
        return Row(draft.file, draft.file, draft.file, states=("draft",), is_new=True)
    (sentence,) = describe(tried.outlooks([draft.file]), tried.workspace, g.language)
    return replace(_row(draft.file, sentence, tried), next_time=None, states=("draft",), is_new=True)


@dataclass(frozen=True)
class _Known:
    """What the ledger knows of every workflow; nothing where the database is away."""

    desk: Desk
    newest: dict[str, Published]
    runs: dict[str, Any]
    resting: dict[str, Any]

    @classmethod
    def of(cls, desk: Desk) -> _Known:
        try:
            known = desk.releases
            return cls(desk, known.newest(), known.last_runs(), known.resting())
        except EngineError:  # the files are there all the same
            return cls(desk, {}, {}, {})

    def completed(self, row: Row, *, is_paused: bool, drafted: tuple[str, ...]) -> Row:
        """With its state, its last run and who changed it."""
        newest, own = self.newest.get(row.id), self.desk.workspace.workflow(row.id)
        is_paused = is_paused or row.id in self.resting
        states = row.states or (("paused",) if is_paused else ("active",))
        outside: tuple[str, ...] = ()
        if own is not None and newest is not None and newest.version != own.version:
            outside = ("outside",)
        elif own is not None and newest is None and not self.desk.releases.stands_alone(own):
            outside = ("unpublished",)
        next_time = None if is_paused else row.next_time
        states = (*states, *outside, *drafted)
        return replace(row, states=states, next_time=next_time, run=self.runs.get(row.id), changed=newest)


def _is_error(one: Diagnostic) -> bool:
    return str(one.severity) == "error"
