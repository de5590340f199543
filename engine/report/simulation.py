"""A simulation for people, on one screen, and for machines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from engine.files.responses import Response
from engine.model.lengths import show_length
from engine.report.layout import columns, indented, shortened
from engine.simulation.outcome import Kind, Simulation
from engine.texts import Texts

_BAR = 30
_MOST_WEEKS, _MOST_STEPS = 5, 20
_CELLS = 40
_BINS = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, None))
"""How often somebody was touched, as it is shown."""


class SimulationWords:
    """What a simulation says, in one language: the sentences that text and page share."""

    def __init__(self, found: Simulation, language: str) -> None:
        self.found, self.texts = found, Texts.of(language)
        self._names = {one.id: one.names.of(language) for one in found.workflows}

    def say(self, key: str, **facts: object) -> str:
        """A text of the simulation."""
        return self.texts.say(f"simulation.{key}", **facts)

    def title(self) -> list[str]:
        """What was played, and on what."""
        found = self.found
        module = found.module.labels.of(self.texts.language)
        facts = {"first": found.first, "last": found.last, "nights": found.lived, "seed": found.seed}
        counts = {"workflows": len(found.workflows), "customers": f"{found.customers:,}", "module": module}
        lines = [self.say("title", **facts, **counts), self.say("untouched")]
        if not found.is_whole:
            lines.append(self.say("broken_off", lived=found.lived, nights=found.nights))
        return lines

    def assumed(self) -> Iterator[tuple[str, int]]:
        """Each assumption in a sentence, and how often it came true."""
        yield from zip(map(self.response, self.found.responses), self.found.answered, strict=True)

    def response(self, one: Response) -> str:
        """One assumption in a sentence."""
        say, language = self.say, self.texts.language
        share = f"{one.share * 100:.4g} %"
        module = one.module.labels.of(language)
        parts = [say("done")] if one.done else []
        parts += [say("receipt", receipt=say(f"receipts.{one.receipt}"))] if one.receipt else []
        parts += [say("answer", answer=one.answer)] if one.answer else []
        parts += [say("any_answer")] if one.to == Kind.ASK and not one.answer else []
        if one.creates is not None:
            parts.append(say("creates", module=one.creates.module.labels.of(language)))
        if one.changes is not None:
            fields = self.texts.say("plan.list").join(
                field.labels.of(language) for field, _ in one.changes.changes
            )
            parts.append(say("changes", fields=fields))
        what = self.texts.say("plan.list").join(parts)
        if one.every is not None:
            every = show_length(one.every, language)
            return say("of_own_accord", every=every, share=share, module=module, what=what)
        kind, within = say(f"kinds.{one.to}"), show_length(one.within, language)
        told = say("response", kind=kind, share=share, within=within, what=what)
        return say("of_workflow", name=self.workflow(one.workflow), told=told) if one.workflow else told

    def workflow(self, name: str) -> str:
        """What people call a workflow."""
        return self._names.get(name, name)

    def kind(self, kind: Kind) -> str:
        """What is counted."""
        return self.say(f"kinds.{kind}")

    def step(self, label: str, path: str) -> str:
        """What people call a step; where it has no name, its place in the file."""
        return label or path

    def bins(self) -> list[tuple[str, int]]:
        """How many customers were touched how often."""
        touched = sum(self.found.touches.values())
        counts = {0: max(self.found.customers - touched, 0), **self.found.touches}
        rows = []
        for least, most in _BINS:
            inside = (n for times, n in counts.items() if least <= times <= (times if most is None else most))
            name = str(least) if least == most else f"{least}+" if most is None else f"{least}–{most}"
            count = sum(inside)
            rows.append((name, count))
        while len(rows) > 2 and not rows[-1][1]:
            rows.pop()
        return rows

    def endings(self) -> list[tuple[str, str]]:
        """Of each workflow what has become of those who went through it."""
        lines: dict[str, list[str]] = {}
        for one in self.found.ended:
            state = self.say(f"ended.{one.state}")
            reason = one.reason if one.state == "stopped" else ""
            if reason in self.texts.codes():
                reason = self.texts.message(reason, {}).rstrip("。.")
            key = "ending_because" if reason else "ending"
            told = self.say(key, state=state, reason=reason, count=f"{one.count:,}")
            lines.setdefault(one.workflow, []).append(told)
        clause = self.texts.say("plan.clause")
        return [(self.workflow(name), clause.join(some)) for name, some in lines.items()]

    def troubles(self) -> Iterator[str]:
        """What a guard would have held, what failed, what did not leave."""
        for (workflow, guard), count in self.found.held():
            told = self.say(f"guards.{guard}")
            yield self.say("held", name=self.workflow(workflow), count=count, guard=told)
        failed: dict[tuple[str, str], int] = {}
        for one in self.found.troubles:
            if not one.is_held:
                failed[one.workflow, one.code] = failed.get((one.workflow, one.code), 0) + 1
        for (workflow, code), count in sorted(failed.items()):
            yield self.say("failed", name=self.workflow(workflow), count=count, code=code)
        if self.found.failed_records:
            yield self.say("failed_records", count=f"{self.found.failed_records:,}")
        for state in ("waiting", "dropped", "suppressed"):
            if count := self.found.letters.get(state, 0):
                yield self.say(f"letters.{state}", count=f"{count:,}")


def render_simulation(found: Simulation, language: str) -> str:
    """The whole result as text."""
    words = SimulationWords(found, language)
    say = words.say
    parts = [words.title(), [say("assumed"), *_assumed(words)], [say("by_month"), indented(_months(words))]]
    parts.append([say("touches", module=found.module.labels.of(language)), indented(_touches(words))])
    if found.landings:
        parts.append([say("landings"), indented(_landings(words))])
    if found.weeks:
        parts.append([*_busiest(words)])
    if endings := words.endings():
        parts.append([say("endings"), indented(columns(endings))])
    if troubles := list(words.troubles()):
        parts.append([say("troubles"), *(f"  {one}" for one in troubles)])
    return "\n\n".join("\n".join(lines) for lines in parts)


def _assumed(words: SimulationWords) -> list[str]:
    rows = [(told, words.say("times", count=f"{count:,}")) for told, count in words.assumed()]
    return [indented(columns(rows))] if rows else [f"  {words.say('nobody')}"]


def _months(words: SimulationWords) -> str:
    found = words.found
    head = (words.say("month"), *(words.kind(one) for one in Kind))
    rows = [(month, *(f"{found.total(one, month=month):,}" for one in Kind)) for month in found.months]
    total = (words.say("sum"), *(f"{found.total(one):,}" for one in Kind))
    return columns([head, *rows, total], right={1, 2, 3, 4})


def _touches(words: SimulationWords) -> str:
    bins = words.bins()
    most = max(count for _, count in bins) or 1
    rows = [
        (words.say("so_often", times=name), f"{count:,}", "━" * round(_BAR * count / most))
        for name, count in bins
    ]
    return columns(rows, right={0, 1})


def _landings(words: SimulationWords) -> str:
    say = words.say
    head = tuple(say(key) for key in ("workflow", "step", "kind", "first", "last", "sum"))
    rows = [
        (
            shortened(words.workflow(one.workflow), _CELLS),
            shortened(words.step(one.label, one.path), _CELLS),
            words.kind(one.kind),
            str(min(one.nights)),
            str(max(one.nights)),
            f"{one.total:,}",
        )
        for one in sorted(words.found.landings, key=lambda one: -one.total)[:_MOST_STEPS]
    ]
    table = columns([head, *rows], right={5})
    rest = len(words.found.landings) - len(rows)
    return f"{table}\n{say('more_steps', count=rest)}" if rest > 0 else table


def _busiest(words: SimulationWords) -> Iterator[str]:
    found, say = words.found, words.say
    if found.capacity is None:
        yield say("busiest_free")
    else:
        over = sum(one.is_over for one in found.weeks)
        yield say("busiest", capacity=found.capacity, over=over)
    rows = [
        (
            shortened(found.name_of(one.person), _CELLS),
            say("week_of", monday=one.monday),
            say("tasks", count=f"{one.tasks:,}"),
            "" if one.capacity is None else say("room", count=f"{one.capacity:,}"),
            say("over") if one.is_over else "",
        )
        for one in found.busiest[:_MOST_WEEKS]
    ]
    yield indented(columns(rows, right={2, 3}))


# --- for machines -----------------------------------------------------------------------------------


def simulation_json(found: Simulation) -> dict[str, Any]:
    """Everything, with stable keys."""
    return {
        "first": str(found.first),
        "last": str(found.last),
        "nights": found.nights,
        "lived": found.lived,
        "seed": found.seed,
        "workflows": [
            {"workflow": one.id, "name": one.name, "version": one.version} for one in found.workflows
        ],
        "module": found.module.key,
        "customers": found.customers,
        "capacity": found.capacity,
        "responses": [
            _response_json(one, count) for one, count in zip(found.responses, found.answered, strict=True)
        ],
        "totals": {str(kind): found.total(kind) for kind in Kind},
        "months": [
            {"month": month, **{str(kind): found.total(kind, month=month) for kind in Kind}}
            for month in found.months
        ],
        "rows": [dict(zip(_ROW, row, strict=True)) for row in _rows(found)],
        **_of_customers(found),
        **_of_troubles(found),
    }


def _of_customers(found: Simulation) -> dict[str, Any]:
    """How often customers were touched and by what, and what it came to for whom."""
    return {
        "touches": {str(times): count for times, count in found.touches.items()},
        "landings": [
            {
                "workflow": one.workflow,
                "path": one.path,
                "step": one.label,
                "kind": str(one.kind),
                "total": one.total,
                "nights": {str(night): count for night, count in one.nights.items()},
            }
            for one in found.landings
        ],
        "weeks": [
            {
                "person": one.person,
                "name": found.name_of(one.person),
                "monday": str(one.monday),
                "tasks": one.tasks,
                "capacity": one.capacity,
                "over": one.is_over,
            }
            for one in found.weeks
        ],
        "ended": [
            {"workflow": one.workflow, "state": one.state, "reason": one.reason, "count": one.count}
            for one in found.ended
        ],
    }


def _of_troubles(found: Simulation) -> dict[str, Any]:
    """What did not go as it should."""
    return {
        "held": [
            {"workflow": workflow, "guard": guard, "nights": count}
            for (workflow, guard), count in found.held()
        ],
        "failed": [
            {"night": str(one.night), "workflow": one.workflow, "code": one.code}
            for one in found.troubles
            if not one.is_held
        ],
        "failed_records": found.failed_records,
        "letters": dict(found.letters),
        "crossings": [asdict(one) for one in found.crossings],
    }


def _response_json(one: Response, count: int) -> dict[str, Any]:
    return {
        "to": one.to or None,
        "every": None if one.every is None else str(one.every),
        "share": one.share,
        "within": None if one.every is not None else str(one.within),
        "workflow": one.workflow or None,
        "line": one.at.line,
        "happened": count,
    }


_ROW = ("night", "workflow", "owner", "kind", "count")


def _rows(found: Simulation) -> list[tuple[str, str, str, str, int]]:
    return sorted(
        (str(cell.night), cell.workflow, cell.person, str(cell.kind), count)
        for cell, count in found.counts.items()
    )


def simulation_csv(found: Simulation) -> str:
    """A row for each night, workflow, person and kind."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_ROW)
    writer.writerows(_rows(found))
    return out.getvalue()
