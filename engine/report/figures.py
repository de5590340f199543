"""A report as sheets: each a title, a sentence, a table, and a drawing of the same figures where one helps.

The command prints the tables, the page shows them with the drawings; machines get the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from engine.ledger.figures import DaySums
from engine.report.layout import columns, indented
from engine.report.plots import Series, bars_by_name, bars_over_time
from engine.reporting import SUMS, Report
from engine.texts import Texts
from engine.workspace import Workspace

_FEW_DAYS = 31
"""Of more days the weeks are told."""
_MOST_BARS = 12
_TEXTS = frozenset(
    {"workflow", "week", "day", "kind", "reason", "channel", "state", "record", "name", "group", "code"}
)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A table by the keys of its columns; `plot` is an SVG, or empty."""

    key: str
    title: str
    about: str
    keys: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    plot: str = ""

    @property
    def numbers(self) -> frozenset[int]:
        """Which columns are numbers."""
        return frozenset(number for number, key in enumerate(self.keys) if key not in _TEXTS)

    def cells(self) -> Iterator[tuple[str, ...]]:
        """The rows as people read them."""
        for row in self.rows:
            yield tuple(_cell(row[key]) for key in self.keys)


def sheets_of(found: Report, workspace: Workspace, language: str) -> tuple[Sheet, ...]:
    """Every sheet, also those without rows."""
    words = _Words(found, workspace, Texts.of(language))
    made = (
        words.course, words.workflows, words.effects, words.tasks, words.letters, words.failures, words.goals,
        words.nobody, words.touched,
    )  # fmt: skip
    return tuple(one() for one in made)


def render_report(found: Report, workspace: Workspace, language: str) -> str:
    """The sheets as tables; one sentence where nothing has run."""
    texts, asked = Texts.of(language), found.asked
    head = texts.say("report.title", since=asked.since, until=asked.until)
    if not found.days and not found.goals:
        return "\n".join([head, texts.say("report.nothing")])
    blocks = []
    for one in sheets_of(found, workspace, language):
        shown = replace(one, rows=tuple(filter(_is_worth_a_line, one.rows)))
        if shown.rows:
            table = columns([shown.heads, *shown.cells()], right=shown.numbers)
            blocks.append(f"{one.title}\n{indented(one.about)}\n{indented(table)}")
    return "\n\n".join([head, *blocks])


def report_json(found: Report, workspace: Workspace, language: str) -> dict[str, Any]:
    """For machines: the rows of every sheet by its key."""
    asked = found.asked
    return {
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "workflow": asked.workflow or None,
        "most": asked.most,
        **{one.key: [dict(row) for row in one.rows] for one in sheets_of(found, workspace, language)},
    }


def _is_worth_a_line(row: Row) -> bool:
    """Days on which nothing was due are left out where nobody draws them."""
    return "runs" not in row or bool(row["runs"] or row.get("not_run"))


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else str(value)


class _Words:
    def __init__(self, found: Report, workspace: Workspace, texts: Texts) -> None:
        self.found, self.texts = found, texts
        self.names = {one.id: one.names.of(texts.language) for one in workspace.workflows}

    def sheet(
        self, key: str, keys: Sequence[str], rows: Sequence[Row], plot: str = "", **facts: Any
    ) -> Sheet:
        say = self.texts.say
        heads = tuple(say(f"report.columns.{one}") for one in keys)
        about = say(f"report.about.{key}", **facts)
        return Sheet(key, say(f"report.sheets.{key}"), about, tuple(keys), heads, tuple(rows), plot)

    def name(self, workflow: str) -> str:
        """What a workflow is called; its id where there is none of it any more."""
        return self.names.get(workflow, workflow)

    def course(self) -> Sheet:
        """What happened day by day, or week by week."""
        asked = self.found.asked
        is_short = (asked.until - asked.since).days < _FEW_DAYS
        places = list(_places(asked.since, asked.until, 1 if is_short else 7))
        sums: dict[date, list[int]] = {one: [0] * len(SUMS) for one in places}
        for each in self.found.days:
            place = max(one for one in places if one <= date.fromisoformat(each.day))
            sums[place] = [a + getattr(each, name) for a, name in zip(sums[place], SUMS, strict=True)]
        by = "day" if is_short else "week"
        rows = [{by: str(one), **dict(zip(SUMS, sums[one], strict=True))} for one in places]
        series = [
            Series(
                self.texts.say(f"report.columns.{name}"),
                colour,
                [sums[one][SUMS.index(name)] for one in places],
            )
            for name, colour in (("started", "a"), ("failed", "b"))
        ]
        title = self.texts.say("report.sheets.course")
        plot = bars_over_time([f"{one:%m-%d}" for one in places], series, title) if self.found.days else ""
        return self.sheet("course", (by, *SUMS), rows if self.found.days else (), plot)

    def workflows(self) -> Sheet:
        """What each workflow did."""
        some = sorted(self.found.by_workflow, key=lambda one: (-one.started, self.name(one.workflow)))
        rows = [self._of(one) for one in some]
        return self.sheet(
            "workflows", ("workflow", *SUMS), rows, self._bars("workflows", rows, "workflow", "started")
        )

    def _of(self, one: DaySums) -> Row:
        sums = {name: getattr(one, name) for name in SUMS}
        return {"id": one.workflow, "workflow": self.name(one.workflow), **sums}

    def effects(self) -> Sheet:
        """Actions by kind."""
        rows = [
            {"code": kind, "kind": self.texts.say(f"effect.{_MADE.get(kind, kind)}"), "count": count}
            for kind, count in sorted(self.found.effects.items(), key=lambda one: -one[1])
        ]
        return self.sheet("effects", ("kind", "count"), rows, self._bars("effects", rows, "kind", "count"))

    def tasks(self) -> Sheet:
        """Tasks that were made, and how many are done."""
        rows = [
            {
                "id": one.workflow,
                "workflow": self.name(one.workflow),
                "created": one.created,
                "done": one.done,
                "share": None if one.done is None else one.done / one.created,
            }
            for one in sorted(self.found.tasks, key=lambda one: -one.created)
        ]
        return self.sheet("tasks", ("workflow", "created", "done", "share"), rows)

    def letters(self) -> Sheet:
        """Letters to customers."""
        rows = [
            {
                "channel": channel,
                "code": state,
                "state": self.texts.say(f"report.letters.{state}"),
                "count": count,
            }
            for channel, state, count in self.found.letters
        ]
        return self.sheet("letters", ("channel", "state", "count"), rows)

    def failures(self) -> Sheet:
        """Why records could not be processed."""
        rows = [
            {"code": code, "reason": self.texts.message(code, dict(facts)), "count": count}
            for code, facts, count in self.found.failures
        ]
        return self.sheet("failures", ("reason", "code", "count"), rows)

    def goals(self) -> Sheet:
        """How many have reached the goal, beside those that were left alone."""
        rows = [
            {
                "id": one.workflow,
                "workflow": self.name(one.workflow),
                "group": self.texts.say(f"report.groups.{'control' if one.control else 'all'}"),
                "control": one.control,
                "started": one.started,
                "reached": one.reached,
                "open": one.open,
                "rate": one.reached / one.started,
            }
            for one in self.found.goals
        ]
        return self.sheet("goals", ("workflow", "group", "started", "reached", "open", "rate"), rows)

    def nobody(self) -> Sheet:
        """Workflows that found nobody."""
        sums = {one.workflow: one for one in self.found.by_workflow}
        rows = [self._of(sums[one]) for one in self.found.matched_nobody]
        return self.sheet("nobody", ("workflow", "runs", "checked"), rows)

    def touched(self) -> Sheet:
        """Who was touched by many workflows within a week."""
        count, some = self.found.touched
        rows = [
            {
                "record": one.record,
                "name": self.found.names.get(one.record, ""),
                "week": str(one.week),
                "workflows": one.workflows,
            }
            for one in some
        ]
        keys = ("record", "name", "week", "workflows")
        return self.sheet("touched", keys, rows, most=self.found.asked.most, count=count)

    def _bars(self, key: str, rows: Sequence[Row], name: str, value: str) -> str:
        shown = [(_short(str(row[name])), row[value]) for row in rows[:_MOST_BARS] if row[value]]
        return bars_by_name(shown, self.texts.say(f"report.sheets.{key}")) if shown else ""


_MADE = {"create": "create_record"}
"""A report sums tasks and other records: it calls them records."""


def _short(name: str) -> str:
    return name if len(name) <= 10 else f"{name[:9]}…"


def _places(since: date, until: date, step: int) -> Iterator[date]:
    """Every day, or the first of every seven."""
    while since <= until:
        yield since
        since += timedelta(days=step)
