"""One page for every list, with CSV and JSON beside it: filters, order and page stand in the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, g, render_template, request, url_for

from editor.lists import COLUMNS, LISTS, MOST, NUMBERS, PAGE, UNSORTED, Filter, Kind, Listed
from editor.pages.given import pages, studio_here
from editor.pages.links import cell_url, here_with
from editor.pages.rows import Found, chosen_by, machine_rows_here, page_asked, rows_here
from editor.rights import may, needs
from editor.sheets import csv_of, csv_text, json_of
from editor.words import as_head, channel_told, words_in
from engine import Desk


@dataclass(frozen=True)
class Act:
    """A button of a row: where its form goes, what it brings, what it is called."""

    url: str
    name: str
    value: str
    label: str
    tone: str = ""


@dataclass(frozen=True)
class Head:
    """A column: its name in words, and where a click on it leads; `sorted` as ARIA says it."""

    name: str
    text: str
    url: str = ""
    sorted: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its figures end in line."""
        return self.name in NUMBERS


@dataclass(frozen=True)
class Cell:
    """What stands in a row under a head."""

    text: str
    url: str = ""
    state: str = ""


@dataclass(frozen=True)
class Choice:
    """A filter as its control shows it."""

    filter: Filter
    value: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """All that the page of a list shows of it."""

    listed: Listed
    heads: tuple[Head, ...]
    rows: tuple[tuple[tuple[Cell, ...], tuple[Act, ...]], ...]
    choices: tuple[Choice, ...]
    first: int
    before: str
    behind: str
    is_narrowed: bool
    addresses: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_acts(self) -> bool:
        """Whether anything can be done about a row."""
        return any(acts for _, acts in self.rows)


Acts = Callable[[Mapping[str, Any]], Iterable[Act]]
_ACTS: dict[str, Acts] = {}
_TEMPLATES = {"outbox": "outbox.html", "asks": "asks.html"}


def acts_of(name: str) -> Callable[[Acts], Acts]:
    """Mark what gives the buttons of a row of a list."""

    def mark(acts: Acts) -> Acts:
        _ACTS[name] = acts
        return acts

    return mark


def table_of(listed: Listed) -> Table:
    """A page of a list, as the address asks for it."""
    number, sort, chosen = page_asked(), request.args.get("sort", ""), chosen_by(listed)
    found = rows_here(listed.name, limit=PAGE + 1, offset=(number - 1) * PAGE, sort=sort, **chosen)
    desk, acts = studio_here().desk(), _ACTS.get(listed.name, _nothing)
    columns = [one for one in COLUMNS[listed.name] if one not in chosen or one == COLUMNS[listed.name][0]]
    rows = tuple(
        (_cells(desk, found, columns, place), tuple(acts(found.rows[place])))
        for place in range(min(PAGE, len(found.rows)))
    )
    return Table(
        listed,
        _heads(found, columns, sort) if rows else (),
        rows,
        tuple(_choice(desk, one, chosen) for one in listed.filters),
        first=(number - 1) * PAGE + 1,
        before=here_with(page=number - 1 if number > 2 else None) if number > 1 else "",
        behind=here_with(page=number + 1) if len(found.rows) > PAGE else "",
        is_narrowed=bool(chosen),
        addresses={
            kind: url_for(f"workflows.{listed.name}_{kind}", **{**chosen, **({"sort": sort} if sort else {})})
            for kind in ("csv", "json")
        },
    )


def _nothing(_: Mapping[str, Any]) -> Iterable[Act]:
    return ()


def _heads(found: Found, columns: Sequence[str], sort: str) -> tuple[Head, ...]:
    """A click sorts by a column, a second one the other way round."""
    heads = []
    known = dict(zip(found.told.columns, found.told.heads, strict=True))
    for name in columns:
        told = known[name]
        text = as_head(told)
        if name in UNSORTED:
            heads.append(Head(name, text))
            continue
        order = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
        following = f"-{name}" if sort == name else name
        heads.append(Head(name, text, here_with(sort=following, page=None), order))
    return tuple(heads)


def _cells(desk: Desk, found: Found, columns: Sequence[str], place: int) -> tuple[Cell, ...]:
    row = found.rows[place]
    told = dict(zip(found.told.columns, found.told.cells[place], strict=True))
    return tuple(
        Cell(
            _called(desk, found.titles, row, (column, told[column])),
            cell_url(desk, column, row),
            str(row["state"]) if column == "state" else "",
        )
        for column in columns
    )


def _called(
    desk: Desk, titles: Mapping[tuple[str, str], str], row: Mapping[str, Any], cell: tuple[str, str]
) -> str:
    """What people call it: a workflow, a record, a channel; as it is written where it has no name."""
    column, text = cell
    if column == "workflow":
        known = desk.workspace.workflow(text)
        return text if known is None else known.names.of(g.language)
    if column == "record":
        return titles.get((str(row.get("workflow")), text), text)
    return channel_told(text) if column == "channel" else text


def _choice(desk: Desk, one: Filter, chosen: Mapping[str, Any]) -> Choice:
    say = words_in(g.language).say
    value = str(chosen.get(one.name, ""))
    options: list[tuple[str, str]] = []
    if one.kind is Kind.CHOICE:
        options = [(word, say(f"{one.name}.{word}")) for word in one.choices]
    if one.kind is Kind.WORKFLOW:
        known = {each.id: each.names.of(g.language) for each in desk.workspace.workflows}
        options = sorted(
            (known | ({value: value} if value and value not in known else {})).items(), key=_label
        )
    return Choice(one, value, tuple(options))


def _label(option: tuple[str, str]) -> str:
    return option[1]


def tabs_here() -> list[Listed]:
    """The lists beside one another, as far as whoever asks may see them."""
    return [one for one in LISTS.values() if one.is_tab and may(one.right)]


def table_page(listed: Listed, **more: Any) -> str:
    """The page of a list."""
    template = _TEMPLATES.get(listed.name, "table.html")
    return render_template(template, table=table_of(listed), tabs=tabs_here(), **more)


def _all_of(listed: Listed) -> dict[str, Any]:
    """What the address of a CSV or JSON answer asks for."""
    return {
        "limit": MOST,
        "offset": (page_asked() - 1) * MOST,
        "sort": request.args.get("sort", ""),
        **chosen_by(listed),
    }


def _serve(listed: Listed) -> None:
    """The three addresses of a list."""

    @pages.get(f"/{listed.name}", endpoint=listed.name)
    @needs(listed.right)
    def page() -> str:
        return table_page(listed)

    @pages.get(f"/{listed.name}.json", endpoint=f"{listed.name}_json")
    @needs(listed.right)
    def as_json() -> Response:
        return json_of(machine_rows_here(listed.name, **_all_of(listed)))

    @pages.get(f"/{listed.name}.csv", endpoint=f"{listed.name}_csv")
    @needs(listed.right)
    def as_csv() -> Response:
        found = rows_here(listed.name, **_all_of(listed))
        return csv_of(listed.name, csv_text(found.told.heads, found.told.cells))


for _one in LISTS.values():
    _serve(_one)
