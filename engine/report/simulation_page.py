"""A simulation as one page that stands alone: no script, nothing from outside, a table beside every plot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from html import escape

from engine.report.plots import Series, bars_by_name, bars_over_time, field
from engine.report.simulation import SimulationWords
from engine.simulation.outcome import Kind, Landing, Simulation, mondays

_MOST_PEOPLE, _MOST_PLOTS = 20, 12
_COLOURS = {Kind.TASK: "a", Kind.MESSAGE: "b", Kind.NOTICE: "c", Kind.ASK: "d"}
_STYLE = """
:root{color-scheme:light dark;--ink:#1f2933;--dim:#52606d;--line:#d9dee4;--paper:#fff;--a:#1f6feb;
--b:#d9730d;--c:#8a94a0;--d:#8250df;--over:#c62828}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9aa7b4;--line:#363f49;--paper:#14181d;
--a:#58a6ff;--b:#f0a35e;--c:#768390;--d:#bc8cff;--over:#ff7b72}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:56rem;padding:1.25rem 1rem 3rem;background:var(--paper);color:var(--ink);
font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1{font-size:1.35rem;line-height:1.4;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2.25rem 0 .5rem}
p{margin:.25rem 0;color:var(--dim)}ul{padding-left:1.2rem;margin:.25rem 0}
svg{display:block;width:100%;min-width:32rem;height:auto;margin:.5rem 0}
svg text{font-size:12px;fill:var(--dim)}svg line{stroke:var(--line)}
.a{fill:var(--a)}.b{fill:var(--b)}.c{fill:var(--c)}.d{fill:var(--d)}
.cell{fill:var(--a)}.over{fill:var(--a);stroke:var(--over);stroke-width:2.5}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
td.n,th.n{text-align:right}
#assumed td:first-child,#endings td{white-space:normal}summary{cursor:pointer;color:var(--dim)}
.key span{margin-right:1rem;white-space:nowrap}
.key i{display:inline-block;width:.8em;height:.8em;margin-right:.35em}
"""


def simulation_page(found: Simulation, language: str) -> str:
    """The page as HTML."""
    words = SimulationWords(found, language)
    title, *rest = words.title()
    body = "".join(_parts(words))
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n<head>'
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(words.say('page_title'))} {found.first} – {found.last}</title>"
        f"<style>{_STYLE}</style></head>\n<body><main>\n<h1>{escape(title)}</h1>"
        f"{''.join(f'<p>{escape(one)}</p>' for one in rest)}\n{body}</main></body>\n</html>\n"
    )


def _parts(words: SimulationWords) -> Iterator[str]:
    yield _section(words.say("assumed"), _assumed(words))
    yield _section(words.say("by_week"), _by_week(words))
    yield _section(words.say("by_month"), _by_month(words))
    module = words.found.module.labels.of(words.texts.language)
    yield _section(words.say("touches", module=module), _touches(words))
    if words.found.landings:
        yield _section(words.say("landings"), _landings(words))
    if words.found.weeks:
        yield _section(words.say("people_weeks"), _people(words))
    if endings := words.endings():
        head = (words.say("workflow"), words.say("outcome"))
        yield _section(words.say("endings"), _table("endings", head, endings))
    if troubles := list(words.troubles()):
        items = "".join(f"<li>{escape(one)}</li>" for one in troubles)
        yield _section(words.say("troubles"), f"<ul>{items}</ul>")


def _assumed(words: SimulationWords) -> str:
    rows = [(told, f"{count:,}") for told, count in words.assumed()]
    if not rows:
        return f"<p>{escape(words.say('nobody'))}</p>"
    return _table("assumed", (words.say("assumption"), words.say("happened")), rows, numbers={1})


def _by_week(words: SimulationWords) -> str:
    found = words.found
    weeks = list(mondays(found.first, found.last))
    series = [Series(words.kind(kind), _COLOURS[kind], _weekly(found.by_night(kind), weeks)) for kind in Kind]
    keys = "".join(
        f'<span><i class="{one.colour}"{_fill(one.colour)}></i>{escape(one.name)}</span>' for one in series
    )
    plot = bars_over_time([_short(one) for one in weeks], series, words.say("by_week"))
    head = (words.say("week"), *(one.name for one in series))
    rows = [(str(week), *(f"{one.values[n]:,}" for one in series)) for n, week in enumerate(weeks)]
    table = _table("weeks", head, rows, numbers={1, 2, 3, 4})
    return f'<p class="key">{keys}</p>{plot}{_folded(words, table)}'


def _fill(colour: str) -> str:
    return f' style="background:var(--{colour})"'


def _weekly(nights: Counter[date], weeks: Sequence[date]) -> list[int]:
    sums: Counter[date] = Counter()
    for night, count in nights.items():
        sums[night - timedelta(days=night.weekday())] += count
    return [sums[week] for week in weeks]


def _by_month(words: SimulationWords) -> str:
    found = words.found
    head = (words.say("month"), *(words.kind(one) for one in Kind))
    rows = [(month, *(f"{found.total(one, month=month):,}" for one in Kind)) for month in found.months]
    rows.append((words.say("sum"), *(f"{found.total(one):,}" for one in Kind)))
    return _table("months", head, rows, numbers={1, 2, 3, 4})


def _touches(words: SimulationWords) -> str:
    bins = [(words.say("so_often", times=name), count) for name, count in words.bins()]
    head = (words.say("times_head"), words.say("count"))
    table = _table("touches", head, [(name, f"{count:,}") for name, count in bins], numbers={1})
    title = words.say("touches", module=words.found.module.labels.of(words.texts.language))
    return bars_by_name(bins, title) + _folded(words, table)


def _landings(words: SimulationWords) -> str:
    say, found = words.say, words.found
    weeks = list(mondays(found.first, found.last))
    shown = sorted(found.landings, key=lambda one: -one.total)
    plots = "".join(_landing(one, weeks, words) for one in shown[:_MOST_PLOTS])
    head = tuple(say(key) for key in ("workflow", "step", "kind", "first", "last", "sum"))
    rows = [
        (
            words.workflow(one.workflow),
            words.step(one.label, one.path),
            words.kind(one.kind),
            str(min(one.nights)),
            str(max(one.nights)),
            f"{one.total:,}",
        )
        for one in shown
    ]
    return plots + _table("landings", head, rows, numbers={5})


def _landing(one: Landing, weeks: Sequence[date], words: SimulationWords) -> str:
    name = f"{words.workflow(one.workflow)} · {words.step(one.label, one.path)} · {words.kind(one.kind)}"
    series = Series(words.kind(one.kind), _COLOURS[one.kind], _weekly(Counter(one.nights), weeks))
    return f"<p>{escape(name)}</p>{bars_over_time([_short(week) for week in weeks], [series], name)}"


def _people(words: SimulationWords) -> str:
    found = words.found
    weeks = list(mondays(found.first, found.last))
    known = {(one.person, one.monday): one for one in found.weeks}
    people = list(dict.fromkeys(one.person for one in found.busiest))[:_MOST_PEOPLE]
    most = max(one.tasks for one in found.weeks)
    cells = []
    for person in people:
        row = []
        for week in weeks:
            one = known.get((person, week))
            tasks = 0 if one is None else one.tasks
            full = tasks / ((one.capacity if one is not None else None) or most)
            row.append((tasks, full, one is not None and one.is_over))
        cells.append(row)
    names = [found.name_of(one) for one in people]
    plot = field(names, [_short(one) for one in weeks], cells, words.say("people_weeks"))
    head = tuple(words.say(key) for key in ("owner", "week", "count", "capacity", "over"))
    rows = [
        (
            found.name_of(one.person),
            str(one.monday),
            f"{one.tasks:,}",
            "" if one.capacity is None else f"{one.capacity:,}",
            words.say("over") if one.is_over else "",
        )
        for one in found.busiest
    ]
    table = _table("people", head, rows, numbers={2, 3})
    return f"<p>{escape(words.say('less_more'))}</p>{plot}{_folded(words, table)}"


def _short(day: date) -> str:
    return f"{day:%m-%d}"


def _section(title: str, inside: str) -> str:
    return f"<section><h2>{escape(title.rstrip('：:'))}</h2>{inside}</section>\n"


def _folded(words: SimulationWords, table: str) -> str:
    return f"<details><summary>{escape(words.say('table'))}</summary>{table}</details>"


def _table(
    name: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    numbers: set[int] | frozenset[int] = frozenset(),
) -> str:
    kinds = [' class="n"' if number in numbers else "" for number in range(len(head))]
    heads = "".join(
        f'<th scope="col"{kind}>{escape(one)}</th>' for kind, one in zip(kinds, head, strict=True)
    )
    lines = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{escape(one)}</td>" for kind, one in zip(kinds, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll"><table id="{name}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )
