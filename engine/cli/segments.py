"""Commands about lists of records: segment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from engine.cli.options import LIMIT, Place, command, sample_option, take_sample_of
from engine.front import Desk
from engine.model.diagnostics import StoreError
from engine.report.segments import render_segment, render_segments, segment_json
from engine.shapes.reading import Segment
from engine.texts import Texts

_SHOWN = 20
_NO_DATABASE = "W402"


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    name = click.Argument(["name"], required=False, metavar="NAME")
    limit = click.Option(["--limit"], type=LIMIT, default=None, help=texts.say("cli.option_limit"))
    return [command("segment", texts, segment, name, sample_option(texts), limit)]


def _list_all(place: Place, desk: Desk) -> int:
    """Which lists there are, with their sizes; before there is a database, the lists alone."""
    try:
        with desk.segments() as lists:
            sized = list(lists)
    except StoreError as missing:
        if missing.code != _NO_DATABASE:
            raise
        known = list(desk.workspace.segments.values())
        rows, heads = [(one, None) for one in known], [segment_json(one) for one in known]
        _print_all(place, rows, heads)
    else:
        _print_all(place, [(one.segment, one.count) for one in sized], [one.head_json() for one in sized])
    return 0


def _print_all(place: Place, rows: Sequence[tuple[Segment, int | None]], heads: list[dict[str, Any]]) -> None:
    if place.as_json:
        click.echo(json.dumps(heads, ensure_ascii=False, indent=1))
    else:
        click.echo(render_segments(rows, place.language))


def segment(place: Place, *, name: str | None, sample: str, limit: int | None) -> int:
    """Who is on a list now; without a name, which lists there are."""
    desk = place.desk()
    take_sample_of(place, desk, sample)
    if name is None:
        return _list_all(place, desk)
    with desk.segment(name) as one:
        if place.as_json:
            click.echo(json.dumps(one.as_json(limit), ensure_ascii=False, indent=1))
        else:
            shown = _SHOWN if limit is None else limit
            click.echo(render_segment(one, desk.workspace, place.language, shown))
    return 0
